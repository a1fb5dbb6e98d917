/** Predicts how long trials take from how long others took. */
import { scheduleOf } from '../config/schedule.ts';
import { costOf } from './cost.ts';
import type { PlannedTrial } from './trial.ts';

/** The measured pace of some trials: the sums of their costs (see costOf) and of their training times. */
export interface Timing {
  readonly cost: number;
  readonly seconds: number;
}

export interface Measured {
  readonly trial: Pick<PlannedTrial, 'settings' | 'split'>;
  /** Iterations that ran: a trial that diverges ends early. */
  readonly iterations: number;
  readonly seconds: number;
}

export function timingOf({ trial, iterations, seconds }: Measured): Timing {
  const share = Math.min(1, iterations / scheduleOf(trial.settings).iterations);
  return { cost: costOf(trial) * share, seconds };
}

export const sumOf = (one: Timing | undefined, other: Timing): Timing => ({
  cost: (one?.cost ?? 0) + other.cost,
  seconds: (one?.seconds ?? 0) + other.seconds,
});

/**
 * The key of what determines the time of a unit of cost: the shape of the net and of its steps, but not rates or scales. Among
 * trials of one key, time is proportional to cost.
 */
export function paceKey({ settings }: Pick<PlannedTrial, 'settings'>): string {
  const { hiddenDims, normalization, batchSize, dtype, updateRule, diagnostics } = settings;
  return JSON.stringify([hiddenDims, normalization, batchSize, dtype, updateRule, diagnostics]);
}

/**
 * Seconds for a unit of cost, by key. A key without measurements gets the pace of all trials together. Undefined if nothing was
 * measured.
 */
export function paceOf(timings: ReadonlyMap<string, Timing>): ((key: string) => number) | undefined {
  let [cost, seconds] = [0, 0];
  for (const timing of timings.values()) {
    cost += timing.cost;
    seconds += timing.seconds;
  }
  if (cost === 0 || seconds === 0) return undefined;
  return key => {
    const timing = timings.get(key);
    return timing ? timing.seconds / timing.cost : seconds / cost;
  };
}
