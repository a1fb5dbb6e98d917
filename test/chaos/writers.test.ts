/** Other processes in the folder of an active run: a second writer, and programs that change the journal. */
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { cifarNorm, emptyFolder, entry } from '../e2e/cli.ts';
import { csvsOf, idsIn, smallSweep, TRIALS } from './small.ts';

const NEW_NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const canUnshare = spawnSync(NEW_NAMESPACE[0]!, [...NEW_NAMESPACE.slice(1), 'true']).status === 0;
if (!canUnshare) console.log('skipped: two writers in two PID namespaces (unshare is not permitted here)');

const words = smallSweep();
const calm = join(emptyFolder(), 'run');
beforeAll(async () => {
  expect((await cifarNorm([...words, '--out', calm])).code).toBe(0);
});

it.skipIf(!canUnshare)('of two writers in two PID namespaces, one is refused', async () => {
  const out = join(emptyFolder(), 'run');
  const within = () =>
    new Promise<{ code: number | null; stderr: string }>(resolve => {
      const child = spawn(NEW_NAMESPACE[0]!, [
        ...NEW_NAMESPACE.slice(1),
        process.execPath,
        entry,
        ...words,
        '--out',
        out,
      ]);
      let stderr = '';
      child.stdout.resume();
      child.stderr.on('data', chunk => {
        stderr += chunk;
      });
      child.on('close', code => resolve({ code, stderr }));
    });
  const outcomes = await Promise.all([within(), within()]);
  expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 2]);
  expect(outcomes.find(({ code }) => code === 2)!.stderr).toMatch(/is in use by/);
  const ids = idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'));
  expect(ids).toHaveLength(TRIALS);
  expect(new Set(ids).size).toBe(TRIALS);
  expect(csvsOf(out)).toEqual(csvsOf(calm));
});

/** Calls `act` once a few trials have finished. */
function whenSome(out: string, act: (journal: string) => void): () => void {
  const journal = join(out, 'journal.jsonl');
  return () => {
    const timer = setInterval(() => {
      if (!existsSync(journal) || readFileSync(journal, 'utf8').split('"losses"').length < 4) return;
      clearInterval(timer);
      act(journal);
    }, 2);
  };
}

it.each([
  ['appends a line', (path: string) => appendFileSync(path, 'note to self\n')],
  ['appends half a line', (path: string) => appendFileSync(path, '{"id":')],
])('a program that %s ends the run with one error, and no finished trial is lost', async (_, act) => {
  const out = join(emptyFolder(), 'run');
  const { code, stderr } = await cifarNorm([...words, '--out', out], { onStart: whenSome(out, act) });
  expect(code).toBe(1);
  expect(stderr).toMatch(/another program changed the journal/);
  expect(stderr).not.toMatch(/^\s+at /m);
  const again = await cifarNorm([...words, '--out', out, '--repair']);
  expect(again.code).toBe(0);
  const ids = idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'));
  expect(ids).toHaveLength(TRIALS);
  expect(new Set(ids).size).toBe(TRIALS);
  expect(csvsOf(out)).toEqual(csvsOf(calm));
});

it('a run reports changed plan lines when it ends, and loses no trial', async () => {
  const out = join(emptyFolder(), 'run');
  const change = (path: string) => {
    const text = readFileSync(path, 'latin1');
    const file = openSync(path, 'r+');
    for (const { index } of text.matchAll(/batchnorm/g)) writeSync(file, 'BATCHNORM', index);
    closeSync(file);
  };
  const { code, stderr } = await cifarNorm([...words, '--out', out], { onStart: whenSome(out, change) });
  expect(code).toBe(1);
  expect(stderr).toMatch(/another program changed the journal .* lines \(the first is line 1\) are corrupt/);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(csvsOf(out)).toEqual(csvsOf(calm));
  expect((await cifarNorm([...words, '--out', out, '--repair'])).code).toBe(0);
  expect(idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'))).toHaveLength(TRIALS);
  expect(csvsOf(out)).toEqual(csvsOf(calm));
});

it('if an editor replaces the journal, the run writes its own beside it, and says so', async () => {
  const out = join(emptyFolder(), 'run');
  const replace = (path: string) => {
    writeFileSync(`${path}.new`, readFileSync(path));
    renameSync(`${path}.new`, path);
  };
  const { code, stderr } = await cifarNorm([...words, '--out', out], { onStart: whenSome(out, replace) });
  expect(code).toBe(1);
  const [, restored] = /was replaced by another file .* written again in (\S+)\n/.exec(stderr)!;
  expect(idsIn(readFileSync(join(restored!, 'journal.jsonl'), 'utf8'))).toHaveLength(TRIALS);
  expect(csvsOf(restored!)).toEqual(csvsOf(calm));
});

it('a run whose folder is moved and a new run at the old path both keep all of their results', async () => {
  const out = join(emptyFolder(), 'run');
  let second: ReturnType<typeof cifarNorm> | undefined;
  const first = await cifarNorm([...words, '--out', out], {
    onStart: whenSome(out, () => {
      renameSync(out, `${out}.moved`);
      second = cifarNorm([...words, '--out', out, '--set', 'epochs=99']);
    }),
  });
  expect(first.code).toBe(1);
  expect(first.stderr).toMatch(/was moved/);
  expect((await second!).code).toBe(0);
  expect(readFileSync(join(out, 'accuracies.csv'), 'utf8')).not.toMatch(/,100,/);
  expect(idsIn(readFileSync(join(`${out}.moved`, 'journal.jsonl'), 'utf8'))).toHaveLength(TRIALS);
  expect((await cifarNorm(['export', `${out}.moved`])).code).toBe(0);
  expect(csvsOf(`${out}.moved`)).toEqual(csvsOf(calm));
});

it("a user's own file is not replaced, and no journal is written next to it", async () => {
  const out = emptyFolder();
  writeFileSync(join(out, 'trials.csv'), 'my,own\n');
  const { code, stderr } = await cifarNorm([...words, '--out', out]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/trials\.csv was not written by cifar-norm/);
  expect(existsSync(join(out, 'journal.jsonl'))).toBe(false);
});
