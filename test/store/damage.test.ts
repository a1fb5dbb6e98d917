/** One damaged line, whichever and however, costs at most the trial of that line. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CifarNormError } from '../../src/errors.ts';
import { exportRun } from '../../src/run/export.ts';
import { statusOf } from '../../src/store/status.ts';
import { readRun } from '../../src/store/stored-run.ts';
import { emptyFolder } from '../e2e/cli.ts';
import { csvsOf, finishedIn, journalOf, quietRun, runTiny, tiny } from './tiny.ts';

const experiment = tiny(3);
const extended = { ...experiment, replicates: 2 };
const TRIALS = 12;
let out: string;
let bytes: Buffer;
/** Where each line begins, and where its newline is. */
const lines: { start: number; end: number }[] = [];

beforeAll(async () => {
  out = await quietRun(experiment);
  // Extended, so that the plan has lines in the middle of the journal too.
  await runTiny(extended, out);
  bytes = readFileSync(journalOf(out));
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    lines.push({ start, end });
    start = end + 1;
  }
});

const replaced = (at: number, count: number, by: string | number): Buffer =>
  Buffer.concat([
    bytes.subarray(0, at),
    typeof by === 'string' ? Buffer.from(by) : Buffer.of(by),
    bytes.subarray(at + count),
  ]);

type Line = { start: number; end: number };
const damages: Readonly<Record<string, (line: Line) => Buffer>> = {
  'a flipped bit at its beginning': ({ start }) => replaced(start, 1, bytes[start]! ^ 1),
  'a flipped bit in its middle': ({ start, end }) =>
    replaced((start + end) >> 1, 1, bytes[(start + end) >> 1]! ^ 4),
  'a flipped bit in its hash': ({ end }) => replaced(end - 4, 1, bytes[end - 4]! ^ 1),
  'a flipped bit in its newline': ({ end }) => replaced(end, 1, bytes[end]! ^ 1),
  'a lost newline': ({ end }) => replaced(end, 1, ''),
  'a newline in its middle': ({ start, end }) => replaced((start + end) >> 1, 0, '\n'),
  'a carriage return before its newline': ({ end }) => replaced(end, 0, '\r'),
  'zeros instead of it': ({ start, end }) => replaced(start, end - start, '\0'.repeat(end - start)),
  'its second half lost': ({ start, end }) => replaced((start + end) >> 1, (end - start) >> 1, ''),
  'all of it lost': ({ start, end }) => replaced(start, end + 1 - start, ''),
  "another program's line before it": ({ start }) => replaced(start, 0, 'note to self\n'),
};

describe.each(Object.entries(damages))('%s', (_, damage) => {
  it('costs one trial at most: when read, exported, refused and repaired', async () => {
    for (const line of lines) {
      const folder = join(emptyFolder(), 'run');
      cpSync(out, folder, { recursive: true });
      const damaged = damage(line);
      writeFileSync(journalOf(folder), damaged);
      const read = await finishedIn(folder);
      expect(read.size).toBeGreaterThanOrEqual(TRIALS - 1);
      const run = await readRun(folder);
      expect((await statusOf(run)).planned).toBe(TRIALS);
      await run.close();
      await exportRun({ folder }, { force: true });
      expect(csvsOf(folder)[0]!.trimEnd().split('\n')).toHaveLength(1 + read.size);
      const refusal = await runTiny(extended, folder).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refusal) {
        expect(refusal).toBeInstanceOf(CifarNormError);
        expect(readFileSync(journalOf(folder))).toEqual(damaged);
        const { ran } = await runTiny(extended, folder, { repair: true });
        expect(ran.length).toBeLessThanOrEqual(1);
      }
      expect((await finishedIn(folder)).size).toBe(TRIALS);
      expect(csvsOf(folder)).toEqual(csvsOf(out));
    }
  });
});

describe('while a run goes on', () => {
  it.each([
    ['a line is appended', (path: string) => appendFileSync(path, 'note to self\n')],
    ['half a line is appended', (path: string) => appendFileSync(path, '{"id"')],
    [
      'a byte of a record is changed',
      (path: string) =>
        writeFileSync(path, readFileSync(path, 'latin1').replace('"losses":[', '"losses":[9'), 'latin1'),
    ],
    [
      'a byte of the first line is changed',
      (path: string) => writeFileSync(path, readFileSync(path, 'latin1').replace('"fo', '"f0'), 'latin1'),
    ],
  ])('%s: one error, and the next run repairs it', async (_, edit) => {
    const folder = join(emptyFolder(), 'run');
    let finished = 0;
    const onEvent = ({ kind }: { kind: string }) => {
      if (kind === 'finished' && ++finished === 2) edit(journalOf(folder));
    };
    const outcome = await runTiny(experiment, folder, { onEvent }).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(CifarNormError);
    const kept = await finishedIn(folder);
    expect(kept.size).toBeGreaterThanOrEqual(1);
    const { ran } = await runTiny(experiment, folder, { repair: true });
    expect(ran.filter(id => kept.has(id))).toEqual([]);
    expect((await finishedIn(folder)).size).toBe(TRIALS / 2);
    expect(csvsOf(folder)).toEqual(csvsOf(await quietRun(experiment)));
  });
});

describe('lines that are changed while a run goes on, without a change of length', () => {
  const edit = (path: string, from: string, to: string) =>
    writeFileSync(path, readFileSync(path, 'latin1').replaceAll(from, to), 'latin1');
  it.each([
    ['all plan lines', '{"format":2', '{"format":3', 'lines \\(the first is line 1\\)'],
    ['all invocation lines', '{"invocation":', '{"lnvocation":', 'lines \\(the first is line 3\\)'],
    ['a name in all lines', '"batchnorm"', '"batchn0rm"', 'lines'],
  ])('%s: reported when the run ends, and nothing is lost', async (_, from, to, named) => {
    const folder = join(emptyFolder(), 'run');
    let finished = 0;
    const onEvent = ({ kind }: { kind: string }) => {
      if (kind === 'finished' && ++finished === 3) edit(journalOf(folder), from, to);
    };
    await expect(runTiny(experiment, folder, { onEvent })).rejects.toThrow(
      new RegExp(`another program changed the journal while .*: \\d+ ${named}.* corrupt`),
    );
    const quiet = csvsOf(await quietRun(experiment));
    expect(csvsOf(folder)).toEqual(quiet);
    const { ran } = await runTiny(experiment, folder, { repair: true });
    expect(ran).toEqual([]);
    expect((await finishedIn(folder)).size).toBe(TRIALS / 2);
    expect(csvsOf(folder)).toEqual(quiet);
  });

  it('a line appended after the last trial: reported when the run ends', async () => {
    const folder = join(emptyFolder(), 'run');
    let finished = 0;
    const onEvent = ({ kind }: { kind: string }) => {
      if (kind === 'finished' && ++finished === TRIALS / 2) appendFileSync(journalOf(folder), '{"id"');
    };
    await expect(runTiny(experiment, folder, { onEvent })).rejects.toThrow(
      'another program changed the journal',
    );
    expect((await finishedIn(folder)).size).toBe(TRIALS / 2);
  });
});

it('an editor replaces the journal during the run: both files are kept, and the message says so', async () => {
  const folder = join(emptyFolder(), 'run');
  let finished = 0;
  const onEvent = ({ kind }: { kind: string }) => {
    if (kind !== 'finished' || ++finished !== 2) return;
    const { status } = spawnSync('sed', ['-i', 's/batchnorm/BATCHNORM/', journalOf(folder)]);
    expect(status).toBe(0);
  };
  const error = await runTiny(experiment, folder, { onEvent }).catch((problem: CifarNormError) => problem);
  const [, restored] = /was replaced by another file .* written again in (.*)$/.exec(
    (error as Error).message,
  )!;
  expect((error as CifarNormError).hint).not.toMatch(/removed/);
  expect((await finishedIn(restored!)).size).toBe(TRIALS / 2);
  expect(csvsOf(restored!)).toEqual(csvsOf(await quietRun(experiment)));
  expect(readFileSync(journalOf(folder), 'utf8')).toContain('BATCHNORM');
});

describe('a journal that is no regular file', () => {
  it.each([
    ['a FIFO', (path: string) => spawnSync('mkfifo', [path])],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link to nothing', (path: string) => symlinkSync('nothing', path)],
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ])('%s is refused at once', async (_, make) => {
    const folder = emptyFolder();
    make(journalOf(folder));
    await expect(readRun(folder)).rejects.toBeInstanceOf(CifarNormError);
    for (const repair of [false, true])
      await expect(runTiny(experiment, folder, { repair })).rejects.toThrow(journalOf(folder));
  });
});

it('a line of a newer version is kept by --repair, and is not called corrupt', async () => {
  const folder = join(emptyFolder(), 'run');
  cpSync(out, folder, { recursive: true });
  const content = '{"future":[1,2]';
  const hash = createHash('sha256').update(`${content}}`).digest('hex').slice(0, 16);
  const newer = `${content},"sha256":"${hash}"}\n`;
  appendFileSync(journalOf(folder), `corrupt\n${newer}`);
  const run = await readRun(folder);
  expect([run.corrupt, run.newer]).toEqual([[lines.length + 1], [lines.length + 2]]);
  await run.close();
  expect((await runTiny(extended, folder, { repair: true })).ran).toEqual([]);
  const text = readFileSync(journalOf(folder), 'utf8');
  expect(text).toContain(newer);
  expect(text).not.toContain('corrupt\n');
});
