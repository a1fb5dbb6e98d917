/**
 * Cells: the replicates of one point of the grid, and the one policy about trials that diverged or failed, which every
 * table, chart, CSV and JSON document follows:
 *
 * - an accuracy counts as it was measured, also in a trial that diverged;
 * - a loss that is not finite is left out of the mean, and counted as missing;
 * - a trial that failed has no figures, and is counted as missing;
 * - a cell with a trial that diverged or failed is shown, and never ranked.
 */
import { type MeasureName, mean } from '../records/measures.ts';
import type { TrialStatus } from '../records/record.ts';
import { groupBy } from './group-by.ts';
import { type Result, tally } from './results.ts';

export interface Cell {
  /** Its replicates, in plan order: they differ in their seed alone. Never empty. */
  readonly results: readonly Result[];
  /** How many of them have each outcome. */
  readonly counts: Readonly<Record<TrialStatus, number>>;
  /** Whether it may be called the best: all of its trials completed. */
  readonly ranked: boolean;
}

/** A measure over the replicates of a cell. */
export interface Estimate {
  /** Null if no trial has the figure. */
  readonly mean: number | null;
  /** Trials that have the figure. */
  readonly n: number;
  /** Trials that have none. */
  readonly missing: number;
}

/** The cells of a run, in plan order. */
export function cellsOf(results: readonly Result[]): Cell[] {
  const points = groupBy(results, ({ trial }) => JSON.stringify([trial.axes, trial.groups]));
  return [...points.values()].map(cellOf);
}

/** One cell of results that differ in their seed alone. */
export function cellOf(results: readonly Result[]): Cell {
  const counts = tally(results);
  return { results, counts, ranked: counts.completed === results.length };
}

export function estimate({ results }: Cell, measure: MeasureName): Estimate {
  const values = results.flatMap(({ summary }) => summary[measure] ?? []);
  return { mean: mean(values), n: values.length, missing: results.length - values.length };
}
