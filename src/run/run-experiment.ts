/// <reference lib="esnext.disposable" preserve="true" />
/** From an experiment to a finished folder of results: what `sweep`, `train` and the library call. */
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ExpectationOutcome } from '../analysis/expectations.ts';
import type { Finding } from '../analysis/finding.ts';
import type { Result } from '../analysis/results.ts';
import { type LoadedExperiment, loadExperiment } from '../config/load.ts';
import { overridesOf } from '../config/overrides.ts';
import type { ExperimentInput } from '../config/schema.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Environment } from '../data/locate.ts';
import { needOf } from '../data/need.ts';
import { openForRun } from '../data/open.ts';
import { explained } from '../files/system-error.ts';
import { NUMERICS, type Numerics } from '../kernels/numerics.ts';
import { type Planner, planner } from '../plan/plan.ts';
import { type Shard, trialsOf } from '../plan/shard.ts';
import type { Trial } from '../plan/trial.ts';
import { chartsOf } from '../report/charts.ts';
import type { Chart, Table } from '../report/model.ts';
import { resultsTable } from '../report/results-table.ts';
import { findingIn, type RunView } from '../report/run-view.ts';
import { exists, folderAt, JOURNAL } from '../store/folder.ts';
import { type Identity, identityOf, invocationOf, type Presentation } from '../store/manifest.ts';
import { orderAfter } from '../store/order.ts';
import { defaultFolder, RUN_AGAIN, RunStore, runHash } from '../store/run-store.ts';
import { version } from '../version.ts';
import { conduct } from './conduct.ts';
import type { TrialEvent } from './executor.ts';
import { type Compile, type Executors, executorFactory } from './executors/choose.ts';
import { isComplete, type OpenRun, viewOf, writeManifest, writeViews } from './views.ts';

export interface RunOptions {
  /** Changes to the experiment, as `--set key=value` makes them: by key, or as such strings. */
  readonly set?: Readonly<Record<string, unknown>> | readonly string[];
  /** Folder or archive of CIFAR-10, `synthetic`, or a dataset; by default the usual places, then synthetic images. */
  readonly data?: string | Dataset;
  /** The run's folder; by default one in `results`, whose name says which experiment on which data it holds. */
  readonly out?: string;
  /** What paths are relative to; by default the current folder. */
  readonly cwd?: string;
  /** Variables that say where data are: CIFAR_NORM_DATA, XDG_CACHE_HOME, LOCALAPPDATA, HOME. */
  readonly env?: Environment;
  readonly numerics?: Numerics;
  /** Threads to train on, by default one a core; 0 trains in the calling thread. Results do not depend on it. */
  readonly workers?: number;
  /** Compiles the kernels; the command line sets V8's flags here, which the library does not. */
  readonly compile?: Compile;
  /** URL of Redis: trains on the workers that take trials from a queue there, instead of in threads. */
  readonly queue?: string | undefined;
  /** Runs one part of the plan; `mergeShards` puts the parts together. */
  readonly shard?: Shard | undefined;
  /** Begins anew; what the folder held is kept beside it. */
  readonly fresh?: boolean;
  /** Drops corrupt lines of the journal instead of refusing it. */
  readonly repair?: boolean;
  /** How often a trial whose worker broke down is tried again; 1 by default. */
  readonly retries?: number;
  /** Ends the run at the first trial that fails. */
  readonly failFast?: boolean;
  /** Seconds that a trial may take. */
  readonly timeout?: number | undefined;
  /** Ends the run when it is aborted; the same call resumes it. */
  readonly signal?: AbortSignal;
  /** How the results are shown later: `sweep` (a table and charts) or `train` (logs and charts). */
  readonly command?: Presentation['command'];
  readonly onEvent?: (event: RunEvent) => void | Promise<void>;
}

export type RunEvent =
  | ({ readonly kind: 'loaded' } & Pick<LoadedExperiment, 'experiment' | 'warnings'>)
  | { readonly kind: 'reading'; readonly source: string }
  | {
      readonly kind: 'planned';
      readonly folder: string;
      readonly trials: readonly Trial[];
      /** Trials that the folder already has. */
      readonly results: readonly Result[];
      readonly view: () => RunView;
    }
  /** What was done to files that were in the folder: moved aside, or repaired. Comes before `planned`. */
  | { readonly kind: 'warning'; readonly text: string }
  /** Something that a user may want to know: a folder was taken over. */
  | { readonly kind: 'notice'; readonly text: string }
  | TrialEvent;

/** A run that has ended, finished or not. Its records can be read until it is closed. */
export interface Run extends OpenRun, AsyncDisposable {
  /** Whether every planned trial, or every one of the shard, has a result. */
  readonly complete: boolean;
  table(): Table;
  charts(): Chart[];
  /** What the run shows, in sentences and figures. */
  finding(): Finding;
  /** What the experiment expects, judged. */
  expectations(): readonly ExpectationOutcome[];
  /** Closes the journal and unlocks the folder; `await using` calls it. */
  close(): Promise<void>;
}

/**
 * Runs every trial that its folder does not yet have, and writes the CSV files and the manifest.
 *
 * @param experiment name of a shipped experiment, path of a file, or the experiment itself
 * @throws CifarNormError if the experiment or the data cannot be used, the processor cannot do the numerics, or the
 *   folder cannot be written, is in use, or holds another run
 */
export async function runExperiment(
  experiment: string | ExperimentInput,
  options: RunOptions = {},
): Promise<Run> {
  const { cwd = process.cwd(), onEvent = () => {}, signal = new AbortController().signal } = options;
  const { loaded, data, planned, planFor, identity, executors } = await prepare(experiment, {
    ...options,
    cwd,
    onEvent,
  });
  const results = join(cwd, 'results');
  const folder =
    options.out === undefined ? defaultFolder(results, identity) : await folderAt(resolve(cwd, options.out));
  const invokedAt = new Date().toISOString();
  const orderedAt = dirname(folder) === results ? await orderAfter(results, invokedAt) : undefined;
  const { title, description, charts, baseline, expect } = loaded.experiment;
  const presentation = {
    command: options.command ?? 'sweep',
    title,
    description,
    charts: charts && [...charts],
    baseline,
    expect: expect && [...expect],
    notApplicable: expect && whyNotApplicable(loaded, data),
  };
  const { shard, timeout } = options;
  const invocation = invocationOf({
    ...presentation,
    ...{ dataSource: data.source, ...(data.official === false && { official: false }) },
    ...{ version, workers: executors.workers, kernels: executors.kernels, shard },
    ...{ invokedAt, ...(orderedAt !== undefined && { orderedAt }) },
  });
  const { fresh = false, repair = false } = options;
  const wanted = trialsOf(planned, shard);
  // Threads of a new run start before anything is written, because the system may refuse them.
  const isNew = fresh || !(await exists(join(folder, JOURNAL)));
  let executor = isNew && wanted.length > 0 ? executors.create(wanted) : undefined;
  const store = await RunStore.open(folder, identity, invocation, planFor, {
    ...{ fresh, repair },
    notify: text => void onEvent({ kind: 'notice', text }),
    warn: text => void onEvent({ kind: 'warning', text }),
  }).catch(async (error: unknown) => {
    await executor?.close();
    throw error;
  });
  const open = (): OpenRun => ({
    ...{ folder, identity, invocation, startedAt: store.startedAt },
    ...{ trials: store.trials, results: store.results(), trainingSeconds: store.trainingSeconds() },
  });
  const view = (): RunView => viewOf(open());
  try {
    const trials = trialsOf(store.trials, shard);
    const pending = trials.filter(({ id }) => store.isPending(id));
    if (pending.length > 0) executor ??= executors.create(pending);
    await store.begin();
    await writeManifest(open(), 'running', store.lock);
    const ids = new Set(trials.map(({ id }) => id));
    const found = store.results().filter(({ trial }) => ids.has(trial.id));
    await onEvent({ kind: 'planned', folder, trials, results: found, view });
    // On a queue, workers enforce the time limit: it does not count while a trial moves to another worker.
    const policy = {
      retries: options.retries ?? 1,
      timeout: options.queue === undefined ? timeout : undefined,
      signal,
    };
    try {
      if (executor && pending.length > 0) {
        for await (const events of conduct(pending, executor, policy)) {
          const records = events.flatMap(event => (event.kind === 'finished' ? [event.record] : []));
          if (records.length > 0) await store.append(records);
          for (const event of events) await onEvent(event);
          if (options.failFast && records.some(({ status }) => status === 'failed')) break;
        }
      }
    } catch (error) {
      // What is on disk is shown as well as possible; the first error is the one to report.
      await finish(store, open()).catch(() => {});
      throw error;
    }
    await finish(store, open());
  } catch (error) {
    await executor?.close();
    await store.close();
    throw error;
  }
  const ended = open();
  const complete = isComplete(ended);
  const close = () => store.close();
  return {
    ...ended,
    complete,
    table: () => resultsTable(ended.results, view().data),
    charts: () => chartsOf(view().charts, ended.results, view().data),
    finding: () => findingIn(view()),
    expectations: () => view().expectations,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Prepared {
  readonly loaded: LoadedExperiment;
  readonly data: Omit<Dataset, 'train' | 'test'>;
  /** With a new journal. */
  readonly planned: readonly Trial[];
  readonly planFor: Planner;
  readonly identity: Identity;
  readonly executors: Executors;
}

/**
 * Makes sure that the trials can run here, before anything is written. Only executors keep the images.
 */
async function prepare(
  source: string | ExperimentInput,
  options: RunOptions & Required<Pick<RunOptions, 'cwd' | 'onEvent'>>,
): Promise<Prepared> {
  const { cwd, onEvent, queue: url, timeout, workers = availableParallelism() } = options;
  const loaded = await loadExperiment(source, overridesOf(options.set), cwd);
  const { experiment, cells, warnings, dataFolder } = loaded;
  await onEvent({ kind: 'loaded', experiment, warnings });
  const { train, statistics, ...data } = await openForRun(options.data, needOf(experiment, cells), {
    ...{ cwd, env: options.env ?? {}, config: experiment.data, configFolder: dataFolder },
    onReading: source => onEvent({ kind: 'reading', source }),
  }).then(({ dataset: { source, kind, official, fingerprint, train }, statistics }) => {
    // A queue's workers have their own images. These are read only for their fingerprint, and freed before planning.
    const kept = url === undefined ? { train, statistics } : { train: undefined };
    return { source, kind, official, fingerprint, ...kept };
  });
  const numerics = NUMERICS[options.numerics ?? 'portable'];
  const planFor = planner(experiment, { fingerprint: data.fingerprint, numerics });
  const identity = identityOf(loaded, data, numerics);
  const notify = (text: string) => void onEvent({ kind: 'notice', text });
  const queue = url === undefined ? undefined : { url, run: runHash(identity), timeout, notify };
  const planned = planFor([]);
  const executors = await executorFactory(train, planned, { ...options, workers, queue, statistics });
  return { loaded, data, planned, planFor, identity, executors };
}

/** The shipped expectations are the notebook's, on its settings and real images; those of a user's own file always apply. */
function whyNotApplicable(
  { shipped, changed }: LoadedExperiment,
  { kind, official }: Pick<Dataset, 'kind' | 'official'>,
): string | undefined {
  if (!shipped) return undefined;
  if (kind === 'synthetic') return 'The images are synthetic.';
  if (official === false) return 'The images are not the official ones.';
  return changed ? 'The settings are not those of the shipped experiment.' : undefined;
}

async function finish(store: RunStore, run: OpenRun): Promise<void> {
  try {
    const problem = await store.settle();
    // The journal may have lost lines to --repair: then the files lose rows, and say what the journal says.
    await writeViews({ ...run, folder: store.folder }, { lock: store.lock, shrink: true });
    if (problem) throw problem;
  } catch (error) {
    throw explained(error, 'run', `cannot write to ${run.folder}`, RUN_AGAIN);
  }
}
