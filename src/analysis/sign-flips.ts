/**
 * Sign-flip tests. If two treatments do not differ, the sign of each seed's difference is arbitrary, so the observed
 * mean is one of 2^n equally likely ones (R. A. Fisher, The Design of Experiments (1935), section 21). Up to 16 seeds all are
 * enumerated; beyond, a sample of them is drawn from a fixed seed, so that every reader computes the same p.
 */
import { RandomState } from '../random/random-state.ts';

/** Enumerating 2^n flips ends here. */
const MOST_ENUMERATED = 16;
/** Flips in a sample; the standard error of p is at most .005, and .0022 at p = .05. */
const SAMPLE = 9_999;
const SAMPLE_SEED = 231;

/** Statistics that differ by less are equal but for rounding. They lie in 0..1. */
const TIE = 1e-12;

export interface SignFlips {
  /** The two-sided p: the share of flips whose mean lies at least as far from 0. The least possible is 2 / 2^n. */
  readonly p: number;
  /** Whether p comes from a sample of the flips, as beyond 16 seeds. */
  readonly sampled: boolean;
}

/**
 * Tests paired differences for a mean of 0. If all are 0, p is 1.
 * @param differences one a seed, finite
 * @returns null without differences
 * @throws RangeError if a difference is not finite: which seeds to leave out is the caller's policy
 */
export function signFlips(differences: readonly number[]): SignFlips | null {
  if (!differences.every(Number.isFinite)) throw new RangeError('a sign flip needs finite differences');
  if (differences.length === 0) return null;
  const scaled = scale(differences);
  const observed = Math.abs(scaled.reduce((sum, d) => sum + d, 0)) - TIE;
  return differences.length <= MOST_ENUMERATED ? enumerated(scaled, observed) : sampled(scaled, observed);
}

function enumerated(scaled: readonly number[], observed: number): SignFlips {
  const flips = 1 << (scaled.length - 1); // a flip and its opposite are equally far from 0: the last seed keeps its sign
  let reached = 0;
  for (let flip = 0; flip < flips; flip++) {
    let sum = 0;
    for (let i = 0; i < scaled.length; i++) sum += (flip >> i) & 1 ? -scaled[i]! : scaled[i]!;
    if (Math.abs(sum) >= observed) reached++;
  }
  return { p: reached / flips, sampled: false };
}

/** Counts the observed signs as one of the flips, so that p is never 0 (Phipson and Smyth 2010, equation 2). */
function sampled(scaled: readonly number[], observed: number): SignFlips {
  const random = new RandomState(SAMPLE_SEED);
  const signs = new Int32Array(scaled.length);
  let reached = 1;
  for (let flip = 0; flip < SAMPLE; flip++) {
    random.choice(2, signs);
    let sum = 0;
    for (let i = 0; i < scaled.length; i++) sum += signs[i] ? -scaled[i]! : scaled[i]!;
    if (Math.abs(sum) >= observed) reached++;
  }
  return { p: reached / (SAMPLE + 1), sampled: true };
}

/** Divides by the sum of sizes, which no flip changes, so that the sums of flips lie in 0..1 and nothing overflows. */
function scale(differences: readonly number[]): readonly number[] {
  const largest = differences.reduce((most, d) => Math.max(most, Math.abs(d)), 0);
  if (largest === 0) return differences;
  const shares = differences.map(d => d / largest);
  const total = shares.reduce((sum, d) => sum + Math.abs(d), 0);
  return shares.map(d => d / total);
}
