/**
 * Every prefix of the changes that a run makes to its files, and the last write of each torn in the middle: the run
 * resumes, runs nothing again that had finished, and ends with the bytes of a quiet run.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { emptyFolder } from '../e2e/cli.ts';
import { type Change, changes } from './recorder.ts';
import { csvsOf, finishedIn, journalOf, runTiny, tiny } from './tiny.ts';

vi.mock('node:fs/promises', async original => {
  const { recording } = await import('./recorder.ts');
  return recording(await original<typeof import('node:fs/promises')>());
});

const TRIALS = 20;
const experiment = tiny(TRIALS / 2);

/** Makes a change again, with `from` in its paths replaced by `to`. */
function replay(change: Change, from: string, to: string): void {
  const there = (path: string) => path.replace(from, to);
  const path = there(change.path);
  if (change.kind === 'mkdir') fs.mkdirSync(path, { recursive: true });
  else if (change.kind === 'create') fs.appendFileSync(path, '');
  else if (change.kind === 'append') fs.appendFileSync(path, change.bytes);
  else if (change.kind === 'truncate') fs.truncateSync(path, change.size);
  else if (change.kind === 'rename') fs.renameSync(path, there(change.to));
  else if (change.kind === 'copy') fs.copyFileSync(path, there(change.to));
  else fs.rmSync(path);
}

const torn = (change: Change): Change =>
  change.kind === 'append' ? { ...change, bytes: change.bytes.subarray(0, change.bytes.length / 2) } : change;

async function resume(out: string, quiet: readonly string[]): Promise<void> {
  const before = fs.existsSync(journalOf(out))
    ? await finishedIn(out).catch(() => new Set<string>())
    : new Set();
  const { ran, complete } = await runTiny(experiment, out);
  expect(complete).toBe(true);
  expect(new Set(ran).size).toBe(ran.length);
  expect(before.size + ran.length).toBe(TRIALS);
  expect(ran.filter(id => before.has(id))).toEqual([]);
  expect(csvsOf(out)).toEqual(quiet);
  expect(fs.readdirSync(out).filter(name => name.includes('.tmp-'))).toEqual([]);
}

it('resumes after every prefix of the changes of a run, and after torn writes', async () => {
  const original = join(emptyFolder(), 'run');
  await runTiny(experiment, original);
  const made = changes.splice(0);
  const quiet = csvsOf(original);
  // Plan, invocation, each trial, three CSV files and the manifest twice: none of them went unrecorded.
  expect(made.filter(({ kind }) => kind === 'append').length).toBeGreaterThanOrEqual(2 + TRIALS + 3 + 2);
  let count = 0;
  for (let length = 0; length <= made.length; length++) {
    for (const shape of length === 0 ? ['whole'] : ['whole', 'torn']) {
      const last = made[length - 1];
      if (shape === 'torn' && last?.kind !== 'append') continue;
      const out = join(emptyFolder(), 'run');
      for (const change of made.slice(0, Math.max(length - 1, 0))) replay(change, original, out);
      if (last) replay(shape === 'torn' ? torn(last) : last, original, out);
      await resume(out, quiet);
      changes.splice(0);
      count++;
    }
  }
  console.log(`${made.length} changes, ${count} prefixes`);
});
