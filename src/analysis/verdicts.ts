/**
 * The one function that decides whether two nets differ. Comparisons, findings, trends, expectations and answers all ask it,
 * so that no two sentences contradict each other.
 */
import type { PairedTest } from './paired.ts';
import { holm, marginProbabilities } from './statistics.ts';
import { tCdf } from './student-t.ts';

/** Candidate against baseline, by the direction of the measure. */
export type Verdict = 'better' | 'worse' | 'equivalent' | 'not told apart' | 'not compared';

/** A corrected p of at most this much is a difference. */
export const SIGNIFICANT = 0.05;
/** A probability of at least this much is practical equivalence. */
const SURE = 0.95;

export interface Criteria {
  /** Whether a higher figure is better. */
  readonly higher: boolean;
  /** The smallest step between two figures, in their unit: 1 / images for an accuracy, 0 for a loss. */
  readonly step: number;
  /** The largest difference that does not matter, > 0; without it nothing is called equivalent. */
  readonly margin?: number | undefined;
}

export interface Judged {
  /** The two-sided p of the paired t test; null if the pairs permit none. */
  readonly p: number | null;
  /** The same, corrected by Holm's method for the number of p values of the family. */
  readonly adjustedP: number | null;
  /** Null if the pairs permit none: one seed, or two with equal differences. */
  readonly verdict: Verdict | null;
}

/**
 * Judges all comparisons that are looked at together. `better` and `worse` need a corrected p of at most .05, so that a family of
 * nets that do not differ gives any verdict of a difference in at most 5 % of cases; `equivalent` needs a probability of at
 * least .95 that the true difference lies within the margin.
 * @param family for each comparison its pairs; several that must all differ in one direction, for which the largest p counts;
 *   none for what is not compared, which does not count in the correction
 */
export function judge(family: readonly (readonly PairedTest[])[], criteria: Criteria): Judged[] {
  const ps = family.map(all => largestP(all, criteria.step));
  const adjusted = holm(ps.filter(p => p !== null)).values();
  return family.map(([pairs], i) => {
    const p = ps[i]!;
    const adjustedP = p === null ? null : (adjusted.next().value ?? null);
    return { p, adjustedP, verdict: pairs ? verdictOf(pairs, adjustedP, criteria) : 'not compared' };
  });
}

/** Null if one of the comparisons has no p; 1 if they differ in direction, so that not all can hold. */
function largestP(all: readonly PairedTest[], step: number): number | null {
  const ps = all.flatMap(pairs => pOf(pairs, step) ?? []);
  if (ps.length < Math.max(1, all.length)) return null;
  const directions = new Set(all.map(({ difference }) => Math.sign(difference.mean)));
  return directions.size > 1 ? 1 : Math.max(...ps);
}

function verdictOf(
  { difference }: PairedTest,
  adjustedP: number | null,
  { higher, margin }: Criteria,
): Verdict | null {
  if (adjustedP === null) return null;
  const within = margin === undefined ? 0 : (marginProbabilities(difference, margin)?.within ?? 0);
  if (within >= SURE) return 'equivalent';
  if (adjustedP > SIGNIFICANT) return 'not told apart';
  return difference.mean > 0 === higher ? 'better' : 'worse';
}

/**
 * The p of the paired t test. If all differences are equal, their spread is hidden by the step between figures: the deviation
 * that rounding to steps gives a difference, step / sqrt(6), stands in for it. Two such differences prove nothing.
 */
function pOf({ difference: { n, mean, sd }, tTestP }: PairedTest, step: number): number | null {
  if (sd === null || (sd === 0 && n === 2)) return null;
  if (tTestP !== null) return tTestP;
  return 2 * tCdf((-Math.abs(mean) * Math.sqrt(6 * n)) / step, n - 1);
}
