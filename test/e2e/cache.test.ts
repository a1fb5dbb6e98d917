/** The data cache changes no byte of a run, and commands that verify do not use it. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { cachePaths, type Entry, readEntry, writeEntry } from '../../src/data/cache/entry.ts';
import { GRANULARITY_MS } from '../../src/data/cache/identity.ts';
import { loadDataset } from '../../src/data/load.ts';
import { locateData } from '../../src/data/locate.ts';
import { archiveOf, BINARY, binaryFolder } from '../data/fixtures.ts';
import { cifarNorm, emptyFolder, type Outcome } from './cli.ts';

const experiment = join(emptyFolder(), 'small.yaml');
writeFileSync(
  experiment,
  'numTraining: 10\nnumValidation: 5\ntrainImages: 6\nbatchSize: 3\nhiddenDims: [4]\nepochs: 2\nsweep: { normalization: [batchnorm, none] }\n',
);
const folder = binaryFolder();
let archive: string;

beforeAll(async () => {
  archive = await archiveOf(dirname(folder), [BINARY]);
  await wait(GRANULARITY_MS);
});

async function sweep(place: string, cache: string): Promise<string> {
  const out = join(emptyFolder(), 'run');
  const words = ['sweep', experiment, '--data', place, '--out', out, '--quiet', '--workers', '2'];
  const { code, stderr } = await cifarNorm(words, { env: { XDG_CACHE_HOME: cache } });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return out;
}

const filesOf = (run: string): string[] => [
  ...['losses.csv', 'accuracies.csv', 'summary.csv', 'trials.csv'].map(name =>
    readFileSync(join(run, name), 'utf8'),
  ),
  JSON.parse(readFileSync(join(run, 'manifest.json'), 'utf8')).data.fingerprint,
];

/** Changes what the cache remembers, with a seal that is right. */
async function poison(cache: string, place: string, change: (entry: Entry) => Partial<Entry>): Promise<void> {
  const { entry: path } = cachePaths(join(cache, 'cifar-norm'), place);
  const { entry } = (await readEntry(path))!;
  const { train } = await loadDataset((await locateData({ ...nowhere, option: place })).place);
  await writeEntry(path, { ...entry, ...change(entry) }, train);
}
const nowhere = { environment: undefined, config: undefined, cwd: emptyFolder(), cacheFolder: undefined };

/** A mean that could be that of the images, and is not: the sum of each pixel is one more. */
const wrongMean = ({ statistics }: Entry): Partial<Entry> => ({
  statistics: statistics.map(row => {
    const mean = new Float64Array(Uint8Array.from(Buffer.from(row.mean, 'base64')).buffer);
    const wrong = mean.map(value => (Math.round(value * row.count) + 1) / row.count);
    return { ...row, mean: Buffer.from(wrong.buffer).toString('base64') };
  }),
});

describe.each([
  ['a folder', () => folder],
  ['an archive', () => archive],
])('%s', (_, placeOf) => {
  it('the second run and two first runs at once have the bytes of a run without a cache', async () => {
    const [place, cache] = [placeOf(), emptyFolder()];
    const expected = filesOf(await sweep(place, '/dev/null'));
    for (const run of await Promise.all([sweep(place, cache), sweep(place, cache)]))
      expect(filesOf(run)).toEqual(expected);
    expect(filesOf(await sweep(place, cache))).toEqual(expected);
    await poison(cache, place, wrongMean);
    expect(filesOf(await sweep(place, cache))[0]).not.toBe(expected[0]);
  });

  it('verify and data verify read the images, whatever the cache says', async () => {
    const [place, cache] = [placeOf(), emptyFolder()];
    const run = await sweep(place, cache);
    await poison(cache, place, wrongMean);
    const wrong = await sweep(place, cache);
    const ask = (...words: string[]): Promise<Outcome> =>
      cifarNorm([...words, '--quiet'], { env: { XDG_CACHE_HOME: cache } });
    expect((await ask('verify', run)).code).toBe(0);
    const refuted = await ask('verify', wrong);
    expect(refuted.code).toBe(1);
    expect(refuted.stdout).toMatch(/2 of 2 trials differ/);
    await poison(cache, place, () => ({ fingerprint: '0'.repeat(64) }));
    const [, , , , fingerprint] = filesOf(run);
    expect((await ask('data', 'verify', '--data', place)).stdout).toContain(`fingerprint ${fingerprint}`);
    expect((await ask('data', 'info', '--data', place)).stdout).toContain(`fingerprint ${fingerprint}`);
  });

  it('an entry with wrong content and a right checksum is not used', async () => {
    const [place, cache] = [placeOf(), emptyFolder()];
    const expected = filesOf(await sweep(place, cache));
    const { entry: path } = cachePaths(join(cache, 'cifar-norm'), place);
    const base64 = (values: Float64Array) => Buffer.from(values.buffer).toString('base64');
    const means = [
      new Float64Array(3072),
      new Float64Array(3072).fill(Number.NaN),
      new Float64Array(3071).fill(120),
    ];
    for (const mean of means) {
      await poison(cache, place, ({ statistics }) => ({
        statistics: statistics.map(row => ({ ...row, mean: base64(mean) })),
      }));
      expect(filesOf(await sweep(place, cache))).toEqual(expected);
    }
    // Another fingerprint, with the checksum of the text alone, as in 0.2.0.
    const json = readFileSync(path, 'utf8').split('\n')[1]!.replace(expected.at(-1)!, '0'.repeat(64));
    expect(json).toContain('0'.repeat(64));
    writeFileSync(path, `${createHash('sha256').update(json).digest('hex')}\n${json}\n`);
    expect(filesOf(await sweep(place, cache))).toEqual(expected);
  });
});
