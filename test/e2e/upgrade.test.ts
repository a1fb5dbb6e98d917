/**
 * Runs outlive the program. test/fixtures/runs has small runs of each release; this program, and one with an additional
 * setting, read, export, resume and verify them.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fixtures = join(root, 'test', 'fixtures', 'runs');
const CSVS = ['trials.csv', 'losses.csv', 'accuracies.csv', 'summary.csv'];
const releases = readdirSync(fixtures)
  .filter(name => name.endsWith('-finished'))
  .map(name => name.replace('-finished', ''));

/** The built program with an additional setting at the start of its schema. */
function programWithSetting(): string {
  const folder = emptyFolder();
  for (const part of ['bin', 'configs', 'dist', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const schema = join(folder, 'dist', 'config', 'settings-schema.js');
  const before = readFileSync(schema, 'utf8');
  const after = before.replace(
    'settingsSchema = z.strictObject({',
    "settingsSchema = z.strictObject({\n    madeUp: nonNegative.default(7).describe('a setting of a later version'),",
  );
  expect(after).not.toBe(before);
  writeFileSync(schema, after);
  return join(folder, 'bin', 'cifar-norm.js');
}

let later: string;
beforeAll(() => {
  later = programWithSetting();
});
const programs: readonly { name: string; entry: () => string | undefined }[] = [
  { name: 'this program', entry: () => undefined },
  { name: 'a program with an additional setting', entry: () => later },
];

describe.each(releases)('runs of %s', release => {
  describe.each(programs)('in $name', ({ entry }) => {
    const copyOf = (state: string) => {
      const folder = join(emptyFolder(), 'run');
      mkdirSync(folder);
      cpSync(join(fixtures, `${release}-${state}`), folder, { recursive: true });
      return folder;
    };
    const csvsOf = (folder: string) => CSVS.map(name => readFileSync(join(folder, name), 'utf8'));
    const run = (...words: string[]) => cifarNorm(words, { entry: entry() });
    const sweep = (folder: string, ...words: string[]) =>
      run('sweep', join(fixtures, 'small.yaml'), '--data', 'synthetic', '--out', folder, '--quiet', ...words);

    it('a finished run is read, and exported with the same bytes', async () => {
      const folder = copyOf('finished');
      const csvs = csvsOf(folder);
      const status = JSON.parse((await run('status', folder, '--json')).stdout);
      expect(status).toMatchObject({ state: 'finished', planned: 12, completed: 12, left: 0 });
      expect((await run('show', folder)).stdout).toMatch(/A small run of release/);
      for (const name of CSVS) rmSync(join(folder, name));
      expect((await run('export', folder)).code).toBe(0);
      expect(csvsOf(folder)).toEqual(csvs);
    });

    it('a finished run verifies, and has nothing left to run', async () => {
      const folder = copyOf('finished');
      const verified = await run('verify', folder, '--data', 'synthetic');
      expect(verified.stdout).toMatch(/^Trained 12 trials again: the same bits/);
      const journal = readFileSync(join(folder, 'journal.jsonl'), 'utf8');
      const again = await sweep(folder, '--replicates', '2');
      expect(again.stderr).toBe('');
      expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8')).toBe(journal);
    });

    it('an interrupted run resumes to the same bytes, even without the number of replicates', async () => {
      const folder = copyOf('interrupted');
      const before = readFileSync(join(folder, 'journal.jsonl'), 'utf8');
      const { code, stderr } = await sweep(folder);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8').startsWith(before)).toBe(true);
      expect(csvsOf(folder)).toEqual(csvsOf(copyOf('finished')));
    });
  });
});

it('a journal of 0.1.0 is refused, and the error names that version', async () => {
  const folder = join(emptyFolder(), 'run');
  mkdirSync(folder);
  const text = '{"run":{"name":"x"},"startedAt":"2026-11-23T00:00:00.000Z"}';
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  writeFileSync(join(folder, 'journal.jsonl'), `${text.slice(0, -1)},"sha256":"${hash}"}\n`);
  for (const words of [['status'], ['export'], ['show']]) {
    const { code, stderr } = await cifarNorm([...words, folder]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/was written by cifar-norm 0\.1\.0, whose journals this version does not read/);
  }
});
