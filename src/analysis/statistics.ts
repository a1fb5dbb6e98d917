/** A sample and the mean behind it. Arrays are finite numbers of one unit; what to do with other values is the caller's policy. */
import { exp, log } from '../kernels/base.ts';
import { tCdf, tQuantile } from './student-t.ts';

/** A mean and how well the sample determines it, all in the unit of the values. */
export interface MeanInterval {
  readonly n: number;
  /** NaN for an empty sample. */
  readonly mean: number;
  /** The sample standard deviation (divisor n - 1); null below two values. */
  readonly sd: number | null;
  /** The ends of the interval; null below two values. Both equal the mean if sd is 0. */
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * A spread below this share of the mean comes from rounding: 0.36 - 0.35 and 0.46 - 0.45 differ in their last bits. So does a mean below
 * this share of the largest value.
 */
const ROUNDING = 1e-12;

/** The arithmetic mean; NaN for an empty sample. Equal values have exactly that mean, values that cancel have the mean 0. */
export function mean(values: readonly number[]): number {
  const first = values[0] ?? Number.NaN;
  const centre = first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (Math.abs(centre) <= ROUNDING * largest) return 0;
  // Near the greatest number the sum overflows, the mean does not.
  return Number.isFinite(centre) || values.length === 0
    ? centre
    : values.reduce((sum, value) => sum + value / values.length, 0);
}

/**
 * The sample standard deviation, sqrt(Σ (x - mean)^2 / (n - 1)); null below two values. A spread below 1e-12 of the
 * mean is rounding and gives 0.
 */
export function sampleSd(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0);
  const isExact = squares > LEAST_SQUARE && squares < Number.POSITIVE_INFINITY;
  const sd = isExact ? Math.sqrt(squares / (values.length - 1)) : scaledSd(values, centre);
  return sd <= ROUNDING * Math.abs(centre) ? 0 : sd;
}

/** Smaller squares have lost digits to underflow. */
const LEAST_SQUARE = 1e-280;

/** The same for values whose squares overflow or underflow, such as the losses of a float64 net that blows up. */
function scaledSd(values: readonly number[], centre: number): number {
  const halves = values.map(value => value / 2 - centre / 2);
  const largest = halves.reduce((most, half) => Math.max(most, Math.abs(half)), 0);
  if (largest === 0) return 0;
  const squares = halves.reduce((sum, half) => sum + (half / largest) * (half / largest), 0);
  return 2 * largest * Math.sqrt(squares / (values.length - 1));
}

/**
 * The mean of a sample and Student's t interval around it, mean ± t sd / sqrt(n) with n - 1 degrees of freedom
 * (Student, Biometrika 6 (1908), 1). If the values are normal, a share `level` of such intervals holds the true mean.
 */
export function interval(values: readonly number[], level = 0.95): MeanInterval {
  const n = values.length;
  const centre = mean(values);
  const sd = sampleSd(values);
  if (sd === null) return { n, mean: centre, sd, low: null, high: null };
  const half = criticalT((1 + level) / 2, n - 1) * (sd / Math.sqrt(n));
  return { n, mean: centre, sd, low: centre - half, high: centre + half };
}

const quantiles = new Map<string, number>();

/** `tQuantile`, computed once for all samples of one size. */
function criticalT(p: number, df: number): number {
  const key = `${p} ${df}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  const quantile = tQuantile(p, df);
  quantiles.set(key, quantile);
  return quantile;
}

/** Probabilities that a true mean lies below -margin, within ±margin, and above margin; they add up to 1. */
export interface MarginProbabilities {
  readonly below: number;
  readonly within: number;
  readonly above: number;
}

/**
 * The posterior of a true mean difference against a region of practical equivalence, ±margin. Under the prior
 * p(μ, σ) ∝ 1/σ, (μ - mean) sqrt(n) / sd has a t distribution with n - 1 degrees of freedom (the correlated t test of
 * A. Benavoli et al., JMLR 18 (2017), no. 77, with ρ = 0), so the three probabilities are values of its cdf. Null below
 * two values; if sd is 0 the posterior is the point at the mean.
 *
 * @param difference the mean difference and its sd, as from `interval`
 * @param margin the largest difference that does not matter, >= 0, in the unit of the values
 */
export function marginProbabilities(difference: MeanInterval, margin: number): MarginProbabilities | null {
  const { n, mean: centre, sd } = difference;
  if (sd === null) return null;
  const tail = (beyond: number): number => {
    if (sd === 0) return beyond < 0 ? 1 : 0;
    return tCdf((-beyond * Math.sqrt(n)) / sd, n - 1);
  };
  const below = tail(centre + margin);
  const above = tail(margin - centre);
  return { below, within: Math.max(0, 1 - below - above), above };
}

/** Beyond so many degrees of freedom a t quantile is the normal one to six digits. */
const LARGE_DF = 1e6;

/**
 * How many pairs a t test needs to detect a true mean difference of `margin`: the smallest n >= 2 with
 *
 *   n >= ((t[(1 + level) / 2, n - 1] + t[power, n - 1]) sd / margin)^2
 *
 * (J. H. Zar, Biostatistical Analysis, 5th edition (2010), chapter 7; for seeds of learning algorithms see C. Colas et al.,
 * arXiv 1806.08295). The exact n, from the noncentral t distribution, differs by at most 1. A pilot of few pairs knows its
 * sd poorly, so treat n as an order of magnitude.
 *
 * @param sd standard deviation of the paired differences; 0 gives 2, the least that has an interval
 * @param margin the difference to detect, > 0, in the unit of sd
 */
export function pairsToDetect(margin: number, sd: number, level = 0.95, power = 0.8): number {
  const needed = (df: number): number => {
    const quantiles = tQuantile((1 + level) / 2, df) + tQuantile(power, df);
    return ((quantiles * sd) / margin) * ((quantiles * sd) / margin);
  };
  let n = Math.max(2, Math.ceil(needed(LARGE_DF)));
  while (n < needed(Math.min(n - 1, LARGE_DF))) n++;
  return n;
}

/**
 * Adjusts p values for their number by Holm's method (S. Holm, Scand. J. Statist. 6 (1979), 65): if every null hypothesis
 * is true, some adjusted p is at most .05 in at most 5 % of cases, whatever the dependence between the tests.
 *
 * @param ps one p a test, 0..1
 * @returns the adjusted p values, in the same order
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!);
  const adjusted = ps.slice();
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (ps.length - rank) * ps[i]!));
    adjusted[i] = least;
  }
  return adjusted;
}

const bounds = new Map<string, number>();

/**
 * The fewest images of `images` that a guesser names correctly with a probability of at most `alpha`: the smallest k with
 * P(X >= k) <= alpha for a binomial X. `images + 1` if even all correct are likelier.
 *
 * @param images how many images are guessed, >= 1
 * @param alpha 0..1
 * @param chance the probability of guessing one, 0..1
 */
export function guessingBound(images: number, alpha: number, chance = 0.1): number {
  const key = `${images} ${alpha} ${chance}`;
  const known = bounds.get(key);
  if (known !== undefined) return known;
  // Logarithms of the probabilities of 0 .. images, each from the one before.
  const logs = [images * log(1 - chance)];
  for (let k = 0; k < images; k++)
    logs.push(logs[k]! + log(((images - k) / (k + 1)) * (chance / (1 - chance))));
  let tail = 0;
  let bound = images + 1;
  for (let k = images; k > 0; k--) {
    tail += exp(logs[k]!);
    if (tail > alpha) break;
    bound = k;
  }
  bounds.set(key, bound);
  return bound;
}
