/** How long trials take, from how long others took. */
import type { PlannedTrial } from './trial.ts';

/** What was measured of some trials: the sum of their costs (see costOf) and of their training times. */
export interface Timing {
  readonly cost: number;
  readonly seconds: number;
}

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
