/** Every command that reads a run says which data it has, how many of its trials, and what of its journal is left out. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { binaryFolder } from '../data/fixtures.ts';
import { readLines, sealed, writeLines } from '../store/altered.ts';
import { cifarNorm, emptyFolder } from './cli.ts';

const FEW = `
numTraining: 10
numValidation: 5
trainImages: 10
batchSize: 5
hiddenDims: [6]
epochs: 2
sweep: { weightScale: [0.01, 0.1, 1], normalization: [batchnorm, none] }
`;
const file = join(emptyFolder(), 'few.yaml');
writeFileSync(file, FEW);
const cwd = emptyFolder();
const folderOf = (name: string) => join(cwd, 'results', name);
const command = (...words: string[]) => cifarNorm(words, { cwd });
const json = async (...words: string[]) => JSON.parse((await command(...words, '--json')).stdout);

/** A run whose fifth line, a record, has a changed byte, and that has a record of another run at its end. */
beforeAll(async () => {
  const other = join(emptyFolder(), 'other');
  const data = binaryFolder();
  for (const [place, name] of [
    ['synthetic', folderOf('synthetic')],
    [data, folderOf('unofficial')],
    [data, other],
  ] as const) {
    const seed = name === other ? ['--seed', '7'] : [];
    const words = ['sweep', file, '--data', place, '--out', name, '--quiet', '--workers', '1', ...seed];
    expect((await cifarNorm(words)).code).toBe(0);
  }
  mkdirSync(folderOf('damaged'));
  const foreign = sealed(readLines(other).records[0]!);
  const whole = writeLines(readLines(folderOf('unofficial')), [foreign]);
  const lines = readFileSync(join(whole, 'journal.jsonl'), 'utf8').split('\n');
  lines[4] = lines[4]!.replace('"losses":[', '"losses":[9');
  writeFileSync(join(folderOf('damaged'), 'journal.jsonl'), lines.join('\n'));
});

const CORRUPT = 'Line 5 of the journal is corrupt (checksum mismatch): what was in it may be missing.';
const FOREIGN = 'Line 11 of the journal belongs to another run: left out.';
const LEFT_OUT = [CORRUPT, FOREIGN];
const UNOFFICIAL = "unofficial images in CIFAR-10's layout";
const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('a journal with a corrupt line and one of another run', () => {
  const name = 'damaged';

  it.each([
    ['show'],
    ['compare'],
    ['status'],
    ['export'],
    ['report', '--format', 'md'],
    ['verify', '--trials', '1'],
  ])('%s names both on stderr, also with --quiet, and how to repair it', async (verb, ...words) => {
    const { stderr } = await command(verb, name, ...words, '--quiet');
    for (const sentence of LEFT_OUT) expect(stderr).toContain(`${name}: ${sentence}\n`);
    expect(stderr).toMatch(/hint: .*--repair/);
  });

  it('so do runs, and status of the latest run', async () => {
    const alone = emptyFolder();
    cpSync(folderOf(name), join(alone, 'results', name), { recursive: true });
    for (const verb of ['runs', 'status']) {
      const { stderr, code } = await cifarNorm([verb, '--quiet'], { cwd: alone });
      for (const sentence of LEFT_OUT) expect(stderr).toContain(`${name}: ${sentence}\n`);
      expect(code).toBe(0);
    }
  });

  it('documents say it too', async () => {
    expect((await json('show', name)).leftOut).toEqual(LEFT_OUT);
    expect((await json('compare', name)).runs).toEqual([
      { folder: folderOf(name), data: UNOFFICIAL, trials: 5, planned: 6, leftOut: LEFT_OUT },
    ]);
    expect(await json('status', name)).toMatchObject({ corrupt: [5], leftOut: LEFT_OUT, label: UNOFFICIAL });
    expect(await json('export', name)).toMatchObject({ trials: 5, planned: 6, leftOut: LEFT_OUT });
    const runs = (await json('runs')) as { folder: string; leftOut: string[] }[];
    expect(runs.find(({ folder }) => folder === folderOf(name))!.leftOut).toEqual(LEFT_OUT);
    expect((await json('report', name)).runs[0]).toMatchObject({ planned: 6, leftOut: LEFT_OUT });
    for (const format of ['html', 'md']) {
      const out = join(emptyFolder(), 'report');
      await command('report', name, '--format', format, '--out', out);
      const text = readFileSync(out, 'utf8').replaceAll('\\', '');
      for (const sentence of LEFT_OUT) expect(text).toContain(sentence);
    }
    const compared = flat((await command('compare', name)).stdout);
    for (const sentence of LEFT_OUT) expect(compared).toContain(sentence);
  });

  it('titles say that a trial is missing', async () => {
    expect((await command('show', name)).stdout).toContain(`5 of 6 trials on ${UNOFFICIAL}\n`);
    expect(flat((await command('show', name)).stdout)).toContain('again with --repair to resume');
    expect((await command('compare', name)).stdout).toMatch(/^5 of 6 trials on unofficial/);
    expect((await command('compare', name, '--format', 'md')).stdout).toMatch(/^- 5 of 6 trials on unoff/);
    const out = emptyFolder();
    await command('report', name, '--format', 'html', '--out', join(out, 'page'));
    await command('report', name, '--format', 'md', '--out', join(out, 'text'));
    await command('report', name, '--format', 'svg', '--out', join(out, 'figures'));
    const page = readFileSync(join(out, 'page'), 'utf8');
    expect(page).toContain('<title>few (5 of 6 trials)</title>');
    expect(page).toContain('<h1>few (5 of 6 trials)</h1>');
    expect(readFileSync(join(out, 'text'), 'utf8')).toMatch(/^## few \(5 of 6 trials\)\n/);
    const figures = readdirSync(join(out, 'figures'));
    for (const figure of figures)
      expect(readFileSync(join(out, 'figures', figure), 'utf8')).toMatch(
        /aria-label="[^"]*\(unofficial images in CIFAR-10[^"]*s layout, 5 of 6 trials\)"/,
      );
  });
});

describe.each([
  ['synthetic', 'synthetic data', /The images are synthetic: this says nothing about CIFAR-10\./],
  ['unofficial', UNOFFICIAL, /but are not the official ones: figures are not those of CIFAR-10\./],
])('%s images', (name, label, sentence) => {
  it('are called so in every text', async () => {
    for (const [verb, ...words] of [
      ['show'],
      ['show', '--format', 'junit'],
      ['compare'],
      ['compare', '--format', 'md'],
      ['compare', name],
      ['status'],
      ['verify', '--trials', '1'],
    ] as const) {
      const { stdout } = await command(verb, name, ...words);
      expect(flat(stdout).replaceAll('&apos;', "'"), [verb, ...words].join(' ')).toContain(label);
      expect(stdout).not.toMatch(/(on|\() ?CIFAR-10\b(?!')/);
    }
    expect(flat((await command('compare', name)).stdout)).toMatch(sentence);
    expect(flat((await command('runs')).stdout)).toContain(label);
    const { stderr } = await command('export', name);
    expect(stderr).toBe(`6 trials on ${label}\n`);
  });

  it('are called so in every document', async () => {
    expect((await json('show', name)).data.label).toBe(label);
    expect((await json('compare', name)).runs[0].data).toBe(label);
    expect((await json('status', name)).label).toBe(label);
    expect((await json('export', name)).data).toBe(label);
    expect((await json('report', name)).runs[0].data).toBe(label);
    expect((await json('verify', name, '--trials', '1')).data).toBe(label);
    const out = emptyFolder();
    for (const format of ['html', 'md', 'svg'])
      await command('report', name, '--format', format, '--out', join(out, format));
    expect(readFileSync(join(out, 'html'), 'utf8')).toMatch(sentence);
    expect(readFileSync(join(out, 'md'), 'utf8')).toMatch(sentence);
    const figures = readdirSync(join(out, 'svg'));
    expect(figures.some(figure => figure.includes('difference'))).toBe(true);
    for (const figure of figures)
      expect(readFileSync(join(out, 'svg', figure), 'utf8').replaceAll('&#39;', "'")).toContain(`(${label})`);
  });
});

it('the expectations of a shipped experiment do not apply to images that are not the official ones', async () => {
  const small = ['hiddenDims=[4]', 'epochs=1', 'numTraining=10', 'numValidation=5', 'trainImages=10'];
  const sets = [...small, 'batchSize=5', 'weightScale=[0.1]'].flatMap(set => ['--set', set]);
  const words = ['sweep', 'weight-scale', '--data', binaryFolder(), '--quiet', '--out', 'shipped', ...sets];
  const { code, stdout } = await cifarNorm(words, { cwd: emptyFolder() });
  expect(stdout).toContain('The images are not the official ones.');
  expect(code).toBe(0);
});
