/** A run as its folder shows it: read without changing anything, also while the run is going on. */
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../analysis/results.ts';
import { CifarNormError } from '../errors.ts';
import { openRegular } from '../files/regular.ts';
import { explained, isAbsent } from '../files/system-error.ts';
import { type Shard, trialsOf } from '../plan/shard.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import type { Entry } from './entry.ts';
import { exists, folderAt, JOURNAL } from './folder.ts';
import { leftOutOf } from './left-out.ts';
import type { Identity, Invocation } from './manifest.ts';
import { beginningOf, beginsAsOurs, readJournal, recordAt } from './reader.ts';
import { foreignError, newerError, olderError } from './refusals.ts';

export interface StoredRun {
  readonly folder: string;
  readonly identity: Identity;
  readonly startedAt: string;
  readonly trials: readonly PlannedTrial[];
  /** In plan order, without the trials that have yet to run. Records can be read until `close`. */
  readonly results: readonly Result[];
  /** By trial id. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Training time of all trials together. */
  readonly trainingSeconds: number;
  /** The latest. */
  readonly invocation: Invocation | undefined;
  /** Numbers of the journal's lines that are left out, from 1. */
  readonly corrupt: readonly number[];
  readonly newer: readonly number[];
  /** The same in sentences, with lines of other runs. Every view of the run says them. */
  readonly leftOut: readonly string[];
  /** What `verify` looks at beside the results. */
  readonly oddities: Oddities;
  close(): Promise<void>;
}

/** What a journal may hold that views do not show: lines of other runs, plans that disagree, records that were replaced. */
export interface Oddities {
  /** Numbers of lines, from 1. */
  readonly foreign: readonly number[];
  readonly contradicting: readonly number[];
  readonly replaced: readonly (Pick<Result, 'trial' | 'record'> & { readonly line: number })[];
}

/**
 * @param place the run's folder, or a file in it
 * @throws CifarNormError if the folder holds no run that this program can read
 */
export async function readRun(place: string): Promise<StoredRun> {
  const folder = await folderAt(place);
  const path = join(folder, JOURNAL);
  let file: FileHandle | undefined;
  try {
    file = await openRegular(path);
    const contents = await readJournal(file);
    const { head, trials, entries, invocation, corrupt, newer, older } = contents;
    if (older) throw olderError(path);
    if (!head && corrupt.length === 0 && (await beginsAsOurs(file))) throw emptyError(path);
    if (!head) throw newer[0] === 1 ? newerError(path) : foreignError(path, await beginningOf(file));
    const journal = file;
    const read = (entry: Entry) => recordAt(journal, path, entry);
    const byId = new Map(trials.map(trial => [trial.id, trial]));
    const replaced = contents.replaced.map(({ line, entry }) => ({
      ...{ line, trial: byId.get(entry.id)! },
      record: () => read(entry),
    }));
    return {
      ...{
        folder,
        identity: head.run,
        startedAt: head.startedAt,
        trials,
        entries,
        invocation,
        corrupt,
        newer,
      },
      leftOut: leftOutOf(contents),
      oddities: { foreign: contents.foreign, contradicting: contents.contradicting, replaced },
      trainingSeconds: secondsIn(entries),
      results: resultsOf(trials, entries, read),
      close: () => journal.close(),
    };
  } catch (error) {
    await file?.close();
    if (isAbsent(error))
      throw (await exists(`${folder}.dvc`)) ? dvcError(folder) : noRunError(folder, `it has no ${JOURNAL}`);
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') throw noRunError(folder, 'it is a file');
    throw explained(error, 'usage', `cannot read ${path}`, SEE_RUNS);
  }
}

const noRunError = (folder: string, why: string) =>
  new CifarNormError('usage', `${folder} holds no run: ${why}`, SEE_RUNS);

const dvcError = (folder: string) =>
  new CifarNormError(
    'usage',
    `${folder} is kept by DVC and has not been fetched`,
    `fetch it with: dvc pull ${folder}.dvc`,
  );

const emptyError = (path: string) =>
  new CifarNormError(
    'usage',
    `${path} holds no trial yet: the program was killed while it began the journal`,
    'run the same command again',
  );

const SEE_RUNS = 'list the runs in ./results with: cifar-norm runs';

/** Training time of all trials together. */
export function secondsIn(entries: ReadonlyMap<string, Entry>): number {
  const seconds = [...entries.values()].reduce((sum, entry) => sum + entry.seconds, 0);
  return Math.round(seconds * 1000) / 1000;
}

type Planned = Pick<StoredRun, 'trials' | 'results' | 'invocation'>;

/** The trials that the command asked for, in plan order: all, or those of its shard and any others that have results. */
export function askedOf({ trials, results, invocation }: Planned): readonly PlannedTrial[] {
  const ids = new Set([
    ...trialsOf(trials, invocation?.shard).map(({ id }) => id),
    ...results.map(({ trial }) => trial.id),
  ]);
  return trials.filter(({ id }) => ids.has(id));
}

/** Which shard of a run a folder holds; undefined for a whole run. */
export const shardOf = (run: Planned): Shard | undefined =>
  askedOf(run).length < run.trials.length ? run.invocation?.shard : undefined;

/** In plan order, without the trials that have no entry. */
export function resultsOf(
  trials: readonly PlannedTrial[],
  entries: ReadonlyMap<string, Entry>,
  read: (entry: Entry) => TrialRecord,
): Result[] {
  return trials.flatMap(trial => {
    const entry = entries.get(trial.id);
    if (!entry) return [];
    const { status, error, summary, seconds } = entry;
    return [{ trial, status, error, summary, seconds, record: () => read(entry) }];
  });
}
