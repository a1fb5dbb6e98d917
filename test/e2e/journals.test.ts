/** Journals as editors, Git and power cuts leave them, read, resumed and repaired with the built command. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from './cli.ts';

const fixtures = fileURLToPath(new URL('../fixtures/runs', import.meta.url));
const FINISHED = join(fixtures, '0.2.0-finished');
const CSVS = ['trials.csv', 'losses.csv', 'accuracies.csv', 'summary.csv'];
const csvsOf = (folder: string) => CSVS.map(name => readFileSync(join(folder, name), 'utf8'));
const journalOf = (folder: string) => join(folder, 'journal.jsonl');

/** A copy of a finished run of twelve trials, with another journal. */
function runWith(change: (journal: Buffer) => Buffer): string {
  const folder = join(emptyFolder(), 'run');
  cpSync(FINISHED, folder, { recursive: true });
  writeFileSync(journalOf(folder), change(readFileSync(journalOf(folder))));
  return folder;
}

const sweep = (folder: string, ...words: string[]) =>
  cifarNorm([
    ...[
      'sweep',
      join(fixtures, 'small.yaml'),
      '--data',
      'synthetic',
      '--out',
      folder,
      '--workers',
      '0',
      '--replicates',
      '2',
    ],
    ...words,
  ]);

/** Changes the journal as text whose characters are bytes. */
const text = (change: (journal: string) => string) => (bytes: Buffer) =>
  Buffer.from(change(bytes.toString('latin1')), 'latin1');
const BYTE_ORDER_MARK = Buffer.from('\ufeff').toString('latin1');

const edits = {
  'a carriage return in every line': text(journal => journal.replaceAll('\n', '\r\n')),
  'a carriage return in two lines': text(journal =>
    journal.replace(/\n(?=\{"invocation)/, '\r\n').replace(/\n$/, '\r\n'),
  ),
  'a carriage return in the lines of trials only': text(journal =>
    journal.replace(/^(\{"id".*)\n/gm, '$1\r\n'),
  ),
  'two carriage returns in every line': text(journal => journal.replaceAll('\n', '\r\r\n')),
  'a byte-order mark': text(journal => BYTE_ORDER_MARK + journal),
  'a byte-order mark, carriage returns, and no newline at the end': text(journal =>
    (BYTE_ORDER_MARK + journal.replaceAll('\n', '\r\n')).replace(/\r\n$/, ''),
  ),
  'no newline at the end': text(journal => journal.replace(/\n$/, '')),
  'a carriage return instead of the last newline': text(journal => journal.replace(/\n$/, '\r')),
  'blanks at the ends of lines, and empty lines': text(
    journal => `\n${journal.replaceAll('\n', ' \t\n\n')}  `,
  ),
};

const shown = async (run: string) => {
  const { stdout } = await cifarNorm(['show', run, '--json', '--histories']);
  return stdout.replace(/"folder": .*/, '');
};
const shownOriginal = shown(FINISHED);

describe.each(Object.entries(edits))('%s', (name, edit) => {
  it('is read', async () => {
    const folder = runWith(edit);
    const edited = readFileSync(journalOf(folder));
    expect(await shown(folder)).toEqual(await shownOriginal);
    expect(readFileSync(journalOf(folder))).toEqual(edited);
  });

  it('is resumed, and stays readable', async () => {
    const nine = text(journal => journal.replace(/(.*\n){3}$/, ''));
    const folder = runWith(journal => edit(nine(journal)));
    const { code, stderr } = await sweep(folder);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^9 of 12 trials are finished; 3 to run$/m)]);
    expect(csvsOf(folder)).toEqual(csvsOf(FINISHED));
    const { stdout } = await cifarNorm(['status', folder, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'finished', completed: 12, corrupt: [] });
  });

  it('--repair leaves only the lines, and trains nothing', async () => {
    const folder = runWith(edit);
    const edited = readFileSync(journalOf(folder));
    const { code, stderr } = await sweep(folder, '--repair');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^12 of 12 trials are finished; 0 to run$/m)]);
    const lines = readFileSync(journalOf(folder), 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.every(line => /^\{.*\}$/.test(line))).toBe(true);
    const [copy] = readdirSync(folder).filter(file => file.includes('.damaged-'));
    // A newline is added without a repair.
    expect(copy === undefined).toBe(name === 'no newline at the end');
    if (copy !== undefined) expect(readFileSync(join(folder, copy))).toEqual(edited);
    expect(csvsOf(folder)).toEqual(csvsOf(FINISHED));
  });
});

it('a journal that Git converted is read by every command', async () => {
  const folder = runWith(edits['a byte-order mark, carriage returns, and no newline at the end']);
  const compared = async (run: string) => (await cifarNorm(['compare', run, '--by', 'normalization'])).stdout;
  expect(await compared(folder)).toEqual(await compared(FINISHED));
  const status = await cifarNorm(['status', folder, '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ state: 'finished', completed: 12, left: 0, corrupt: [] });
  const verified = await cifarNorm(['verify', folder, '--data', 'synthetic', '--trials', '2']);
  expect(verified.stdout).toMatch(/^Trained 2 trials again: the same bits/);
  const report = await cifarNorm(['report', folder, '--format', 'md']);
  expect(report.code, report.stderr).toBe(0);
  for (const name of CSVS) rmSync(join(folder, name));
  expect((await cifarNorm(['export', folder])).code).toBe(0);
  expect(csvsOf(folder)).toEqual(csvsOf(FINISHED));
  const whole = join(emptyFolder(), 'whole');
  const merged = await cifarNorm(['merge', folder, '--out', whole]);
  expect(merged.code, merged.stderr).toBe(0);
  expect(csvsOf(whole)).toEqual(csvsOf(FINISHED));
});

describe('the end of the journal as a power cut leaves it', () => {
  /** Where the last line begins. */
  const lastLine = (bytes: Buffer) => bytes.lastIndexOf(10, bytes.length - 2) + 1;
  const zeroed = (from: (bytes: Buffer) => number, to: (bytes: Buffer) => number) => (bytes: Buffer) =>
    Buffer.from(bytes).fill(0, from(bytes), to(bytes));
  const end = (bytes: Buffer) => bytes.length;
  const ends: readonly [string, number, (bytes: Buffer) => Buffer][] = [
    ['half of the last line', 11, bytes => bytes.subarray(0, (lastLine(bytes) + bytes.length) >> 1)],
    ['zeros at the beginning of the last line', 11, zeroed(lastLine, bytes => lastLine(bytes) + 20)],
    [
      'zeros in the middle of the last line',
      11,
      zeroed(
        bytes => lastLine(bytes) + 50,
        bytes => bytes.length - 50,
      ),
    ],
    ['zeros instead of the last line', 11, zeroed(lastLine, end)],
    ['zeros from the middle of the last line on', 11, zeroed(bytes => bytes.length - 100, end)],
    ['zeros instead of the last line, but not its newline', 11, zeroed(lastLine, bytes => bytes.length - 1)],
    [
      'zeros in the last two lines',
      10,
      zeroed(
        bytes => lastLine(bytes) - 100,
        bytes => bytes.length - 100,
      ),
    ],
    [
      'zeros in a line, and half a line',
      10,
      bytes =>
        zeroed(
          whole => bytes.lastIndexOf(10, lastLine(whole) - 2) + 5,
          whole => lastLine(whole) - 9,
        )(bytes).subarray(0, bytes.length - 30),
    ],
    ['zeros after the last line', 12, bytes => Buffer.concat([bytes, Buffer.alloc(5000)])],
    [
      'a line of zeros after the last line',
      12,
      bytes => Buffer.concat([bytes, Buffer.alloc(5000), Buffer.from('\n')]),
    ],
    ['only zeros', 0, zeroed(() => 0, end)],
    ['only zeros and newlines', 0, bytes => Buffer.from(bytes.map(byte => (byte === 10 ? 10 : 0)))],
    [
      'zeros up to the end of the first line',
      0,
      bytes =>
        zeroed(
          () => 0,
          () => 300,
        )(bytes).subarray(0, bytes.indexOf(10) + 1),
    ],
  ];

  it.each(ends)('%s: the same command resumes with %d trials', async (_, kept, cut) => {
    const folder = runWith(cut);
    const torn = readFileSync(journalOf(folder));
    const shown = await cifarNorm(['status', folder, '--json']);
    if (kept > 0) expect(JSON.parse(shown.stdout)).toMatchObject({ completed: kept, corrupt: [] });
    else expect(shown.stderr).toMatch(/holds no trial yet/);
    expect(readFileSync(journalOf(folder))).toEqual(torn);
    const { code, stderr } = await sweep(folder, '--quiet');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(kept > 0 ? /torn end of the journal/ : /the journal had no whole line/);
    expect(csvsOf(folder)).toEqual(csvsOf(FINISHED));
    expect(readFileSync(journalOf(folder)).includes(0)).toBe(false);
  });

  it('zeros before a whole line are damage, not the end: the run refuses, and --repair mends it', async () => {
    const folder = runWith(bytes =>
      zeroed(
        () => lastLine(bytes) - 100,
        () => lastLine(bytes) - 50,
      )(bytes),
    );
    const damaged = readFileSync(journalOf(folder));
    const { code, stderr } = await sweep(folder);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/journal\.jsonl:\d+: line \d+ is corrupt/)]);
    expect(readFileSync(journalOf(folder))).toEqual(damaged);
    expect((await sweep(folder, '--repair')).code).toBe(0);
    expect(csvsOf(folder)).toEqual(csvsOf(FINISHED));
  });

  it('a file of another program that holds zeros is left alone', async () => {
    for (const bytes of [Buffer.from('notes\0\0\n'), Buffer.from('\ufeffnotes', 'utf16le')]) {
      const folder = runWith(() => bytes);
      const { code, stderr } = await sweep(folder, '--repair');
      expect([code, stderr]).toEqual([1, expect.stringMatching(/not a journal of cifar-norm/)]);
      expect(readFileSync(journalOf(folder))).toEqual(bytes);
    }
  });
});

it.each([
  ['version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', /Git LFS\n {2}hint: .*git lfs pull/],
  ['/annex/objects/SHA256E-s1--0.jsonl\n', /git-annex\n {2}hint: .*git annex get/],
  [Buffer.from('\ufeff{"format":2}', 'utf16le'), /UTF-16\n {2}hint: .*iconv/],
])("a file in the journal's place is called by name: %s", async (content, message) => {
  const folder = runWith(() => Buffer.from(content));
  for (const { code, stderr } of [await cifarNorm(['show', folder]), await sweep(folder)])
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
});

it('a run that DVC keeps elsewhere is called by name', async () => {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, 'run.dvc'), 'outs:\n- path: run\n');
  const { code, stderr } = await cifarNorm(['show', 'run'], { cwd });
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/is kept by DVC.*\n {2}hint: .*dvc pull .*run\.dvc\n$/),
  ]);
});

it('a finding.json and CSV files with a byte-order mark are still those of the run', async () => {
  const folder = runWith(bytes => bytes);
  expect((await sweep(folder)).code).toBe(0);
  for (const name of [...CSVS, 'manifest.json', 'finding.json']) {
    const path = join(folder, name);
    expect(existsSync(path)).toBe(true);
    writeFileSync(path, `\ufeff${readFileSync(path, 'utf8').replaceAll('\n', '\r\n')}`);
  }
  const { code, stderr } = await sweep(folder);
  expect(code, stderr).toBe(0);
  expect(csvsOf(folder)).toEqual(csvsOf(FINISHED));
});
