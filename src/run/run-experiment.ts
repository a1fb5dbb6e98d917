/** From an experiment and its data to a finished folder of results. */
import type { Experiment } from '../config/schema.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkSplit } from '../data/split.ts';
import { NUMERICS, type Numerics } from '../kernels/numerics.ts';
import { planTrials } from '../plan/plan.ts';
import { describe, type Trial } from '../plan/trial.ts';
import type { Entry } from './journal.ts';
import { type Identity, invocationOf } from './manifest.ts';
import type { Result } from './result.ts';
import { RunStore, usualFolder } from './store.ts';
import { programsOf, runInThreads } from './threads.ts';

export interface RunRequest {
  readonly name: string;
  readonly experiment: Experiment;
  readonly dataset: Dataset;
  /** The run's folder; without it, one below `resultsFolder` that belongs to this experiment on these data. */
  readonly folder: string | undefined;
  readonly resultsFolder: string;
  readonly version: string;
  readonly numerics: Numerics;
  readonly workers: number;
  /** Begins anew; what the folder held is kept beside it. */
  readonly fresh?: boolean;
  /** Drops damaged lines of the journal instead of refusing it. */
  readonly repair?: boolean;
  /** How often a trial is tried again whose worker threw, ran out of memory or ended; 1 if it is left out. */
  readonly retries?: number;
  /** Whether the first trial that fails ends the run. */
  readonly failFast?: boolean;
  /** Seconds that a trial may take. */
  readonly timeout?: number | undefined;
  /** When it is aborted, the run is left where it is, to be gone on with. */
  readonly signal: AbortSignal;
  onPlanned(event: {
    readonly folder: string;
    readonly trials: readonly Trial[];
    readonly found: number;
  }): void;
  onRecord(trial: Trial, entry: Entry): void;
  /** What a user should know: something was mended, a trial is tried again. */
  onNotice?(text: string): void;
}

export interface RunOutcome {
  readonly folder: string;
  readonly trials: readonly Trial[];
  /** In plan order; fewer than the trials if the run was interrupted. Their records can be read until `close` is called. */
  readonly results: readonly Result[];
  close(): Promise<void>;
}

/**
 * Runs every trial that its folder does not yet have, and writes the CSVs and the manifest.
 * @throws CifarNormError if the dataset has too few images, the processor does not fuse and should, or the folder cannot be written, holds another run, or is in use
 */
export async function runExperiment(request: RunRequest): Promise<RunOutcome> {
  const { name, experiment, dataset, version, workers, signal } = request;
  checkSplit(dataset, experiment);
  const tell = request.onNotice ?? (() => {});
  const numerics = NUMERICS[request.numerics];
  const trials = planTrials(experiment, { fingerprint: dataset.fingerprint, numerics });
  const identity = { ...identityOf(name, experiment, dataset), numerics };
  const folder = request.folder ?? usualFolder(request.resultsFolder, identity);
  const { fresh = false, repair = false, retries = 1, failFast = false, timeout } = request;
  // What cannot be done is refused before anything is written.
  programsOf(trials, request.numerics);
  const invocation = invocationOf({ dataSource: dataset.source, version, workers });
  const store = await RunStore.open(folder, identity, invocation, trials, { fresh, repair, tell });
  try {
    const byId = new Map(trials.map(trial => [trial.id, trial]));
    const pending = store.pending();
    request.onPlanned({ folder, trials, found: trials.length - pending.length });
    const onRetry = (trial: Trial, error: string) =>
      tell(`trial ${trial.index} (${describe(trial)}) is tried again: ${error}`);
    const options = { numerics: request.numerics, workers, retries, timeout, signal, onRetry };
    try {
      for await (const record of runInThreads(pending, dataset.train, options)) {
        const trial = byId.get(record.id)!;
        request.onRecord(trial, await store.append(record));
        if (failFast && record.status === 'failed') break;
      }
    } catch (error) {
      // What is on the disk is shown as well as it can be; the first error is the one to tell.
      await store.finish('interrupted').catch(() => {});
      throw error;
    }
    await store.finish(store.results().length === trials.length ? 'finished' : 'interrupted');
  } catch (error) {
    await store.close();
    throw error;
  }
  return { folder, trials, results: store.results(), close: () => store.close() };
}

/** What cannot change a result is left out: where the data lie, how the experiment is called, what is drawn. */
function identityOf(
  name: string,
  experiment: Experiment,
  { kind, fingerprint }: Dataset,
): Omit<Identity, 'numerics'> {
  const { data, title, description, charts, ...decisive } = experiment;
  return { name, experiment: decisive, data: { kind, fingerprint } };
}
