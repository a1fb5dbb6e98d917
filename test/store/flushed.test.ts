/** What counts as done is on disk: the order of writes, flushes and renames, as the system sees it. */
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { emptyFolder, entry } from '../e2e/cli.ts';
import { type Call, traced } from './trace.ts';

const fixtures = fileURLToPath(new URL('../fixtures/runs', import.meta.url));
const mayTrace = traced([process.execPath, '-e', 'fs.mkdirSync("x")'], emptyFolder()) !== undefined;
if (!mayTrace) console.log('skipped: the order of flushes (strace cannot trace a program here)');

const cifarNorm = (cwd: string, ...words: string[]): readonly Call[] =>
  traced([process.execPath, entry, ...words], cwd)!;
const sweep = (cwd: string, ...words: string[]) =>
  cifarNorm(
    ...([cwd, 'sweep', join(fixtures, 'small.yaml'), '--data', 'synthetic', '--workers', '0'] as const),
    ...words,
  );

function copyOf(state: 'finished' | 'interrupted'): string {
  const cwd = emptyFolder();
  cpSync(join(fixtures, `0.2.0-${state}`), join(cwd, 'run'), { recursive: true });
  return cwd;
}

/** The index of the last call that `is` holds for. */
function last(calls: readonly Call[], is: (call: Call) => boolean): number {
  const at = calls.findLastIndex(is);
  expect(at).toBeGreaterThanOrEqual(0);
  return at;
}
const flushes = (path: string) => (call: Call) => call.name === 'flush' && call.path === path;
const writes = (path: string) => (call: Call) => call.name === 'write' && call.path === path;
const renamesTo = (path: string) => (call: Call) => call.name === 'rename' && call.to === path;

/** Every folder that was made has its name flushed, before the first record or view is written. */
function expectFoldersFlushed(calls: readonly Call[], first: number): void {
  const made = calls.flatMap(({ name, path }) => (name === 'mkdir' && !path.includes('cache') ? [path] : []));
  expect(made.length).toBeGreaterThan(0);
  for (const path of made) {
    const flushed = calls.findIndex(flushes(dirname(path)));
    expect([path, flushed > calls.findIndex(call => call.path === path)]).toEqual([path, true]);
    expect([path, flushed < first]).toEqual([path, true]);
  }
}

describe.skipIf(!mayTrace)('flushed to disk', () => {
  it('a new run: its folders, then its plan, then its records, then its views', () => {
    const cwd = emptyFolder();
    const calls = sweep(cwd, '--out', 'a/b/run');
    const folder = join(cwd, 'a', 'b', 'run');
    const journal = join(folder, 'journal.jsonl');
    expectFoldersFlushed(calls, calls.findIndex(writes(journal)) + 2);
    expect(calls.findIndex(flushes(folder))).toBeGreaterThan(calls.findIndex(writes(journal)));
    const finished = last(calls, renamesTo(join(folder, 'manifest.json')));
    expect(last(calls, flushes(journal))).toBeGreaterThan(last(calls, writes(journal)));
    expect(last(calls, flushes(journal))).toBeLessThan(finished);
    expect(last(calls, flushes(folder))).toBeGreaterThan(finished);
    for (const { path } of calls.filter(({ name, to }) => name === 'rename' && to?.startsWith(folder))) {
      expect(last(calls, flushes(path))).toBeGreaterThan(last(calls, writes(path)));
      expect(last(calls, flushes(path))).toBeLessThan(
        calls.findIndex(call => call.path === path && call.name === 'rename'),
      );
    }
  });

  it('a finished run whose program may have been killed before it flushed: the journal, before it is called finished', () => {
    const cwd = copyOf('finished');
    const journal = join(cwd, 'run', 'journal.jsonl');
    const calls = sweep(cwd, '--out', 'run', '--replicates', '2');
    expect(calls.filter(writes(journal))).toEqual([]);
    const [flushed, replaced] = [
      calls.findIndex(flushes(journal)),
      calls.findIndex(renamesTo(join(cwd, 'run', 'manifest.json'))),
    ];
    expect(flushed).toBeGreaterThanOrEqual(0);
    expect(flushed).toBeLessThan(replaced);
    expect(calls.findIndex(flushes(join(cwd, 'run')))).toBeLessThan(replaced);
  });

  it('--repair: the copy, before the journal is replaced', () => {
    const cwd = copyOf('finished');
    const folder = join(cwd, 'run');
    const journal = join(folder, 'journal.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('"losses":[', '"losses":[9'));
    const calls = sweep(cwd, '--out', 'run', '--replicates', '2', '--repair');
    const copy = calls.find(
      ({ name, path }) => name === 'flush' && path.startsWith(`${journal}.damaged-`),
    )!.path;
    const replaced = calls.findIndex(renamesTo(journal));
    expect(replaced).toBeGreaterThan(0);
    expect(calls.findIndex(flushes(copy))).toBeGreaterThanOrEqual(0);
    expect(calls.findIndex(flushes(copy))).toBeLessThan(replaced);
    expect(calls.findIndex(flushes(folder))).toBeLessThan(replaced);
    expect(calls.slice(replaced).some(flushes(folder))).toBe(true);
  });

  it('a torn end is cut off, and the cut flushed, before a record follows', () => {
    const cwd = copyOf('interrupted');
    const journal = join(cwd, 'run', 'journal.jsonl');
    appendFileSync(journal, '{"id"');
    const calls = sweep(cwd, '--out', 'run', '--replicates', '2');
    const cut = calls.findIndex(({ name, path }) => name === 'truncate' && path === journal);
    expect(cut).toBeGreaterThanOrEqual(0);
    expect(calls.findIndex(flushes(journal))).toBeGreaterThan(cut);
    expect(calls.findIndex(flushes(journal))).toBeLessThan(calls.findIndex(writes(journal)));
  });

  it('--fresh: the old run in its new place, before the new one begins', () => {
    const cwd = copyOf('finished');
    const journal = join(cwd, 'run', 'journal.jsonl');
    const calls = sweep(cwd, '--out', 'run', '--fresh');
    const moved = calls.find(({ name, path }) => name === 'rename' && path === journal)!;
    const begun = calls.findIndex(writes(journal));
    for (const folder of [dirname(moved.to!), join(cwd, 'run'), cwd]) {
      const flushed = calls.findIndex(flushes(folder));
      expect([folder, flushed >= 0 && flushed < begun]).toEqual([folder, true]);
    }
    expect(calls.indexOf(moved)).toBeLessThan(calls.findIndex(flushes(dirname(moved.to!))));
  });

  it('merge: the new folder and its parents', () => {
    const cwd = copyOf('finished');
    const calls = cifarNorm(cwd, 'merge', 'run', '--out', 'new/whole');
    expectFoldersFlushed(calls, last(calls, renamesTo(join(cwd, 'new', 'whole', 'manifest.json'))));
  });

  it('an archive: its content, then its name', () => {
    const cwd = emptyFolder();
    const bytes = Buffer.from('an archive');
    writeFileSync(join(cwd, 'from'), bytes);
    const hash = (name: string) => createHash(name).update(bytes).digest('hex');
    const archive = {
      name: 'archive',
      url: '',
      bytes: bytes.length,
      md5: hash('md5'),
      sha256: hash('sha256'),
    };
    const module = new URL('../../dist/data/install.js', import.meta.url).href;
    const program = `
      import { install } from ${JSON.stringify(module)};
      const { signal } = new AbortController();
      await install({ from: 'from', target: ${JSON.stringify(join(cwd, 'cache', 'archive'))}, archive: ${JSON.stringify(archive)}, signal });`;
    const calls = traced([process.execPath, '--input-type=module', '-e', program], cwd)!;
    const target = join(cwd, 'cache', 'archive');
    const replaced = last(calls, renamesTo(target));
    const { path } = calls[replaced]!;
    expect(last(calls, flushes(path))).toBeGreaterThan(last(calls, writes(path)));
    expect(last(calls, flushes(path))).toBeLessThan(replaced);
    expect(calls.slice(replaced).some(flushes(dirname(target)))).toBe(true);
    expect(calls.some(flushes(cwd))).toBe(true);
  });
});
