/**
 * Cells: the replicates of one point of the grid. Here stands the one policy about trials that diverged or failed, which
 * every table, chart, file and comparison follows:
 *
 * - an accuracy counts as measured, also in a trial that diverged;
 * - a loss that is not finite is left out, and counted as missing;
 * - a trial that failed has no figures, and is counted as missing;
 * - a cell with a trial that diverged or failed is shown, and never ranked.
 */
import type { MeasureName } from '../records/measures.ts';
import type { TrialStatus } from '../records/record.ts';
import { groupBy } from './group-by.ts';
import { type Result, tally } from './results.ts';
import { interval } from './statistics.ts';

export interface Cell {
  /** Its replicates, in plan order; only their seeds differ. Never empty. */
  readonly results: readonly Result[];
  /** The number of trials with each outcome. */
  readonly counts: Readonly<Record<TrialStatus, number>>;
  /** Whether it can be the best: all its trials completed. */
  readonly ranked: boolean;
}

/** A measure over the replicates of a cell, in the unit of the measure. */
export interface Estimate {
  /** Null if no trial has the figure. */
  readonly mean: number | null;
  /** The sample standard deviation; null below two figures. */
  readonly sd: number | null;
  /** The ends of the 95 % t interval of the mean; null below two figures. */
  readonly low: number | null;
  readonly high: number | null;
  /** The number of trials that have the figure. */
  readonly n: number;
  /** The number of trials that do not. */
  readonly missing: number;
}

/** The cells of a run, in plan order. */
export function cellsOf(results: readonly Result[]): Cell[] {
  const points = groupBy(results, ({ trial }) => JSON.stringify([trial.axes, trial.groups]));
  return [...points.values()].map(cellOf);
}

/** One cell of results that differ only in their seed. */
export function cellOf(results: readonly Result[]): Cell {
  const counts = tally(results);
  return { results, counts, ranked: counts.completed === results.length };
}

/** A measure of one trial; null if it was not measured or is not finite. */
export function figureOf({ summary }: Result, measure: MeasureName): number | null {
  const value = summary[measure];
  return value !== null && Number.isFinite(value) ? value : null;
}

/** The mean of a measure over a cell's trials, with its 95 % t interval. */
export function estimate({ results }: Cell, measure: MeasureName): Estimate {
  return estimateOf(
    results.flatMap(result => figureOf(result, measure) ?? []),
    results.length,
  );
}

/** The estimate from the figures that `trials` trials have. */
export function estimateOf(figures: readonly number[], trials: number): Estimate {
  const { n, mean, sd, low, high } = interval(figures);
  return { mean: n === 0 ? null : mean, sd, low, high, n, missing: trials - n };
}
