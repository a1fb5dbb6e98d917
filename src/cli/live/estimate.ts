/** Estimates a run's progress and the time left. */
import { costOf } from '../../plan/cost.ts';
import { paceKey, paceOf, sumOf, type Timing } from '../../plan/pace.ts';
import { type ProgressState, type Row, shownRows } from './state.ts';

/** The share of the work done, from 0 to 1. */
export function shareDone({ work, rows, running }: ProgressState): number {
  const begun = rows.filter(({ trial }) => running.has(trial.id));
  const cost = begun.reduce((sum, row) => sum + costOf(row.trial) * shareOf(row), work.doneCost);
  return Math.min(1, cost / work.totalCost);
}

/**
 * Seconds until all trials have ended: the measured time of the work left, shared by the workers, but at least that of
 * the longest trial. Undefined while nothing is measured.
 */
export function secondsLeft(state: ProgressState, now: number): number | undefined {
  const rows = shownRows(state, now);
  const running = rows.filter(({ endedAt }) => endedAt === undefined);
  const pace = paceOf(withRunning(state.work.timings, running));
  if (!pace) return undefined;
  let [sum, longest] = [0, 0];
  const add = (seconds: number, count = 1) => {
    sum += seconds * count;
    longest = Math.max(longest, seconds);
  };
  for (const { paceKey: key, cost, count } of state.work.waiting.values())
    if (count > 0) add(cost * pace(key), count);
  for (const row of running) {
    const seconds = costOf(row.trial) * (1 - shareOf(row)) * pace(paceKey(row.trial));
    add(Math.max(0, seconds - (now - row.reportedAt) / 1000));
  }
  return Math.max(sum / Math.max(1, rows.length), longest);
}

const shareOf = ({ trial, epoch }: Row): number => epoch / trial.settings.epochs;

/** Adds the time of running trials, if no trial of the same key has ended since the program started. */
function withRunning(
  timings: ProgressState['work']['timings'],
  running: readonly Row[],
): ReadonlyMap<string, Timing> {
  const all = new Map<string, Timing>(timings);
  for (const row of running) {
    const key = paceKey(row.trial);
    if (row.epoch === 0 || timings.get(key)?.isEarlier === false) continue;
    const before = timings.get(key) === all.get(key) ? undefined : all.get(key);
    const cost = costOf(row.trial) * shareOf(row);
    all.set(key, sumOf(before, { cost, seconds: (row.reportedAt - row.startedAt) / 1000 }));
  }
  return all;
}
