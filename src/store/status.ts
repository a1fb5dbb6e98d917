/** How far a run is, as its folder tells it. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { costOf } from '../plan/cost.ts';
import { JOURNAL } from './journal.ts';
import { isLocked } from './lock.ts';
import { tally } from '../analysis/results.ts';
import { readRun, type StoredRun } from './stored-run.ts';

export interface RunStatus {
  readonly folder: string;
  readonly name: string;
  readonly numerics: string;
  readonly data: string;
  readonly state: 'running' | 'finished' | 'interrupted';
  readonly planned: number;
  readonly completed: number;
  readonly diverged: number;
  readonly failed: number;
  /** Trials without a record; those that failed are not among them, though they would run again. */
  readonly left: number;
  /** Seconds until all are done, on as many workers as before; null while nothing is known or left. */
  readonly secondsLeft: number | null;
  readonly startedAt: string;
  /** When it was last worked on. */
  readonly invokedAt: string;
  readonly damaged: readonly number[];
}

export async function statusOf(run: StoredRun): Promise<RunStatus> {
  const { folder, head, trials, results, damaged, invocation } = run;
  const left = trials.length - results.length;
  const { name, numerics, data } = head.run;
  return {
    folder,
    name,
    numerics,
    data: data.kind,
    state: (await isLocked(folder)) ? 'running' : left === 0 ? 'finished' : 'interrupted',
    planned: trials.length,
    ...tally(results),
    left,
    secondsLeft: secondsLeft(run, invocation?.workers ?? 1),
    startedAt: head.startedAt,
    invokedAt: invocation?.invokedAt ?? head.startedAt,
    damaged,
  };
}

/** By the estimated cost of what is left, at the rate of what has been done. */
function secondsLeft({ trials, results, entries }: StoredRun, workers: number): number | null {
  const done = results.filter(({ status }) => status === 'completed');
  const seconds = done.reduce((sum, { trial }) => sum + entries.get(trial.id)!.seconds, 0);
  const cost = done.reduce((sum, { trial }) => sum + costOf(trial), 0);
  const left = trials.filter(({ id }) => !entries.has(id));
  if (left.length === 0 || seconds === 0) return null;
  return (
    (left.reduce((sum, trial) => sum + costOf(trial), 0) * seconds) / cost / Math.min(workers, left.length)
  );
}

/** Folders of runs in a folder. */
async function runFolders(resultsFolder: string): Promise<string[]> {
  const names = await readdir(resultsFolder).catch(() => []);
  return names.map(name => join(resultsFolder, name)).filter(folder => existsSync(join(folder, JOURNAL)));
}

/** The status of each run below a folder, the latest first; what cannot be read is told and passed over. */
export async function listRuns(resultsFolder: string, tell: (text: string) => void): Promise<RunStatus[]> {
  const statuses: RunStatus[] = [];
  for (const folder of await runFolders(resultsFolder)) {
    try {
      const run = await readRun(folder);
      try {
        statuses.push(await statusOf(run));
      } finally {
        await run.close();
      }
    } catch (error) {
      if (!(error instanceof CifarNormError)) throw error;
      tell(`passed over: ${error.message}`);
    }
  }
  return statuses.sort((a, b) => b.invokedAt.localeCompare(a.invokedAt));
}

/** A run's folder by its path, or by its name below `resultsFolder`. */
export function findRun(name: string, cwd: string, resultsFolder: string): Promise<StoredRun> {
  const named = join(resultsFolder, name);
  return readRun(existsSync(join(named, JOURNAL)) ? named : resolve(cwd, name));
}
