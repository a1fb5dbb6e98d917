/**
 * Cells: the replicates of one point of the grid. Here stands the one policy about trials that diverged or failed, which
 * every table, chart, file and comparison follows:
 *
 * - an accuracy counts as measured, also in a trial that diverged;
 * - a loss that is not finite is left out, and counted as missing;
 * - a trial that failed has no figures, and is counted as missing;
 * - a cell with a trial that failed or blew up is shown, and never ranked.
 */
import { MAX_TRAIN_SAMPLES } from '../config/schedule.ts';
import { type MeasureName, measures } from '../records/measures.ts';
import type { TrialStatus } from '../records/record.ts';
import { groupBy } from './group-by.ts';
import { type Result, seedsIn, tally } from './results.ts';
import { interval } from './statistics.ts';

export interface Cell {
  /** Its replicates, in plan order; only their seeds differ. Never empty. */
  readonly results: readonly Result[];
  /** The number of trials with each outcome. */
  readonly counts: Readonly<Record<TrialStatus, number>>;
  /** Whether it can be the best: all its trials completed, and none blew up. */
  readonly ranked: boolean;
  /** The run it belongs to. */
  readonly run: RunSize;
}

/** How many cells are looked at together, and with how many seeds. */
export interface RunSize {
  readonly cells: number;
  readonly seeds: number;
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
  const run = { cells: points.size, seeds: seedsIn(results).length };
  return [...points.values()].map(members => cellOf(members, run));
}

/** One cell of results that differ only in their seed; of a run of its own unless told. */
export function cellOf(results: readonly Result[], run: RunSize = { cells: 1, seeds: results.length }): Cell {
  const counts = tally(results);
  const ranked = counts.completed === results.length && !results.some(blowsUp);
  return { results, counts, ranked, run };
}

/** A net that guesses has a loss of ln 10; above ten times that, or if it is not finite, training has blown up. */
export const BLOW_UP_LOSS = 10 * Math.LN10;

/**
 * Whether a trial's loss over its last epoch is not finite or above `BLOW_UP_LOSS`; null if the trial failed. Regularization
 * is no explosion: it judges the data's part of the loss. Records of earlier versions have only the whole loss; those with
 * regularization blow up if it has also risen above the first loss.
 */
export function blowsUp(result: Result): boolean | null {
  if (result.status === 'failed') return null;
  if (result.status === 'diverged') return true;
  const whole = figureOf(result, 'lastEpochTrainLoss');
  const loss = dataLossOf(result) ?? whole;
  if (loss === null) return true;
  if (dataLossOf(result) !== null) return loss > BLOW_UP_LOSS;
  return loss > BLOW_UP_LOSS && loss > (figureOf(result, 'initialLoss') ?? 0);
}

/** The data's part of the loss over the last epoch, in nats; null if it is not known. */
export function dataLossOf(result: Result): number | null {
  if (result.trial.settings.reg === 0) return figureOf(result, 'lastEpochTrainLoss');
  return result.summary.lastEpochDataLoss ?? null;
}

/** Whether two means are equal but for rounding: sums of the same figures in another order may differ in their last bits. */
export const isTie = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));

/** The number of trials of a cell that blow up. */
export const blownUp = ({ results }: Cell): number => results.filter(blowsUp).length;

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

/** The largest step between two figures of some cells: 1 / images for an accuracy, 0 for a loss. */
export const stepOf = (measure: MeasureName, cells: readonly Cell[]): number =>
  measures[measure].unit === 'fraction'
    ? cells.reduce((largest, cell) => Math.max(largest, 1 / imagesOf(measure, cell)), 0)
    : 0;

/** How many images an accuracy is measured on. */
function imagesOf(measure: MeasureName, { results: [first] }: Cell): number {
  const { settings, split } = first!.trial;
  return /Train/.test(measure) ? Math.min(settings.trainImages, MAX_TRAIN_SAMPLES) : split.numValidation;
}
