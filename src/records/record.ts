/** The outcome of one trial. Everything that comes from outside is checked against this schema. */
import { z } from 'zod';
import { type DiagnosticName, diagnosticNames } from './diagnostics.ts';
import {
  type EpochSeriesName,
  epochSeriesNames,
  type SeriesInfo,
  type SeriesName,
  series,
} from './series.ts';

const isAdded = (name: SeriesName): boolean => 'added' in series[name];
const epochShape = Object.fromEntries(
  epochSeriesNames.map(name => [name, isAdded(name) ? z.number().optional() : z.number()]),
) as Record<EpochSeriesName, z.ZodNumber>;

const accuracySchema = z.strictObject({
  /** Epochs completed when it was measured; 0 is after the first iteration. */
  epoch: z.int().nonnegative(),
  ...epochShape,
});

const layerShape = Object.fromEntries(diagnosticNames.map(name => [name, z.number().optional()])) as Record<
  DiagnosticName,
  z.ZodOptional<z.ZodNumber>
>;

const diagnosedStepSchema = z.strictObject({
  iteration: z.int().positive(),
  epoch: z.int().nonnegative(),
  layers: z.array(z.strictObject({ layer: z.int().positive(), ...layerShape })),
});

export const trialRecordSchema = z.strictObject({
  id: z.string(),
  /** A trial diverges when its loss is no longer finite; it fails when its worker breaks down. */
  status: z.enum(['completed', 'diverged', 'failed']),
  /** Iterations with a finite loss. */
  iterations: z.int().nonnegative(),
  /** Training loss of each iteration, up to the first that is not finite. */
  losses: z.array(z.number()),
  accuracies: z.array(accuracySchema),
  /**
   * The mean over the last epoch of the data's part of the loss, in nats. Only in a completed trial with regularization, whose
   * losses include it.
   */
  lastEpochDataLoss: z.number().optional(),
  /** The figures of each layer, by step. Only in a trial with diagnostics. */
  diagnostics: z.array(diagnosedStepSchema).optional(),
  /** Training time; the only figure that differs between machines. */
  seconds: z.number().nonnegative(),
  /** Why the trial failed. */
  error: z.string().optional(),
});

export type TrialRecord = z.output<typeof trialRecordSchema>;
export type Accuracy = z.output<typeof accuracySchema>;
export type TrialStatus = TrialRecord['status'];

/** What was measured at each iteration (from 1) or epoch (0 is after the first iteration): x and the value of each series. */
export function* rowsOf(record: TrialRecord, by: SeriesInfo['by']): Generator<number[]> {
  if (by === 'iteration') for (const [i, loss] of record.losses.entries()) yield [i + 1, loss];
  else
    for (const { epoch, ...values } of record.accuracies)
      yield [epoch, ...epochSeriesNames.map(name => values[name])];
}

/** A series as points: x is the iteration (from 1) or the epoch (0 is after the first iteration). */
export function pointsOf(record: TrialRecord, name: SeriesName): { x: number; y: number }[] {
  if (series[name].by === 'iteration') return record.losses.map((loss, i) => ({ x: i + 1, y: loss }));
  return record.accuracies.map(accuracy => ({
    x: accuracy.epoch,
    y: (accuracy[name as EpochSeriesName] as number | undefined) ?? Number.NaN,
  }));
}
