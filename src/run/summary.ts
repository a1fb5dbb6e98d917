import type { TrialRecord } from './record.ts';

/** A trial in a few figures; null where nothing was measured. Accuracies are fractions, 0..1. */
export interface Summary {
  readonly iterations: number;
  readonly initialLoss: number | null;
  /** Mean training loss of the last 100 iterations, of all if there are fewer; null unless the trial completed. */
  readonly finalTrainLoss: number | null;
  /** Mean training loss of the last epoch; null unless the trial completed. */
  readonly lastEpochTrainLoss: number | null;
  readonly bestTrainAccuracy: number | null;
  readonly bestValAccuracy: number | null;
  readonly lastTrainAccuracy: number | null;
  readonly lastValAccuracy: number | null;
}

/** Iterations behind finalTrainLoss: the notebook plots `np.mean(solver.loss_history[-100:])`. */
const FINAL_ITERATIONS = 100;

/** A diverged or failed trial keeps what was measured before it ended, but has no final loss. */
export function summarize(record: TrialRecord): Summary {
  const train = record.accuracies.map(accuracy => accuracy.trainAccuracy);
  const val = record.accuracies.map(accuracy => accuracy.valAccuracy);
  const epochs = record.status === 'completed' ? record.accuracies.at(-1)?.epoch : undefined;
  return {
    iterations: record.iterations,
    initialLoss: record.losses[0] ?? null,
    finalTrainLoss: record.status === 'completed' ? mean(record.losses.slice(-FINAL_ITERATIONS)) : null,
    lastEpochTrainLoss: epochs ? mean(record.losses.slice(-record.iterations / epochs)) : null,
    bestTrainAccuracy: largest(train),
    bestValAccuracy: largest(val),
    lastTrainAccuracy: train.at(-1) ?? null,
    lastValAccuracy: val.at(-1) ?? null,
  };
}

/** Arithmetic mean; null of nothing. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function largest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((best, value) => Math.max(best, value));
}
