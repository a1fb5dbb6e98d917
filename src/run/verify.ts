/** Trains trials of a run again and compares: puts the promise of equal bits to the test. */
import type { Result } from '../analysis/results.ts';
import { experimentSchema } from '../config/schema.ts';
import type { Dataset } from '../data/dataset.ts';
import { CifarNormError } from '../errors.ts';
import { NUMERICS, type Numerics } from '../kernels/numerics.ts';
import { planner } from '../plan/plan.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import type { StoredRun } from '../store/stored-run.ts';
import { conduct } from './conduct.ts';
import { type Compile, executorFactory } from './executors/choose.ts';

export interface Comparison {
  readonly trial: Trial;
  /** The first difference, in words; undefined if all bits are equal. */
  readonly difference: string | undefined;
}

export interface VerifyOptions {
  /** How many trials, spread evenly over the plan; all by default. */
  readonly trials?: number | undefined;
  readonly workers: number;
  readonly compile?: Compile;
  readonly signal: AbortSignal;
  onCompared(comparison: Comparison, done: number, total: number): void;
}

/**
 * Trains again what completed or diverged.
 * @throws CifarNormError (run) if the data, the arithmetic or the plan are not those of the run
 */
export async function verifyRun(
  run: StoredRun,
  dataset: Dataset,
  { trials: count, workers, compile, signal, onCompared }: VerifyOptions,
): Promise<Comparison[]> {
  const numerics = comparableNumerics(run, dataset);
  const comparable = run.results.filter(({ status }) => status !== 'failed');
  if (comparable.length === 0)
    throw new CifarNormError('run', 'no trial of this run has finished', 'resume the run first');
  const chosen = evenly(comparable, count ?? comparable.length);
  const stored = new Map(chosen.map(result => [result.trial.id, result]));
  const trials = replanned(run, chosen);
  const factory = await executorFactory(dataset.train, trials, { numerics, workers, compile });
  const executor = factory.create(trials);
  const comparisons: Comparison[] = [];
  for await (const events of conduct(trials, executor, { retries: 1, timeout: undefined, signal })) {
    for (const event of events) {
      if (event.kind !== 'finished') continue;
      const { trial, record } = event;
      const comparison = { trial, difference: differenceOf(stored.get(trial.id)!.record(), record) };
      comparisons.push(comparison);
      onCompared(comparison, comparisons.length, chosen.length);
    }
  }
  return comparisons.sort((a, b) => a.trial.index - b.trial.index);
}

function comparableNumerics({ identity }: StoredRun, dataset: Dataset): Numerics {
  const numerics = (Object.keys(NUMERICS) as Numerics[]).find(key => NUMERICS[key] === identity.numerics);
  if (!numerics) {
    const known = Object.values(NUMERICS).join(' and ');
    throw cannot(`the run's numerics are ${identity.numerics}, and this version has ${known}`);
  }
  const { kind, fingerprint } = identity.data;
  if (dataset.fingerprint !== fingerprint) {
    throw cannot(
      `the run's data were ${kind} ${fingerprint.slice(0, 12)}, and ${dataset.source} is ${dataset.kind} ${dataset.fingerprint.slice(0, 12)}`,
    );
  }
  return numerics;
}

/** The trials with their random streams, which the journal does not hold. */
function replanned({ identity, trials }: StoredRun, chosen: readonly Result[]): Trial[] {
  const { data: experiment } = experimentSchema.safeParse(identity.experiment);
  if (!experiment) throw cannot('its experiment has keys that this version does not know');
  const context = { fingerprint: identity.data.fingerprint, numerics: identity.numerics };
  const planned = new Map(planner(experiment, context)(trials).map(trial => [trial.id, trial]));
  return chosen.map(({ trial }) => {
    const found = planned.get(trial.id);
    if (!found) throw cannot(`this version plans trial ${trial.index} differently`);
    return found;
  });
}

/** An even selection, in order. */
function evenly<Item>(items: readonly Item[], count: number): Item[] {
  const chosen = Math.min(count, items.length);
  return Array.from({ length: chosen }, (_, i) => items[Math.floor((i * items.length) / chosen)]!);
}

/** Compares bits: numbers are equal if their shortest decimal texts are. */
function differenceOf(stored: TrialRecord, again: TrialRecord): string | undefined {
  if (again.status !== stored.status)
    return `it ${again.status}${again.error ? ` (${again.error})` : ''}, and had ${stored.status}`;
  const { length } = stored.losses;
  if (again.losses.length !== length) return `${again.losses.length} iterations instead of ${length}`;
  const at = stored.losses.findIndex((loss, i) => loss !== again.losses[i]);
  if (at >= 0)
    return `the loss of iteration ${at + 1} is ${again.losses[at]} instead of ${stored.losses[at]}`;
  const accuracies = (record: TrialRecord) => JSON.stringify(record.accuracies);
  if (accuracies(again) !== accuracies(stored)) return 'the accuracies differ';
  const diagnostics = (record: TrialRecord) => JSON.stringify(record.diagnostics);
  return diagnostics(again) === diagnostics(stored) ? undefined : 'the diagnostics differ';
}

const cannot = (why: string) =>
  new CifarNormError(
    'run',
    `these results cannot be compared: ${why}`,
    'verify with the data and the version of cifar-norm that made the run',
  );
