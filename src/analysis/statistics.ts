/** A sample and the mean behind it. Arrays are finite numbers of one unit; what to do with other values is the caller's policy. */
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

/** A spread below this share of the mean comes from rounding: 0.36 - 0.35 and 0.46 - 0.45 differ in their last bits. */
const ROUNDING = 1e-12;

/** The arithmetic mean; NaN for an empty sample. Equal values have exactly that mean. */
export function mean(values: readonly number[]): number {
  const first = values[0] ?? Number.NaN;
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}

/**
 * The sample standard deviation, sqrt(Σ (x - mean)^2 / (n - 1)); null below two values. A spread below 1e-12 of the
 * mean is rounding and gives 0.
 */
export function sampleSd(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0);
  const sd = Math.sqrt(squares / (values.length - 1));
  return sd <= ROUNDING * Math.abs(centre) ? 0 : sd;
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
  const half = tQuantile((1 + level) / 2, n - 1) * (sd / Math.sqrt(n));
  return { n, mean: centre, sd, low: centre - half, high: centre + half };
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
 * arXiv 1806.08295). The exact n, from the noncentral t distribution, is the same or larger by 1. A pilot of few pairs
 * knows its sd poorly, so treat n as an order of magnitude.
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

/** The standard error of an accuracy over `images` images when each is right with probability p: sqrt(p (1 - p) / images). */
export function binomialStandardError(p: number, images: number): number {
  return Math.sqrt((p * (1 - p)) / images);
}

/**
 * Whether an accuracy exceeds chance by more than three binomial standard errors, those of guessing: one guesser in
 * about 740 does as well. At 1,000 images of 10 classes the bound is 0.1285.
 *
 * @param accuracy share of the images classified correctly, 0..1
 * @param images how many images it was measured on
 * @param chance the accuracy of guessing, 0..1
 */
export function isAboveChance(accuracy: number, images: number, chance = 0.1): boolean {
  return accuracy > chance + 3 * binomialStandardError(chance, images);
}
