/** SIGKILL while a run or `export` writes views: every file stays complete, and temporary files are cleaned up. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { CSVS, csvsOf, idsIn, smallSweep, TRIALS } from './small.ts';

const KILLS = Math.ceil(Number(process.env.CHAOS_KILLS ?? 10) / 2);
const words = smallSweep();
const calm = join(emptyFolder(), 'run');
const journalIn = (folder: string) => readFileSync(join(folder, 'journal.jsonl'), 'utf8');

beforeAll(async () => {
  expect((await cifarNorm([...words, '--out', calm])).code).toBe(0);
});

/** Expects every existing CSV file to be complete. */
function expectWhole(folder: string): void {
  for (const [i, name] of CSVS.entries())
    if (existsSync(join(folder, name)))
      expect(readFileSync(join(folder, name), 'utf8')).toBe(csvsOf(calm)[i]);
}

const litterIn = (folder: string) => readdirSync(folder).filter(name => name.includes('.tmp-'));

it(
  `${KILLS} kills during export`,
  async () => {
    const out = join(emptyFolder(), 'run');
    cpSync(calm, out, { recursive: true });
    const journal = journalIn(out);
    const start = performance.now();
    await cifarNorm(['export', out]);
    const longest = performance.now() - start;
    let [killed, littered] = [0, 0];
    while (killed < KILLS) {
      if (killed % 2 === 0) for (const name of CSVS) rmSync(join(out, name), { force: true });
      const { code } = await cifarNorm(['export', out], {
        onStart: child => void setTimeout(() => child.kill('SIGKILL'), (0.3 + 0.7 * Math.random()) * longest),
      });
      if (code === null) killed++;
      if (litterIn(out).length > 0) littered++;
      expectWhole(out);
      expect(journalIn(out)).toBe(journal);
    }
    expect((await cifarNorm(['export', out])).code).toBe(0);
    expect(csvsOf(out)).toEqual(csvsOf(calm));
    expect(litterIn(out)).toEqual([]);
    console.log(`${killed} kills during export, ${littered} left temporary files`);
  },
  60_000 + KILLS * 10_000,
);

it(
  `${KILLS} kills while a run writes its views`,
  async () => {
    let [killed, incomplete] = [0, 0];
    while (killed < KILLS) {
      const out = join(emptyFolder(), 'run');
      cpSync(calm, out, { recursive: true });
      for (const name of CSVS) rmSync(join(out, name));
      // All trials have finished, so the run spends nearly all of its time writing views.
      const { code } = await cifarNorm([...words, '--out', out], {
        onStart: child => {
          const timer = setInterval(() => {
            if (litterIn(out).length === 0 && !existsSync(join(out, 'trials.csv'))) return;
            clearInterval(timer);
            setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
          }, 1);
          child.on('close', () => clearInterval(timer));
        },
      });
      if (code === null) killed++;
      if (code === null && CSVS.some(name => !existsSync(join(out, name)))) incomplete++;
      expectWhole(out);
      expect(idsIn(journalIn(out))).toHaveLength(TRIALS);
      expect((await cifarNorm([...words, '--out', out])).code).toBe(0);
      expect(csvsOf(out)).toEqual(csvsOf(calm));
      expect(litterIn(out)).toEqual([]);
    }
    console.log(`${killed} kills while views were written, ${incomplete} before the last of them`);
  },
  60_000 + KILLS * 10_000,
);
