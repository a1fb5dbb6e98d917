/** From an experiment and its data to a finished folder of results. */
import type { Experiment } from '../config/schema.ts';
import type { Dataset } from '../data/dataset.ts';
import { meanImage } from '../data/split.ts';
import { NUMERICS, type Numerics } from '../kernels/numerics.ts';
import type { TrainingImages } from '../nn/solver.ts';
import { planTrials } from '../plan/plan.ts';
import type { Trial } from '../plan/trial.ts';
import type { Identity } from './manifest.ts';
import type { TrialRecord } from './record.ts';
import type { Result } from './result.ts';
import { RunStore, usualFolder } from './store.ts';
import { runInThreads } from './threads.ts';

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
  /** When it is aborted, the run is left where it is, to be gone on with. */
  readonly signal: AbortSignal;
  onPlanned(event: {
    readonly folder: string;
    readonly trials: readonly Trial[];
    readonly found: number;
  }): void;
  onRecord(trial: Trial, record: TrialRecord): void;
}

export interface RunOutcome {
  readonly folder: string;
  readonly trials: readonly Trial[];
  /** In plan order; fewer than the trials if the run was interrupted. */
  readonly results: readonly Result[];
}

/**
 * Runs every trial that its folder does not yet have, and writes the CSVs and the manifest.
 * @throws CifarNormError if the folder cannot be written or holds another run
 */
export async function runExperiment(request: RunRequest): Promise<RunOutcome> {
  const { name, experiment, dataset, signal } = request;
  const numerics = NUMERICS[request.numerics];
  const trials = planTrials(experiment, { fingerprint: dataset.fingerprint, numerics });
  const identity = { ...identityOf(name, experiment, dataset), numerics };
  const folder = request.folder ?? usualFolder(request.resultsFolder, identity);
  const { version, workers } = request;
  const store = await RunStore.open(
    folder,
    identity,
    { dataSource: dataset.source, version, workers },
    trials,
  );
  const byId = new Map(trials.map(trial => [trial.id, trial]));
  const pending = store.pending();
  request.onPlanned({ folder, trials, found: trials.length - pending.length });
  try {
    for await (const record of runInThreads(pending, trainingImages(experiment, dataset), {
      numerics: request.numerics,
      workers,
      signal,
    })) {
      await store.append(record);
      request.onRecord(byId.get(record.id)!, record);
    }
  } finally {
    await store.close(store.pending().length === 0 ? 'finished' : 'interrupted');
  }
  return { folder, trials, results: store.results() };
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

function trainingImages({ numTraining }: Experiment, { train }: Dataset): TrainingImages {
  const mean = meanImage(train, numTraining);
  const shared = new Float64Array(new SharedArrayBuffer(mean.byteLength));
  shared.set(mean);
  return { pixels: train.pixels, labels: train.labels, mean: shared };
}
