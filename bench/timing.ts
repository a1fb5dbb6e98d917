/** Timing in rounds that run every measurement once, so that a noisy minute affects all of them alike. */

/** Median and extremes of several measurements. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return { median: (low + high) / 2, least: sorted[0]!, most: sorted.at(-1)! };
}

/** Mean milliseconds per call, over calls that last `milliseconds` together. */
export function timeOf(call: () => void, milliseconds: number): number {
  let count = 0;
  const start = performance.now();
  let now = start;
  while (now - start < milliseconds) {
    call();
    count++;
    now = performance.now();
  }
  return (now - start) / count;
}

/** Takes every measurement once in each round; returns the results by name. */
export async function interleaved<Value>(
  rounds: number,
  measurements: ReadonlyMap<string, () => Value | Promise<Value>>,
  onRound: (round: number) => void = () => {},
): Promise<Map<string, readonly Value[]>> {
  const values = new Map([...measurements.keys()].map(name => [name, [] as Value[]]));
  for (let round = 1; round <= rounds; round++) {
    onRound(round);
    for (const [name, measure] of measurements) values.get(name)!.push(await measure());
  }
  return values;
}

export const spreadText = ({ median, least, most }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${least.toFixed(digits)}..${most.toFixed(digits)})`;

/** A median and an interval that covers the true one, whatever the distribution. */
export interface MedianInterval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** With fewer values, even the extremes cover the median less often than 95 %. */
export const FEWEST_PAIRS = 6;

/**
 * The narrowest interval between two order statistics, equally far from both ends, that covers the median with 95 % or more: the k-th
 * least and the k-th greatest of n values, where fewer than k of n fair coins show heads in at most 2.5 % (Conover, Practical
 * Nonparametric Statistics, section 3.2).
 * @param values at least FEWEST_PAIRS, independent
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  const n = values.length;
  if (n < FEWEST_PAIRS) throw new Error(`an interval of the median needs ${FEWEST_PAIRS} values, not ${n}`);
  const sorted = [...values].sort((a, b) => a - b);
  // P(fewer than k heads of n), term by term.
  let k = 0;
  for (let term = 0.5 ** n, below = term; below <= 0.025; k++) {
    term *= (n - k) / (k + 1);
    below += term;
  }
  return { median: spreadOf(values).median, low: sorted[k - 1]!, high: sorted[n - k]! };
}

/** How much slower a program may be: less is hard to tell from the noise of a machine, and from code that lies elsewhere in memory. */
const TOLERANCE = 1.03;

export type SpeedVerdict = 'slower' | 'not slower' | 'faster' | 'undecided';

/** @param ratio interval of the new time divided by the old */
export function verdictOf({ low, high }: Pick<MedianInterval, 'low' | 'high'>): SpeedVerdict {
  if (low > TOLERANCE) return 'slower';
  if (high < 1) return 'faster';
  return high <= TOLERANCE ? 'not slower' : 'undecided';
}
