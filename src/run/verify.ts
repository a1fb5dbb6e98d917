/** Runs trials of a run again and compares: the promise of equal bits, kept or not. */

import type { Dataset } from '../data/dataset.ts';
import { CifarNormError } from '../errors.ts';
import { NUMERICS, type Numerics } from '../kernels/numerics.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import type { StoredRun } from '../store/stored-run.ts';
import { runInThreads } from './executors/threads.ts';

export interface Comparison {
  readonly trial: Trial;
  /** What differs first, in words; undefined if all bits are equal. */
  readonly difference: string | undefined;
}

export interface VerifyOptions {
  /** How many, spread evenly over the plan; all if it is left out. */
  readonly trials: number | undefined;
  readonly workers: number;
  readonly signal: AbortSignal;
  onCompared(comparison: Comparison, done: number, total: number): void;
}

/**
 * Trains again what has completed or diverged.
 * @throws CifarNormError (run) if the data or the arithmetic are not those of the run, so that no bits can be compared
 */
export async function verifyRun(
  { head, results }: StoredRun,
  dataset: Dataset,
  { trials: count, workers, signal, onCompared }: VerifyOptions,
): Promise<Comparison[]> {
  const { run } = head;
  const numerics = (Object.keys(NUMERICS) as Numerics[]).find(key => NUMERICS[key] === run.numerics);
  if (!numerics)
    throw cannot(
      `its numerics are ${run.numerics}, and those of this program ${Object.values(NUMERICS).join(' and ')}`,
    );
  if (dataset.fingerprint !== run.data.fingerprint) {
    throw cannot(
      `its data were ${run.data.kind} ${run.data.fingerprint.slice(0, 12)}, and ${dataset.source} is ${dataset.kind} ${dataset.fingerprint.slice(0, 12)}`,
    );
  }
  const comparable = results.filter(({ status }) => status !== 'failed');
  if (comparable.length === 0) {
    throw new CifarNormError('run', 'no trial of this run has finished', 'go on with it first');
  }
  const chosen = evenly(comparable, count ?? comparable.length);
  const byId = new Map(chosen.map(result => [result.trial.id, result]));
  const options = { numerics, workers, retries: 1, timeout: undefined, signal, onRetry: () => {} };
  const comparisons: Comparison[] = [];
  for await (const record of runInThreads(
    chosen.map(({ trial }) => trial),
    dataset.train,
    options,
  )) {
    const { trial, record: stored } = byId.get(record.id)!;
    const comparison = { trial, difference: differenceOf(stored(), record) };
    comparisons.push(comparison);
    onCompared(comparison, comparisons.length, chosen.length);
  }
  return comparisons.sort((a, b) => a.trial.index - b.trial.index);
}

/** An even selection, in order. */
function evenly<Item>(items: readonly Item[], count: number): Item[] {
  const chosen = Math.min(count, items.length);
  return Array.from({ length: chosen }, (_, i) => items[Math.floor((i * items.length) / chosen)]!);
}

/** Bits, not closeness: numbers are equal if their shortest decimal texts are. */
function differenceOf(stored: TrialRecord, again: TrialRecord): string | undefined {
  if (again.status !== stored.status)
    return `it ${again.status}${again.error ? ` (${again.error})` : ''}, and had ${stored.status}`;
  const { length } = stored.losses;
  if (again.losses.length !== length) return `${again.losses.length} iterations instead of ${length}`;
  const iteration = stored.losses.findIndex((loss, i) => loss !== again.losses[i]);
  if (iteration >= 0) {
    return `the loss of iteration ${iteration + 1} is ${again.losses[iteration]} instead of ${stored.losses[iteration]}`;
  }
  const accuracies = ({ accuracies }: TrialRecord) => JSON.stringify(accuracies);
  return accuracies(again) === accuracies(stored) ? undefined : 'accuracies';
}

const cannot = (why: string) =>
  new CifarNormError(
    'run',
    `these results cannot be compared: ${why}`,
    'verify with the data and the program that the run was made with',
  );
