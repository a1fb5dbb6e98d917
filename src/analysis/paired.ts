/** Two treatments measured on the same seeds. */
import { type SignFlips, signFlips } from './sign-flips.ts';
import { interval, type MeanInterval } from './statistics.ts';
import { tCdf } from './student-t.ts';

/** The paired t test of a - b, in the unit of the values. */
export interface PairedTest {
  /** The mean difference, its sd and its t interval; `n` is the number of pairs. */
  readonly difference: MeanInterval;
  /** Cohen's d_z: the mean difference in standard deviations of the differences. */
  readonly effectSize: number | null;
  /** Student's paired t statistic, d_z sqrt(n). */
  readonly t: number | null;
  /** The two-sided p of the paired t test, n - 1 degrees of freedom. */
  readonly tTestP: number | null;
}

/** How `a` differs from `b`, pair by pair. */
export interface PairedComparison extends PairedTest {
  /** The sign-flip test, exact up to 16 pairs; null without pairs. */
  readonly signFlips: SignFlips | null;
  /** Pairs in which a lies above b, below b, or equals it. */
  readonly above: number;
  readonly below: number;
  readonly equal: number;
}

/**
 * The t test of two treatments on the same seeds. d_z: J. Cohen, Statistical Power Analysis (1988), section 2.3.5.
 *
 * - One pair: `effectSize`, `t`, `tTestP` and the interval are null.
 * - All differences 0: `effectSize` and `t` are 0, p is 1, the interval is the point 0.
 * - All differences equal but not 0: the spread is 0, so `effectSize`, `t` and `tTestP` are null and the interval is a point.
 * - No pairs: the mean is NaN, the rest null.
 *
 * @param a one figure a seed; finite
 * @param b as many, in the same order of seeds
 * @param level of the interval
 * @throws RangeError if the arrays differ in length or hold a number that is not finite
 */
export function testPairs(a: readonly number[], b: readonly number[], level = 0.95): PairedTest {
  const difference = interval(differencesOf(a, b), level);
  const effectSize = effectSizeOf(difference);
  const t = effectSize === null ? null : effectSize * Math.sqrt(difference.n);
  return {
    difference,
    effectSize,
    t,
    tTestP: t === null ? null : 2 * tCdf(-Math.abs(t), difference.n - 1),
  };
}

/**
 * Compares two treatments on the same seeds, as `testPairs` does, and by sign flips: their p is 1 for one pair or where all
 * differences are 0, and 2 / 2^n where all are equal.
 */
export function comparePairs(a: readonly number[], b: readonly number[], level = 0.95): PairedComparison {
  const differences = differencesOf(a, b);
  return {
    ...testPairs(a, b, level),
    signFlips: signFlips(differences),
    above: differences.filter(d => d > 0).length,
    below: differences.filter(d => d < 0).length,
    equal: differences.filter(d => d === 0).length,
  };
}

function differencesOf(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) throw new RangeError(`${a.length} figures cannot be paired with ${b.length}`);
  return a.map((value, i) => value - b[i]!);
}

function effectSizeOf({ mean, sd }: MeanInterval): number | null {
  if (sd === null) return null;
  if (sd > 0) return mean / sd;
  return mean === 0 ? 0 : null;
}
