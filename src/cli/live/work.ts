/** The work of a run, in units of cost, and its measured times. */
import type { Result } from '../../analysis/results.ts';
import { costOf } from '../../plan/cost.ts';
import { type Measured, paceKey, sumOf, type Timing, timingOf } from '../../plan/pace.ts';
import type { PlannedTrial } from '../../plan/trial.ts';

export interface Work {
  readonly totalCost: number;
  /** Cost of the trials that have ended. */
  readonly doneCost: number;
  /** Trials that have yet to start, grouped by the time they take. */
  readonly waiting: ReadonlyMap<string, Alike>;
  /** By pace key. */
  readonly timings: ReadonlyMap<string, SessionTiming>;
}

export interface Alike {
  readonly paceKey: string;
  /** Cost of each trial. */
  readonly cost: number;
  readonly count: number;
}

/** Times measured since the program started replace stored ones, which may come from another machine. */
interface SessionTiming extends Timing {
  readonly isEarlier: boolean;
}

type Costed = Pick<PlannedTrial, 'settings' | 'split'>;

/** @param ended results of trials that will not run again */
export function plannedWork(trials: readonly PlannedTrial[], ended: readonly Result[]): Work {
  const doneIds = new Set(ended.map(({ trial }) => trial.id));
  const costOfAll = (some: readonly PlannedTrial[]) => some.reduce((sum, trial) => sum + costOf(trial), 0);
  const waiting = new Map<string, Alike>();
  for (const trial of trials) if (!doneIds.has(trial.id)) addAlike(waiting, trial, 1);
  const timings = new Map<string, SessionTiming>();
  for (const { trial, summary, seconds } of ended)
    addTiming(timings, { trial, iterations: summary.iterations, seconds, isEarlier: true });
  return {
    totalCost: costOfAll(trials),
    doneCost: costOfAll(ended.map(({ trial }) => trial)),
    waiting,
    timings,
  };
}

/** Adds or removes one waiting trial. */
export function withWaiting(work: Work, trial: Costed, change: 1 | -1): Work {
  const waiting = new Map(work.waiting);
  addAlike(waiting, trial, change);
  return { ...work, waiting };
}

export const withDone = (work: Work, trial: Costed): Work => ({
  ...work,
  doneCost: work.doneCost + costOf(trial),
});

export function withMeasured(work: Work, measured: Measured): Work {
  const timings = new Map(work.timings);
  addTiming(timings, { ...measured, isEarlier: false });
  return { ...work, timings };
}

function addAlike(waiting: Map<string, Alike>, trial: Costed, change: 1 | -1): void {
  const [key, cost] = [paceKey(trial), costOf(trial)];
  const id = `${cost} ${key}`;
  waiting.set(id, { paceKey: key, cost, count: (waiting.get(id)?.count ?? 0) + change });
}

function addTiming(
  timings: Map<string, SessionTiming>,
  { isEarlier, ...measured }: Measured & { readonly isEarlier: boolean },
): void {
  const key = paceKey(measured.trial);
  const before = timings.get(key);
  const kept = before?.isEarlier === isEarlier ? before : undefined;
  timings.set(key, { ...sumOf(kept, timingOf(measured)), isEarlier });
}
