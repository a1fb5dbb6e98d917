/** Compares the estimated time left with that of simulated runs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondsLeft, shareDone } from '../../src/cli/live/estimate.ts';
import { plannedState, progressed } from '../../src/cli/live/state.ts';
import { costOf } from '../../src/plan/cost.ts';
import type { Trial } from '../../src/plan/trial.ts';
import { recordOf, runOf, trialsOf } from './runs.ts';

const epochOf = (epoch: number) => ({
  ...{ kind: 'epoch' as const, worker: 0, epoch },
  ...{ trainAccuracy: 0.2, valAccuracy: 0.2, losses: [2] },
});

/** Runs trials in order on a number of workers, and checks the run after every event. */
function simulate(
  trials: readonly Trial[],
  workers: number,
  secondsOf: (trial: Trial) => number,
  look: (run: ReturnType<typeof runOf>, seconds: number) => void,
): number {
  const run = runOf(trials);
  const free = Array<number>(workers).fill(0);
  const happenings = trials.flatMap(trial => {
    const worker = free.indexOf(Math.min(...free));
    const [start, seconds] = [free[worker]!, secondsOf(trial)];
    const { epochs } = trial.settings;
    free[worker] = start + seconds;
    const reports = Array.from({ length: epochs }, (_, i) => ({
      at: start + (seconds * (i + 1)) / epochs,
      event: epochOf(i + 1),
    }));
    const record = recordOf(trial, { seconds });
    return [
      { at: start, event: { kind: 'started' as const, worker: worker + 1 } },
      ...reports,
      { at: start + seconds, event: { kind: 'finished' as const, record } },
    ].map(happening => ({ trial, ...happening }));
  });
  for (const { at, trial, event } of happenings.sort((a, b) => a.at - b.at)) {
    run.at(at, trial, event);
    look(run, at);
  }
  return Math.max(...free);
}

const shapes = { hiddenDims: [[20], [50, 50]], normalization: ['batchnorm', 'none'], epochs: [1, 4, 12] };

describe('the time left', () => {
  it('never exceeds the true time once every shape is measured, and is short by at most the longest trial (Graham 1969)', () => {
    const times = fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        (paces, workers, seeds) => {
          const trials = trialsOf({ replicates: seeds, sweep: shapes });
          const secondsOf = (trial: Trial) => {
            const { hiddenDims, normalization } = trial.settings;
            const shape = (hiddenDims.length - 1) * 2 + (normalization === 'none' ? 1 : 0);
            return (paces[shape]! * costOf(trial)) / 1e9;
          };
          const longest = Math.max(...trials.map(secondsOf));
          const seen: { at: number; left: number }[] = [];
          const end = simulate(trials, workers, secondsOf, ({ state }, at) => {
            const left = secondsLeft(state, at * 1000 + 1e-6);
            if (state.work.timings.size === 4) seen.push({ at, left: left! });
          });
          expect(seen.length).toBeGreaterThan(0);
          for (const { at, left } of seen) {
            expect(left).toBeLessThanOrEqual((end - at + 1e-6) * (1 + 1e-6));
            expect(left).toBeGreaterThanOrEqual((end - at - longest) * (1 - 1e-6) - 1e-6);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('counts time, not trials: ten short trials say how long two long ones take', () => {
    const trials = trialsOf({ replicates: 10, sweep: { epochs: [20, 2000] } }).filter(
      ({ settings: { epochs }, seed }) => epochs === 20 || seed < 233,
    );
    const run = runOf(trials);
    for (const trial of trials.filter(({ settings }) => settings.epochs === 20))
      run.at(20, trial, { kind: 'finished', record: recordOf(trial, { seconds: 20 }) });
    const long = trials.filter(({ settings }) => settings.epochs === 2000);
    for (const [i, trial] of long.entries()) run.at(10, trial, { kind: 'started', worker: i + 1 });
    expect(secondsLeft(run.state, 10_000)! / 2000).toBeCloseTo(1, 1);
    expect(shareDone(run.state)).toBeCloseTo((10 * 20) / (10 * 20 + 2 * 2000), 1);
  });

  it('is not known before the first epoch of the first trial, and counts down between reports', () => {
    const [trial] = trialsOf({ epochs: 100 }) as [Trial];
    const run = runOf([trial]);
    run.at(0, trial, { kind: 'started', worker: 1 });
    run.at(1, trial, epochOf(0));
    expect(secondsLeft(run.state, 1000)).toBeUndefined();
    run.at(60, trial, epochOf(1));
    expect(secondsLeft(run.state, 60_000)).toBeCloseTo(99 * 60);
    expect(secondsLeft(run.state, 75_000)).toBeCloseTo(99 * 60 - 15);
    expect(secondsLeft(run.state, 1e9)).toBe(0);
  });

  it('begins with the times of an earlier command, and drops them once it has its own', () => {
    const trials = trialsOf({ replicates: 4 });
    const earlier = {
      ...{ trial: trials[0]!, status: 'completed' as const, error: undefined, seconds: 1000 },
      summary: { iterations: 200, bestValAccuracy: 0.3 } as never,
      record: () => recordOf(trials[0]!),
    };
    let state = plannedState(trials, [earlier]);
    expect(state).toMatchObject({ done: 1, best: { valAccuracy: 0.3 } });
    expect(secondsLeft(state, 0)).toBeCloseTo(3000);
    const record = recordOf(trials[1]!, { seconds: 10 });
    state = progressed(state, { trial: trials[1]!, kind: 'finished', record }, 10_000);
    expect(secondsLeft(state, 10_000)).toBeCloseTo(20);
  });
});
