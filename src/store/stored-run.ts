/** A run as its folder tells it. */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { experimentSchema } from '../config/schema.ts';
import { CifarNormError } from '../errors.ts';
import { planTrials } from '../plan/plan.ts';
import type { Trial } from '../plan/trial.ts';
import { explained } from '../files/atomic.ts';
import { type Entry, type Head, JOURNAL, readJournal, recordAt } from './journal.ts';
import { isLocked } from './lock.ts';
import { type Invocation, MANIFEST } from './manifest.ts';
import type { Result } from '../analysis/results.ts';
import { resultsOf, writeCsvs, writeManifest } from '../run/views.ts';

/** Read without changing anything, also while it is going on. */
export interface StoredRun {
  readonly folder: string;
  readonly head: Head;
  readonly trials: readonly Trial[];
  /** In plan order, without the trials that are still to run. */
  readonly results: readonly Result[];
  /** By trial id. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly damaged: readonly number[];
  readonly invocation: Invocation | undefined;
  close(): Promise<void>;
}

/** @throws CifarNormError (usage) if the folder holds no run of this program */
export async function readRun(folder: string): Promise<StoredRun> {
  const path = join(folder, JOURNAL);
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { head, invocation, entries, damaged } = await readJournal(file);
    if (!head) throw new CifarNormError('usage', `${path} is not a journal of this program`);
    const { run } = head;
    const { data: experiment } = experimentSchema.safeParse(run.experiment);
    if (!experiment) {
      throw new CifarNormError(
        'usage',
        `${path} was written by another version of this program, whose experiments have other keys`,
        'look at it with that version',
      );
    }
    const trials = planTrials(experiment, { fingerprint: run.data.fingerprint, numerics: run.numerics });
    const { fd } = file;
    return {
      folder,
      head,
      trials,
      results: resultsOf(trials, entries, entry => recordAt(fd, entry)),
      entries,
      damaged,
      invocation,
      close: () => file!.close(),
    };
  } catch (error) {
    await file?.close();
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CifarNormError('usage', `${folder} holds no run: there is no ${JOURNAL} in it`, SEE_RUNS);
    }
    throw explained(error, 'usage', `cannot read ${path}`, SEE_RUNS);
  }
}

const SEE_RUNS = 'cifar-norm runs lists the runs below ./results';

/** Writes a stored run's views anew; their names. */
export async function writeViews({
  folder,
  head,
  invocation,
  trials,
  results,
}: StoredRun): Promise<string[]> {
  const names = await writeCsvs(folder, results);
  if (!invocation) return names;
  const status = results.length === trials.length ? 'finished' : 'interrupted';
  const view = { head, invocation, planned: trials.length, results, status, seconds: null } as const;
  // A run that is going on writes its own.
  if (await isLocked(folder)) return names;
  await writeManifest(folder, view);
  return [...names, MANIFEST];
}
