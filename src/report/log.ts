/**
 * The training log of one trial, as the course's Solver prints it with `print_every=20`: iterations count from 1, and
 * the accuracies of epoch 0 follow the first of them, those of epoch e its last.
 */
import type { DataLabel } from '../analysis/results.ts';
import { scheduleOf } from '../config/schedule.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import type { Accuracy, TrialRecord } from '../records/record.ts';
import { oneLine } from './text.ts';

const PRINT_EVERY = 20;

/** What training reports after its first iteration and after each epoch. */
export interface EpochReport extends Accuracy {
  /** The training losses since the last report. */
  readonly losses: readonly number[];
}

/** The line above a trial's log. */
export const logTitle = (trial: PlannedTrial, planned: number, data: DataLabel, name: string): string =>
  `Trial ${trial.index + 1} of ${planned} (${data}): ${name}`;

export interface TrainingLog {
  /** The lines of one report. A retried trial repeats its reports; those already logged give no lines. */
  epoch(report: EpochReport): string[];
  /** All lines not yet given; the whole log if there were no reports. */
  finish(record: TrialRecord): string[];
}

export function trainingLog({ settings }: PlannedTrial): TrainingLog {
  const { perEpoch, iterations } = scheduleOf(settings);
  let iteration = 0;
  let lastEpoch = -1;

  const lossLines = (losses: readonly number[]) =>
    losses.flatMap(loss =>
      iteration++ % PRINT_EVERY === 0
        ? [`(Iteration ${iteration} / ${iterations}) loss: ${loss.toFixed(6)}`]
        : [],
    );
  const epochLines = ({ epoch, losses, trainAccuracy, valAccuracy }: EpochReport) => {
    if (epoch <= lastEpoch) return [];
    lastEpoch = epoch;
    return [
      ...lossLines(losses),
      `(Epoch ${epoch} / ${settings.epochs}) train acc: ${trainAccuracy.toFixed(6)}; val_acc: ${valAccuracy.toFixed(6)}`,
    ];
  };

  return {
    epoch: epochLines,
    finish: ({ status, error, losses, accuracies }) => [
      ...accuracies.flatMap(accuracy => {
        const end = Math.max(1, accuracy.epoch * perEpoch);
        return epochLines({ ...accuracy, losses: losses.slice(iteration, end) });
      }),
      ...lossLines(losses.slice(iteration)),
      ...(status === 'diverged' ? [`(Iteration ${losses.length + 1} / ${iterations}) loss: not finite`] : []),
      ...(status === 'failed' ? [`Failed: ${oneLine(error ?? 'unknown error')}`] : []),
    ],
  };
}
