/**
 * Repeated SIGKILLs at random moments of a sweep: no finished trial is lost or runs twice, and the final files equal
 * those of an undisturbed run. `npm run test:chaos -- --kills 100`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { CSVS, csvsOf, idsIn, smallSweep, TRIALS } from './small.ts';

const KILLS = Number(process.env.CHAOS_KILLS ?? 10);

it(
  `${KILLS} kills lose nothing`,
  async () => {
    const words = smallSweep();
    const calm = join(emptyFolder(), 'run');
    const start = performance.now();
    expect((await cifarNorm([...words, '--out', calm])).code).toBe(0);
    const longest = performance.now() - start;

    let out = join(emptyFolder(), 'run');
    let before = '';
    let [kills, hits, runs, torn] = [0, 0, 0, 0];
    // A kill after the end of the run does not count.
    while (hits < KILLS) {
      kills++;
      const { code } = await cifarNorm([...words, '--out', out], {
        onStart: child => void setTimeout(() => child.kill('SIGKILL'), Math.random() * 0.9 * longest),
      });
      const journal = join(out, 'journal.jsonl');
      const after = existsSync(journal) ? readFileSync(journal, 'utf8') : '';
      // Complete lines stay byte for byte: no finished trial is lost or runs again.
      const whole = before.slice(0, before.lastIndexOf('\n') + 1);
      expect(after.startsWith(whole)).toBe(true);
      if (!after.endsWith('\n') && after !== '') torn++;
      const ids = idsIn(after);
      expect(new Set(ids).size).toBe(ids.length);
      if (code === null) hits++;
      before = after;
      if (code !== 0) continue;
      expect(ids).toHaveLength(TRIALS);
      expect(csvsOf(out)).toEqual(csvsOf(calm));
      runs++;
      out = join(emptyFolder(), 'run');
      before = '';
    }
    expect((await cifarNorm([...words, '--out', out])).code).toBe(0);
    expect(idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'))).toHaveLength(TRIALS);
    for (const [i, name] of CSVS.entries())
      expect(readFileSync(join(out, name), 'utf8')).toBe(csvsOf(calm)[i]);
    console.log(
      `${hits} kills (and ${kills - hits} after the end); ${torn} torn lines; ${runs + 1} runs finished`,
    );
  },
  60_000 + KILLS * 20_000,
);
