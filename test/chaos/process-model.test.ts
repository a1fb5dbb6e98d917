/**
 * Random histories of a run in real processes: kills, exports, edits and moves in any order lose no finished trial.
 * `npm run test:chaos -- --runs 2000` runs a twentieth as many of these.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cifarNorm, emptyFolder, type Outcome } from '../e2e/cli.ts';
import { csvsOf, finishedIn, journalOf } from '../store/tiny.ts';
import { smallSweep } from './small.ts';

const RUNS = Math.ceil(Number(process.env.CHAOS_RUNS ?? 60) / 20);
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31);
const TRIALS = 6;
const words = [...smallSweep(), '--set', 'weightScale=[0.01, 0.1, 1]', '--workers', '2'];

const event = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('kill' as const), after: fc.integer({ min: 200, max: 1200 }) }),
  },
  fc.record({ kind: fc.constant('export' as const), after: fc.integer({ min: 100, max: 600 }) }),
  fc.record({ kind: fc.constant('edit' as const), after: fc.nat() }),
  fc.record({ kind: fc.constant('resume' as const), after: fc.constant(0) }),
  fc.record({ kind: fc.constant('move' as const), after: fc.constant(0) }),
);

function expectNoStack({ stderr }: Outcome): void {
  expect(stderr).not.toMatch(/^\s+at /m);
}

const readable = (folder: string): Promise<Set<string>> =>
  fs.existsSync(journalOf(folder))
    ? finishedIn(folder).catch(() => new Set<string>())
    : Promise.resolve(new Set());

it(
  `${RUNS} histories through processes, seed ${SEED}`,
  async () => {
    const calm = join(emptyFolder(), 'run');
    expect((await cifarNorm([...words, '--out', calm])).code).toBe(0);
    const quiet = csvsOf(calm);
    let events = 0;
    const property = fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 10 }), async history => {
      let folder = join(emptyFolder(), 'run');
      let finished = new Set<string>();
      for (const { kind, after } of history) {
        events++;
        const killed = {
          onStart: (child: { kill(signal: 'SIGKILL'): void }) =>
            void setTimeout(() => child.kill('SIGKILL'), after),
        };
        if (kind === 'kill') expectNoStack(await cifarNorm([...words, '--repair', '--out', folder], killed));
        else if (kind === 'resume') expectNoStack(await cifarNorm([...words, '--repair', '--out', folder]));
        else if (kind === 'export') expectNoStack(await cifarNorm(['export', folder], killed));
        else if (kind === 'move' && fs.existsSync(folder)) {
          const to = join(emptyFolder(), 'run');
          fs.renameSync(folder, to);
          folder = to;
        } else if (kind === 'edit' && finished.size > 0) {
          const bytes = fs.readFileSync(journalOf(folder));
          const at = after % bytes.lastIndexOf(10);
          bytes[at]! ^= 4;
          fs.writeFileSync(journalOf(folder), bytes);
          const left = await readable(folder);
          expect(left.size).toBeGreaterThanOrEqual(finished.size - 1);
          finished = left;
        }
        const now = await readable(folder);
        for (const id of finished) expect(now).toContain(id);
        finished = now;
      }
      expect((await cifarNorm([...words, '--repair', '--out', folder])).code).toBe(0);
      const journal = fs.readFileSync(journalOf(folder), 'utf8');
      const ids = [...journal.matchAll(/^\{"id":"(\w+)"/gm)].map(([, id]) => id);
      expect(ids).toHaveLength(TRIALS);
      expect(new Set(ids).size).toBe(TRIALS);
      expect(csvsOf(folder)).toEqual(quiet);
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
    console.log(`${RUNS} histories through processes, ${events} events`);
  },
  60_000 + RUNS * 60_000,
);
