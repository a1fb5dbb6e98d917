/** A run's progress, as its folder shows it. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type DataLabel, dataLabelOf, tally } from '../analysis/results.ts';
import { listed } from '../analysis/words.ts';
import { nearest } from '../config/nearest.ts';
import { CifarNormError } from '../errors.ts';
import { isLocked } from '../files/lock.ts';
import { explained, isAbsent } from '../files/system-error.ts';
import { costOf } from '../plan/cost.ts';
import { paceKey, paceOf, sumOf, type Timing, timingOf } from '../plan/pace.ts';
import { folderAt, holdsRun, JOURNAL, lockPath } from './folder.ts';
import { differences, type Identity } from './manifest.ts';
import { orderOf } from './order.ts';
import { askedOf, readRun, type StoredRun } from './stored-run.ts';

export interface RunStatus {
  readonly folder: string;
  readonly name: string;
  readonly title: string | null;
  readonly numerics: string;
  readonly data: 'cifar-10' | 'synthetic';
  /** What the data are called. */
  readonly label: DataLabel;
  readonly state: 'running' | 'finished' | 'interrupted';
  readonly planned: number;
  readonly completed: number;
  readonly diverged: number;
  readonly failed: number;
  /** Trials without a record. Failed trials are not among them, though they run again. */
  readonly left: number;
  /** Estimate of the training time left, on as many workers as before; null if they are not known, nothing is measured, or nothing is left. */
  readonly secondsLeft: number | null;
  readonly startedAt: string;
  /** When it was last worked on. */
  readonly invokedAt: string;
  /** Numbers of the journal's corrupt lines. */
  readonly corrupt: readonly number[];
  /** What of the journal is left out, in sentences. */
  readonly leftOut: readonly string[];
}

export async function statusOf(run: StoredRun): Promise<RunStatus> {
  const { folder, identity, startedAt, results, corrupt, leftOut, invocation } = run;
  const trials = askedOf(run);
  const left = trials.length - results.length;
  const { name, numerics, data } = identity;
  const label = dataLabelOf({ ...data, official: invocation?.official });
  return {
    ...{ folder, name, title: invocation?.title ?? null, numerics, data: data.kind, label },
    state: (await isLocked(lockPath(folder))) ? 'running' : left === 0 ? 'finished' : 'interrupted',
    planned: trials.length,
    ...tally(results),
    left,
    secondsLeft:
      invocation?.workers === undefined ? null : secondsLeft({ ...run, trials }, invocation.workers),
    startedAt,
    invokedAt: invocation?.invokedAt ?? startedAt,
    corrupt,
    leftOut,
  };
}

/** The measured time of the work left, shared by the workers, but at least that of the longest trial. */
function secondsLeft({ trials, results, entries }: StoredRun, workers: number): number | null {
  const timings = new Map<string, Timing>();
  for (const { trial, status, summary, seconds } of results) {
    if (status === 'failed') continue;
    const key = paceKey(trial);
    timings.set(key, sumOf(timings.get(key), timingOf({ trial, iterations: summary.iterations, seconds })));
  }
  const pace = paceOf(timings);
  const left = trials.filter(({ id }) => !entries.has(id));
  if (left.length === 0 || !pace) return null;
  const each = left.map(trial => costOf(trial) * pace(paceKey(trial)));
  const longest = each.reduce((most, seconds) => Math.max(most, seconds));
  return Math.max(each.reduce((sum, seconds) => sum + seconds) / Math.max(workers, 1), longest);
}

/** A run in a list, with what tells it from the newest run of the same name. */
export interface ListedRun extends RunStatus {
  readonly differences: readonly string[];
}

/**
 * The runs below a folder, the one last worked on first. Runs that cannot be read are passed to `notify` and left out.
 * @throws CifarNormError (usage) if the folder cannot be read
 */
export async function listRuns(resultsFolder: string, notify: (text: string) => void): Promise<ListedRun[]> {
  const found: { status: RunStatus; identity: Identity; order: string }[] = [];
  for (const name of await namesIn(resultsFolder)) {
    const folder = join(resultsFolder, name);
    try {
      if (!(await holdsRun(folder))) continue;
      const run = await readRun(folder);
      try {
        const { identity, startedAt, invocation } = run;
        const order = invocation ? orderOf(invocation) : startedAt;
        found.push({ status: await statusOf(run), identity, order });
      } finally {
        await run.close();
      }
    } catch (error) {
      if (!(error instanceof CifarNormError)) throw error;
      notify(`left out: ${error.message}`);
    }
  }
  found.sort((a, b) => (a.order < b.order ? 1 : -1));
  return found.map(({ status, identity }) => {
    const newest = found.find(other => other.status.name === status.name)!.identity;
    return { ...status, differences: differences(newest, identity) };
  });
}

/** None if there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw explained(error, 'usage', `cannot read ${folder}`);
  }
}

/** Opens a run by the path of its folder, or of a file in it, or by its name below `resultsFolder`. */
export async function findRun(name: string, cwd: string, resultsFolder: string): Promise<StoredRun> {
  const path = resolve(cwd, name);
  const folder = await folderAt(path);
  const named = join(resultsFolder, name);
  const isNamed = await holdsRun(named).catch(async (error: unknown) => {
    // Those who name a path need not read ./results.
    if (/[/\\]/.test(name) || (await holdsRun(folder))) return false;
    throw error;
  });
  if (isNamed) return readRun(named);
  const alike = (await holdsRun(folder)) ? [] : await namesLike(basename(path), resultsFolder);
  if (alike.length === 0) return readRun(folder);
  throw new CifarNormError(
    'usage',
    `${folder} holds no run: it has no ${JOURNAL}`,
    `did you mean ${listed(alike, 'or')}?`,
  );
}

/** At most three runs whose names begin with `name`, or else the closest match to a misspelled name. */
async function namesLike(name: string, resultsFolder: string): Promise<string[]> {
  const names = await namesIn(resultsFolder).catch(() => []);
  const runs = names.filter(each => existsSync(join(resultsFolder, each, JOURNAL))).sort();
  const longer = runs.filter(each => each.startsWith(name)).slice(0, 3);
  return longer.length > 0 ? longer : [nearest(name, runs) ?? []].flat();
}
