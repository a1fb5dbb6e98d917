/** One cell of a comparison: the same seeds in two nets. */
import type { SettingValue } from '../config/schema.ts';
import { type MeasureName, measures } from '../records/measures.ts';
import { type Cell, type Estimate, estimateOf, figureOf } from './cells.ts';
import { comparePairs, type PairedComparison } from './paired.ts';
import { signFlipTest } from './sign-flips.ts';
import { type MarginProbabilities, marginProbabilities, pairsToDetect } from './statistics.ts';

/** The difference that `pairsToTell` counts seeds for, unless a margin is given. */
export const DEFAULT_MARGIN = 0.01;

export type Verdict = 'better' | 'worse' | 'equivalent' | 'undecided';

/** One cell against another, over the seeds that have the figure in both. */
export interface ComparedCell {
  readonly baseline: Side;
  readonly candidate: Side;
  /** The seeds of the pairs. */
  readonly seeds: readonly number[];
  /** Seeds that both cells ran and at least one has no figure for. */
  readonly leftOut: number;
  /** Seeds that only one of the two cells ran. */
  readonly unpaired: number;
  /** Candidate - baseline; null without pairs. */
  readonly pairs: PairedComparison | null;
  /** Pairs in which the candidate is better or worse, by the direction of the measure. */
  readonly better: number;
  readonly worse: number;
  /** Probabilities that the true difference is worse than the margin, within it, and better; null without a margin or below two pairs. */
  readonly probabilities: {
    readonly worse: number;
    readonly equivalent: number;
    readonly better: number;
  } | null;
  /**
   * The two-sided sign-flip p, corrected for looking at all cells of the comparison (max-|t|); null beyond 16 seeds, or
   * if this cell lacks pairs that others have.
   */
  readonly adjustedP: number | null;
  /** About how many seeds would tell a difference of the margin apart, judged by this spread; null below two pairs. */
  readonly pairsToTell: number | null;
  /**
   * `equivalent` if P(equivalent) is at least 0.95; else `better` or `worse` if the 95 % interval lies on one side of 0;
   * else `undecided`. Not corrected for the number of cells.
   */
  readonly verdict: Verdict;
}

export interface Side {
  /** The settings that tell candidates from baselines. */
  readonly net: Readonly<Record<string, SettingValue>>;
  readonly axes: Readonly<Record<string, SettingValue>>;
  /** Over the pairs alone, so that the difference of the two means is the mean difference. */
  readonly estimate: Estimate;
}

/** Two cells and the figures of the seeds that have one in both. */
export interface Paired {
  readonly baseline: Cell;
  readonly candidate: Cell;
  readonly seeds: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly leftOut: number;
  readonly unpaired: number;
}

/** The figures of the seeds that both cells have; `a` is the candidate's. */
export function pairUp(baseline: Cell, candidate: Cell, measure: MeasureName): Paired {
  const bySeed = new Map(baseline.results.map(result => [result.trial.seed, result]));
  const both = candidate.results.filter(({ trial }) => bySeed.has(trial.seed));
  const pairs = both.flatMap(result => {
    const [a, b] = [figureOf(result, measure), figureOf(bySeed.get(result.trial.seed)!, measure)];
    return a === null || b === null ? [] : [{ seed: result.trial.seed, a, b }];
  });
  return {
    ...{ baseline, candidate, seeds: pairs.map(({ seed }) => seed) },
    ...{ a: pairs.map(({ a }) => a), b: pairs.map(({ b }) => b), leftOut: both.length - pairs.length },
    unpaired: baseline.results.length + candidate.results.length - 2 * both.length,
  };
}

/** Max-|t| flips whole seeds, so only cells with all the seeds take part. */
export function adjust(cells: readonly Paired[]): (number | null)[] {
  const most = Math.max(0, ...cells.map(({ seeds }) => seeds.length));
  const all = cells.find(({ seeds }) => seeds.length === most)?.seeds ?? [];
  const complete = cells.filter(({ seeds }) => sameSeeds(seeds, all));
  const differences = complete.map(({ seeds, a, b }) =>
    all.map(seed => a[seeds.indexOf(seed)]! - b[seeds.indexOf(seed)]!),
  );
  const tests = signFlipTest(differences);
  return cells.map(cell => tests[complete.indexOf(cell)]?.adjustedP ?? null);
}

interface CellOptions {
  readonly measure: MeasureName;
  readonly margin: number | undefined;
  readonly differs: readonly string[];
}

/** Compares the paired figures of two cells. */
export function compareCell(
  paired: Paired,
  { measure, margin, differs }: CellOptions,
  adjustedP: number | null,
): ComparedCell {
  const { baseline, candidate, seeds, a, b, leftOut, unpaired } = paired;
  const pairs = a.length === 0 ? null : comparePairs(a, b);
  const higher = measures[measure].better === 'higher';
  const [better, worse] =
    pairs === null ? [0, 0] : higher ? [pairs.above, pairs.below] : [pairs.below, pairs.above];
  const sd = pairs?.difference.sd ?? null;
  const within = pairs && margin !== undefined ? marginProbabilities(pairs.difference, margin) : null;
  const probabilities = within && byDirection(within, higher);
  return {
    baseline: sideOf(baseline, differs, estimateOf(b, b.length + leftOut)),
    candidate: sideOf(candidate, differs, estimateOf(a, a.length + leftOut)),
    ...{ seeds, leftOut, unpaired, pairs, better, worse, probabilities, adjustedP },
    pairsToTell: sd === null ? null : pairsToDetect(margin ?? DEFAULT_MARGIN, sd),
    verdict: verdictOf(pairs, higher, probabilities?.equivalent),
  };
}

const byDirection = ({ below, within, above }: MarginProbabilities, higher: boolean) =>
  higher
    ? { worse: below, equivalent: within, better: above }
    : { worse: above, equivalent: within, better: below };

function verdictOf(pairs: PairedComparison | null, higher: boolean, equivalent = 0): Verdict {
  if (equivalent >= 0.95) return 'equivalent';
  const { low = null, high = null } = pairs?.difference ?? {};
  if (low !== null && low > 0) return higher ? 'better' : 'worse';
  if (high !== null && high < 0) return higher ? 'worse' : 'better';
  return 'undecided';
}

function sideOf({ results }: Cell, differs: readonly string[], estimate: Estimate): Side {
  const { axes, settings } = results[0]!.trial;
  return {
    net: Object.fromEntries(Object.entries(settings).filter(([key]) => differs.includes(key))),
    axes,
    estimate,
  };
}

const sameSeeds = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every(seed => b.includes(seed));
