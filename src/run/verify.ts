/** Checks a journal and trains its trials again: puts the promise of equal bits to the test. */
import { type DataLabel, dataLabelOf, type Result } from '../analysis/results.ts';
import { experimentSchema } from '../config/schema.ts';
import type { Dataset } from '../data/dataset.ts';
import { CifarNormError } from '../errors.ts';
import { NUMERICS, type Numerics } from '../kernels/numerics.ts';
import { planner } from '../plan/plan.ts';
import type { PlannedTrial, Trial } from '../plan/trial.ts';
import type { TrialRecord, TrialStatus } from '../records/record.ts';
import { askedOf, type StoredRun } from '../store/stored-run.ts';
import { conduct } from './conduct.ts';
import { differenceOf } from './difference.ts';
import { type Compile, executorFactory } from './executors/choose.ts';
import { journalProblems } from './journal-problems.ts';
import { sampleOf } from './sample.ts';
import { outdatedViews } from './views.ts';

/** A trial that was trained again. */
export interface Comparison {
  readonly trial: Trial;
  /** What its record says, and what it does now. */
  readonly stored: TrialStatus;
  readonly now: TrialStatus;
  /** The first difference, in words; undefined if all bits are equal, or if the trial had failed and its record has no figures. */
  readonly difference: string | undefined;
}

/** What was found before any trial is trained. */
export interface JournalCheck {
  /** The images that were read. */
  readonly data: DataLabel;
  /** Of the replicates, in plan order. */
  readonly seeds: readonly number[];
  /** The trials that the run was asked for. */
  readonly planned: number;
  /** Those without a result: they have no record, or one that says that they failed. */
  readonly missing: readonly { readonly trial: PlannedTrial; readonly failed: boolean }[];
  /** Numbers of the journal's lines that belong to another run. */
  readonly foreign: readonly number[];
  /** What is wrong with the journal and the files made from it, a sentence each. */
  readonly problems: readonly string[];
}

export interface Verification extends JournalCheck {
  /** In plan order. */
  readonly comparisons: readonly Comparison[];
}

export interface VerifyOptions {
  /** How many trials to train, spread over the cells (see sampleOf); all by default. */
  readonly trials?: number | undefined;
  /** Which sample of that size. */
  readonly seed?: number;
  readonly workers: number;
  readonly compile?: Compile;
  readonly signal: AbortSignal;
  onChecked?(check: JournalCheck): void;
  onCompared?(comparison: Comparison, done: number, total: number): void;
}

/**
 * Compares the journal's plan with the experiment, its records with each other and what they say of the data with the data,
 * then trains again what has a record, and compares all figures but the training time.
 * @throws CifarNormError (run) if no trial has a result, or if the data, the arithmetic or the experiment are not those of the run
 */
export async function verifyRun(
  run: StoredRun,
  dataset: Dataset,
  { trials: count, seed = 0, workers, compile, signal, onChecked, onCompared }: VerifyOptions,
): Promise<Verification> {
  const numerics = comparableNumerics(run, dataset);
  if (run.results.every(({ status }) => status === 'failed'))
    throw new CifarNormError('run', 'no trial of this run has finished', 'resume the run first');
  const again = plannedAgain(run);
  const check = {
    data: dataLabelOf(dataset),
    seeds: seedsOf(run),
    planned: askedOf(run).length,
    missing: missingIn(run),
    foreign: run.oddities.foreign,
    problems: [...journalProblems(run, dataset, again), ...(await viewProblems(run))],
  };
  onChecked?.(check);
  const known = run.results.filter(({ trial }) => again.has(trial.id));
  const chosen = new Map(
    sampleOf(known, count ?? known.length, seed).map(result => [result.trial.id, result]),
  );
  const trials = [...chosen.keys()].map(id => again.get(id)!);
  const comparisons: Comparison[] = [];
  if (trials.length > 0) {
    const factory = await executorFactory(dataset.train, trials, { numerics, workers, compile });
    const policy = { retries: 1, timeout: undefined, signal };
    for await (const events of conduct(trials, factory.create(trials), policy)) {
      for (const event of events) {
        if (event.kind !== 'finished') continue;
        const comparison = compared(chosen.get(event.trial.id)!, event.trial, event.record);
        comparisons.push(comparison);
        onCompared?.(comparison, comparisons.length, chosen.size);
      }
    }
  }
  return { ...check, comparisons: comparisons.sort((a, b) => a.trial.index - b.trial.index) };
}

function compared({ status, record: read }: Result, trial: Trial, record: TrialRecord): Comparison {
  return { trial, stored: status, now: record.status, difference: differenceOf(read(), record) };
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

/** The seeds of the replicates, which the experiment does not hold, because a command may add more. */
const seedsOf = ({ trials }: StoredRun): number[] => [...new Set(trials.map(({ seed }) => seed))];

/** Every trial of the experiment with the seeds of the journal, by id, with its random streams, which the journal does not hold. */
function plannedAgain(run: StoredRun): ReadonlyMap<string, Trial> {
  const { identity } = run;
  const { data: experiment } = experimentSchema.safeParse(identity.experiment);
  if (!experiment) throw cannot('its experiment has keys that this version does not know');
  const context = { fingerprint: identity.data.fingerprint, numerics: identity.numerics };
  const seeds = seedsOf(run);
  const trials = planned(() => planner(experiment, context)(run.trials));
  return new Map(trials.filter(({ seed }) => seeds.includes(seed)).map(trial => [trial.id, trial]));
}

function planned(plan: () => readonly Trial[]): readonly Trial[] {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof CifarNormError)) throw error;
    throw cannot(`its experiment cannot be planned: ${error.message}`);
  }
}

/** Of the trials that the run was asked for, those without a result. */
function missingIn(run: StoredRun): JournalCheck['missing'] {
  const statuses = new Map(run.results.map(({ trial, status }) => [trial.id, status]));
  return askedOf(run).flatMap(trial => {
    const status = statuses.get(trial.id);
    return status === undefined || status === 'failed' ? [{ trial, failed: status === 'failed' }] : [];
  });
}

async function viewProblems(run: StoredRun): Promise<string[]> {
  const names = await outdatedViews(run);
  return names.map(name => `${name} is not what the journal gives: write it again with cifar-norm export.`);
}

const cannot = (why: string) =>
  new CifarNormError(
    'run',
    `these results cannot be compared: ${why}`,
    'verify with the data and the version of cifar-norm that made the run',
  );
