/** How long trials take, from how long others took. */
import { scheduleOf } from '../config/schedule.ts';
import { costOf } from './cost.ts';
import type { PlannedTrial } from './trial.ts';

/** What was measured of some trials: the sum of their costs (see costOf) and of their training times. */
export interface Timing {
  readonly cost: number;
  readonly seconds: number;
}

export interface Measured {
  readonly trial: Pick<PlannedTrial, 'settings' | 'split'>;
  /** How many it ran: a trial that diverges ends early. */
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
 * What decides how long a unit of cost takes: the shape of the net and of its steps. Rates and scales do not. Trials whose
 * key is the same take as long as their costs say.
 */
export function paceKey({ settings }: Pick<PlannedTrial, 'settings'>): string {
  const { hiddenDims, normalization, batchSize, dtype, updateRule, diagnostics } = settings;
  return JSON.stringify([hiddenDims, normalization, batchSize, dtype, updateRule, diagnostics]);
}

/**
 * Seconds for a unit of cost by key: as measured, or where nothing was, as of all together. Undefined if no time was
 * measured at all.
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
