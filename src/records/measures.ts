/**
 * The measures: one row for each figure that sums up a trial. Tables, charts, CSV files, JSON and the config schema
 * read this table; a new measure is a new row.
 */
import type { TrialRecord } from './record.ts';

export interface Measure {
  /** In a chart's title. */
  readonly label: string;
  /** At the head of a table's column. */
  readonly short: string;
  /** How it is computed, as a sentence for the documentation and for captions. */
  readonly caption: string;
  readonly unit: 'fraction' | 'nats';
  readonly better: 'higher' | 'lower';
  /** How many iterations it averages, the last ones; of a shorter training all. */
  readonly window?: (perEpoch: number) => number;
  /**
   * Its value in one trial; null where it was not measured. A loss is null unless the trial completed, for a net
   * that diverged has no final loss; an accuracy counts as it was measured.
   * @param perEpoch iterations in an epoch
   */
  of(record: TrialRecord, perEpoch: number): number | null;
}

/** The notebook averages `solver.loss_history[-100:]`. */
const FINAL_ITERATIONS = 100;

const rows = {
  initialLoss: {
    label: 'Initial loss',
    short: 'initial',
    caption: 'the loss of the first minibatch, before any step',
    unit: 'nats',
    better: 'lower',
    of: record => record.losses[0] ?? null,
  },
  finalTrainLoss: {
    label: 'Final training loss',
    short: 'loss',
    caption: `the mean training loss of the last ${FINAL_ITERATIONS} iterations`,
    unit: 'nats',
    better: 'lower',
    window: () => FINAL_ITERATIONS,
    of: record => finalLoss(record, FINAL_ITERATIONS),
  },
  lastEpochTrainLoss: {
    label: 'Training loss of the last epoch',
    short: 'loss',
    caption: 'the mean training loss of the last epoch',
    unit: 'nats',
    better: 'lower',
    window: perEpoch => perEpoch,
    of: (record, perEpoch) => finalLoss(record, perEpoch),
  },
  bestTrainAccuracy: {
    label: 'Best training accuracy',
    short: 'train',
    caption: 'the best accuracy on training images',
    unit: 'fraction',
    better: 'higher',
    of: record => largest(record.accuracies.map(({ trainAccuracy }) => trainAccuracy)),
  },
  bestValAccuracy: {
    label: 'Best validation accuracy',
    short: 'val',
    caption: 'the best accuracy on validation images',
    unit: 'fraction',
    better: 'higher',
    of: record => largest(record.accuracies.map(({ valAccuracy }) => valAccuracy)),
  },
  lastTrainAccuracy: {
    label: 'Last training accuracy',
    short: 'last train',
    caption: 'the accuracy on training images at the end',
    unit: 'fraction',
    better: 'higher',
    of: record => record.accuracies.at(-1)?.trainAccuracy ?? null,
  },
  lastValAccuracy: {
    label: 'Last validation accuracy',
    short: 'last val',
    caption: 'the accuracy on validation images at the end',
    unit: 'fraction',
    better: 'higher',
    of: record => record.accuracies.at(-1)?.valAccuracy ?? null,
  },
} satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof rows;
export const measures: Readonly<Record<MeasureName, Measure>> = rows;
export const measureNames = Object.keys(rows) as [MeasureName, ...MeasureName[]];

/** A trial in a few figures: how many iterations had a finite loss, every measure, and the data's part of the loss if the record has it. */
export type Summary = Readonly<Record<MeasureName, number | null>> &
  Pick<TrialRecord, 'iterations' | 'lastEpochDataLoss'>;

export function summarize(record: TrialRecord, perEpoch: number): Summary {
  const { iterations, lastEpochDataLoss } = record;
  const values = measureNames.map(name => [name, measures[name].of(record, perEpoch)]);
  return {
    iterations,
    ...Object.fromEntries(values),
    ...(lastEpochDataLoss !== undefined && { lastEpochDataLoss }),
  };
}

/** Arithmetic mean; null of an empty list. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

const finalLoss = ({ status, losses }: TrialRecord, count: number): number | null =>
  status === 'completed' ? mean(losses.slice(-count)) : null;

function largest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((best, value) => Math.max(best, value));
}
