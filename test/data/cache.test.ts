/** The data cache never changes the results of a run. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.ts';
import { cachePaths, type Entry, readEntry, store, writeEntry } from '../../src/data/cache/entry.ts';
import { areSettled, identify } from '../../src/data/cache/identity.ts';
import { loadForRun } from '../../src/data/cache/load-for-run.ts';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { loadDataset } from '../../src/data/load.ts';
import type { Place } from '../../src/data/locate.ts';
import { type Need, needOf } from '../../src/data/need.ts';
import { pixelStatistics } from '../../src/data/preprocessing.ts';
import { archiveOf, BINARY, binaryFolder, PYTHON, pythonFolder, temporary } from './fixtures.ts';

type StoredPlace = Exclude<Place, { readonly kind: 'synthetic' }>;

const need: Need = { preprocessing: 'meanImage', numTraining: 10, numValidation: 4, trainImages: 4 };
const cacheFolder = (): string => mkdtempSync(join(tmpdir(), 'cifar-norm-cache-'));
/** Time until a new file is older than the granularity of the coarsest timestamps. */
const settle = () => wait(2100);

const places: Record<string, () => Promise<StoredPlace>> = {
  'a folder of .bin batches': async () => ({ kind: 'folder', path: binaryFolder(), layout: 'binary' }),
  'a folder of pickles': async () => ({ kind: 'folder', path: pythonFolder(), layout: 'python' }),
  'an archive': async () => ({ kind: 'archive', path: await archiveOf(dirname(binaryFolder()), [BINARY]) }),
  'an archive of pickles': async () => ({
    kind: 'archive',
    path: await archiveOf(dirname(pythonFolder()), [PYTHON]),
  }),
};
const made: Record<string, StoredPlace> = {};

beforeAll(async () => {
  for (const [name, make] of Object.entries(places)) made[name] = await make();
  await settle();
});

/** A copy of the batches that is old enough to be remembered. */
async function settledFolder(): Promise<StoredPlace & { readonly path: string }> {
  const place = { kind: 'folder', path: binaryFolder(), layout: 'binary' } as const;
  await settle();
  return place;
}

/** Changes an entry, with a seal that is right. */
async function poison(folder: string, place: StoredPlace, change: (entry: Entry) => Entry): Promise<void> {
  const { entry: path } = cachePaths(folder, place.path);
  await writeEntry(path, change((await readEntry(path))!.entry), (await loadDataset(place)).train);
}

/** A mean that is not that of the images, and that could be: the sum of each pixel is one more. */
const wrongMean = (entry: Entry): Entry => ({
  ...entry,
  statistics: entry.statistics.map(row => {
    const mean = new Float64Array(Uint8Array.from(Buffer.from(row.mean, 'base64')).buffer);
    const wrong = mean.map(value => (Math.round(value * row.count) + 1) / row.count);
    return { ...row, mean: Buffer.from(wrong.buffer).toString('base64') };
  }),
});

const isHit = async (place: StoredPlace, folder: string, asked = need): Promise<boolean> => {
  await poison(folder, place, wrongMean);
  const [{ train }, { statistics }] = [await loadDataset(place), await loadForRun(place, asked, folder)];
  return statistics.mean[0] !== pixelStatistics(asked.preprocessing, train, asked.numTraining).mean[0];
};

describe.each(Object.keys(places))('%s', name => {
  it('a hit has the fingerprint, the statistics and the needed images of a whole read', async () => {
    const place = made[name]!;
    const [folder, whole] = [cacheFolder(), await loadDataset(place)];
    const expected = pixelStatistics('meanImage', whole.train, 10);
    const miss = await loadForRun(place, need, folder);
    const hit = await loadForRun(place, need, folder);
    for (const { dataset, statistics } of [miss, hit]) {
      expect(dataset.fingerprint).toBe(whole.fingerprint);
      expect(dataset.train.count).toBe(15);
      expect(statistics).toEqual(expected);
      for (const [from, to] of [
        [0, 4],
        [10, 14],
      ] as const) {
        expect(dataset.train.labels.slice(from, to)).toEqual(whole.train.labels.slice(from, to));
        const bytes = [from * IMAGE_SIZE, to * IMAGE_SIZE] as const;
        expect(dataset.train.pixels.slice(...bytes)).toEqual(whole.train.pixels.slice(...bytes));
      }
    }
    // Images that the run does not need were read by the miss alone.
    const unneeded = [7 * IMAGE_SIZE, 9 * IMAGE_SIZE] as const;
    expect(miss.dataset.train.pixels.slice(...unneeded)).toEqual(whole.train.pixels.slice(...unneeded));
    expect(hit.dataset.train.pixels.slice(...unneeded).some(byte => byte > 0)).toBe(false);
  });

  it('another split or preprocessing of known files gets its own statistics', async () => {
    const [place, folder] = [made[name]!, cacheFolder()];
    const { train } = await loadDataset(place);
    const asked: Need = { ...need, preprocessing: 'standardize', numTraining: 7 };
    await loadForRun(place, need, folder);
    for (let i = 0; i < 2; i++)
      expect((await loadForRun(place, asked, folder)).statistics).toEqual(
        pixelStatistics('standardize', train, 7),
      );
    expect(await isHit(place, folder)).toBe(true);
  });
});

describe('files that changed', () => {
  it('same size, and the old time of modification: a miss, with the new fingerprint', async () => {
    const [place, folder] = [await settledFolder(), cacheFolder()];
    const before = await loadForRun(place, need, folder);
    expect(await isHit(place, folder)).toBe(true);
    const batch = join(place.path, 'data_batch_3.bin');
    const { atime, mtime } = statSync(batch);
    const bytes = readFileSync(batch);
    bytes[100]! ^= 1;
    writeFileSync(batch, bytes);
    utimesSync(batch, atime, mtime);
    const after = await loadForRun(place, need, folder);
    expect(after.dataset.fingerprint).not.toBe(before.dataset.fingerprint);
    expect(after.dataset.fingerprint).toBe((await loadDataset(place)).fingerprint);
  });

  it('a file replaced by another one of equal content: a miss', async () => {
    const [place, folder] = [await settledFolder(), cacheFolder()];
    await loadForRun(place, need, folder);
    await poison(folder, place, wrongMean);
    const batch = join(place.path, 'data_batch_5.bin');
    copyFileSync(batch, `${batch}.new`);
    renameSync(`${batch}.new`, batch);
    const { train } = await loadDataset(place);
    expect((await loadForRun(place, need, folder)).statistics).toEqual(
      pixelStatistics('meanImage', train, 10),
    );
  });

  it('racily clean files are not remembered: they could change and look the same', async () => {
    const [path, folder] = [binaryFolder(), cacheFolder()];
    await loadForRun({ kind: 'folder', path, layout: 'binary' }, need, folder);
    expect(existsSync(join(folder, 'known'))).toBe(false);
    const files = await identify([join(path, 'data_batch_1.bin')]);
    const changed = Number(files[0]!.changed) / 1e6;
    expect(areSettled(files, changed + 1999)).toBe(false);
    expect(areSettled(files, changed + 2001)).toBe(true);
    expect(areSettled(files, changed - 5000)).toBe(false);
  });

  it('a missing batch is the same error as without the cache', async () => {
    const [place, folder] = [await settledFolder(), cacheFolder()];
    await loadForRun(place, need, folder);
    const batch = join(place.path, 'data_batch_2.bin');
    renameSync(batch, `${batch}.away`);
    const message = (promise: Promise<unknown>) => promise.catch((error: Error) => error.message);
    expect(await message(loadForRun(place, need, folder))).toBe(await message(loadDataset(place)));
  });
});

describe('the cache itself', () => {
  it('an entry with any byte changed is ignored, and replaced', async () => {
    const [place, folder] = [made['a folder of .bin batches']!, cacheFolder()];
    const expected = (await loadForRun(place, need, folder)).statistics;
    const { entry } = cachePaths(folder, place.path);
    const bytes = readFileSync(entry);
    for (const at of [0, 70, 300, Math.floor(bytes.length / 2), bytes.length - 3]) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1;
      writeFileSync(entry, damaged);
      expect((await loadForRun(place, need, folder)).statistics).toEqual(expected);
      expect(readFileSync(entry)).toEqual(bytes);
    }
    await poison(folder, place, sound => ({ ...sound, version: 1 as never }));
    expect(await readEntry(entry)).toBeUndefined();
    for (const text of ['', 'x', bytes.subarray(0, 500)]) {
      writeFileSync(entry, text);
      expect((await loadForRun(place, need, folder)).statistics).toEqual(expected);
    }
  });

  it('without a writable folder, the run works without a cache', async () => {
    const place = made['an archive']!;
    const { fingerprint } = await loadDataset(place);
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    expect((await loadForRun(place, need, join(file, 'below'))).dataset.fingerprint).toBe(fingerprint);
    // Taken by folders: these cannot be written by root either.
    const taken = cacheFolder();
    for (const path of Object.values(cachePaths(taken, place.path))) mkdirSync(path, { recursive: true });
    for (let i = 0; i < 2; i++)
      expect((await loadForRun(place, need, taken)).dataset.fingerprint).toBe(fingerprint);
  });

  it('an archive is unpacked once: its content is not read again', async () => {
    const folder = cacheFolder();
    const path = await archiveOf(dirname(binaryFolder()), [BINARY]);
    const place = { kind: 'archive', path } as const;
    await settle();
    await loadForRun(place, need, folder);
    expect(await isHit(place, folder)).toBe(true);
    // Another split needs all images, and finds them in the copy.
    const asked = { ...need, numTraining: 11 };
    await loadForRun(place, asked, folder);
    expect(await isHit(place, folder, asked)).toBe(true);
    // A changed copy is not used.
    const { copy } = cachePaths(folder, path);
    const bytes = readFileSync(copy);
    bytes[20]! ^= 1;
    writeFileSync(copy, bytes);
    const again = await loadForRun(place, need, folder);
    expect(again.dataset.train.pixels).toEqual((await loadDataset(place)).train.pixels);
    expect(again.statistics).toEqual(pixelStatistics('meanImage', again.dataset.train, 10));
  });

  it('runs that are the first at the same time agree, and leave one good entry', async () => {
    const [place, folder] = [made['an archive']!, cacheFolder()];
    const all = await Promise.all(Array.from({ length: 6 }, () => loadForRun(place, need, folder)));
    for (const { statistics } of all) expect(statistics).toEqual(all[0]!.statistics);
    const after = await loadForRun(place, need, folder);
    expect(after.statistics).toEqual(all[0]!.statistics);
    expect(readdirSync(join(folder, 'known')).sort()).toEqual(
      Object.values(cachePaths(folder, place.path))
        .map(path => path.split('/').at(-1)!)
        .sort(),
    );
  });

  it('keeps the latest files only', async () => {
    const folder = cacheFolder();
    for (let i = 0; i < 70; i++) {
      const { entry, copy } = cachePaths(folder, `place ${i}`);
      for (const path of [entry, copy]) {
        await store(path, ['x']);
        utimesSync(path, i + 1, i + 1);
      }
    }
    const names = readdirSync(join(folder, 'known'));
    expect(names.filter(name => name.endsWith('.images'))).toHaveLength(2);
    expect(names.filter(name => name.endsWith('.json'))).toHaveLength(64);
    expect(existsSync(cachePaths(folder, 'place 69').copy)).toBe(true);
    expect(existsSync(cachePaths(folder, 'place 0').copy)).toBe(false);
  });
});

describe('what a run needs', () => {
  it.each([
    [{}, 1000],
    [{ trainImages: 300 }, 300],
    [{ sweep: { trainImages: [10, 700, 50] } }, 700],
    [{ sweep: [{ batchSize: [5] }, { trainImages: { logspace: [1, 3, 3] } }] }, 1000],
    [{ trainImages: 20, sweep: [{ zip: { trainImages: [100, 200], batchSize: [5, 10] } }, {}] }, 200],
  ])('%j trains on %i images', (experiment, trainImages) => {
    expect(needOf(experimentSchema.parse(experiment))).toEqual({
      ...{ preprocessing: 'meanImage', numTraining: 49_000, numValidation: 1000, trainImages },
    });
  });
});
