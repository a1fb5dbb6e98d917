/** A run's folder: the journal, and the manifest and CSVs that are views of it. */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { experimentSchema } from '../config/schema.ts';
import { CifarNormError } from '../errors.ts';
import { planTrials } from '../plan/plan.ts';
import type { Trial } from '../plan/trial.ts';
import { accuraciesCsv, lossesCsv, trialsCsv } from './csv.ts';
import { writeAtomically } from './files.ts';
import { type Entry, type Head, JOURNAL, Journal, readJournal, recordAt } from './journal.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import {
  differences,
  type Identity,
  MANIFEST,
  type Manifest,
  manifestSchema,
  thisPlatform,
} from './manifest.ts';
import type { TrialRecord } from './record.ts';
import type { Result } from './result.ts';

/** What a manifest says beside the run's identity. */
export interface Circumstances {
  readonly dataSource: string;
  readonly version: string;
  readonly workers: number;
}

export interface OpenOptions {
  /** Begins anew; what the folder held is kept beside it. */
  readonly fresh: boolean;
  /** Drops damaged lines of the journal instead of refusing it. */
  readonly repair: boolean;
  /** Is told what was found or mended on the way. */
  tell(text: string): void;
}

/** The folder of a run when none is asked for: another config, or other data, is another folder. */
export function usualFolder(resultsFolder: string, identity: Identity): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 8);
  return join(resultsFolder, `${identity.name}-${hash}`);
}

export class RunStore {
  readonly folder: string;
  readonly #circumstances: Circumstances;
  readonly #trials: readonly Trial[];
  readonly #journal: Journal;
  readonly #lock: FolderLock;
  readonly #openedAt = Date.now();

  private constructor(
    folder: string,
    circumstances: Circumstances,
    trials: readonly Trial[],
    journal: Journal,
    lock: FolderLock,
  ) {
    this.folder = folder;
    this.#circumstances = circumstances;
    this.#trials = trials;
    this.#journal = journal;
    this.#lock = lock;
  }

  /**
   * Opens a new folder, or one of the same run to go on with it.
   * @throws CifarNormError if the folder cannot be written, is another run's, or has a damaged journal
   */
  static async open(
    folder: string,
    identity: Identity,
    circumstances: Circumstances,
    trials: readonly Trial[],
    options: OpenOptions,
  ): Promise<RunStore> {
    let lock: FolderLock | undefined;
    let journal: Journal | undefined;
    try {
      if (options.fresh) await setAside(folder, options.tell);
      await mkdir(folder, { recursive: true });
      await refuseForeign(folder);
      lock = await lockFolder(folder);
      if (lock.leftBy) options.tell(`took over the folder from process ${lock.leftBy.pid}, which has ended`);
      journal = await Journal.open(join(folder, JOURNAL), identity, options);
      refuseAnother(folder, journal.head, identity);
      const store = new RunStore(folder, circumstances, trials, journal, lock);
      await store.#writeManifest('running');
      return store;
    } catch (error) {
      await journal?.close();
      await lock?.release();
      throw explained(
        error,
        'usage',
        `cannot write results to ${folder}`,
        'choose another folder with --out DIR',
      );
    }
  }

  /** Trials that the journal has no record of, or of a failure only. */
  pending(): Trial[] {
    return this.#trials.filter(({ id }) => isPending(this.#journal.entries.get(id)));
  }

  /** In plan order, without the trials that are still to run. Their records can be read until the store is closed. */
  results(): Result[] {
    return resultsOf(this.#trials, this.#journal.entries, entry => this.#journal.record(entry));
  }

  /** A trial counts as done when this has returned: its record is on the disk. */
  async append(record: TrialRecord): Promise<Entry> {
    try {
      return await this.#journal.append(record);
    } catch (error) {
      throw explained(error, 'run', `cannot write ${this.#journal.path}`, RUN_AGAIN);
    }
  }

  /** Writes the views. */
  async finish(status: 'interrupted' | 'finished'): Promise<void> {
    try {
      const removed = await this.#journal.restoreIfRemoved().catch(async error => {
        if (error.code !== 'ENOENT') throw error;
        await mkdir(this.folder, { recursive: true });
        return this.#journal.restoreIfRemoved();
      });
      await writeCsvs(this.folder, this.results());
      await this.#writeManifest(status);
      if (!removed) return;
    } catch (error) {
      throw explained(error, 'run', `cannot write to ${this.folder}`, RUN_AGAIN);
    }
    throw new CifarNormError(
      'run',
      `${this.#journal.path} was removed while the run was going on; it has been written again`,
      'nothing that had finished is lost: run the same command again to be sure',
    );
  }

  /** Gives the folder back. */
  async close(): Promise<void> {
    await this.#journal.close();
    await this.#lock.release();
  }

  async #writeManifest(status: Manifest['status']): Promise<void> {
    const { run, startedAt } = this.#journal.head;
    const count = (wanted: TrialRecord['status']) =>
      this.results().filter(result => result.status === wanted).length;
    const { dataSource, version, workers } = this.#circumstances;
    const manifest: Manifest = {
      ...run,
      dataSource,
      version,
      node: process.version,
      platform: thisPlatform(),
      workers,
      status,
      trials: {
        planned: this.#trials.length,
        completed: count('completed'),
        diverged: count('diverged'),
        failed: count('failed'),
      },
      startedAt,
      updatedAt: new Date().toISOString(),
      seconds: (Date.now() - this.#openedAt) / 1000,
    };
    await writeAtomically(join(this.folder, MANIFEST), [`${JSON.stringify(manifest, null, 2)}\n`]);
  }
}

/** A run as its folder tells it, read without changing anything, also while it is going on. */
export interface StoredRun {
  readonly folder: string;
  readonly head: Head;
  readonly trials: readonly Trial[];
  /** In plan order, without the trials that are still to run. */
  readonly results: readonly Result[];
  /** By trial id. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly damaged: readonly number[];
  readonly torn: boolean;
  /** The view of the last invocation, if there is one. */
  readonly manifest: Manifest | undefined;
  close(): Promise<void>;
}

/** @throws CifarNormError (usage) if the folder holds no run of this program */
export async function readRun(folder: string): Promise<StoredRun> {
  const path = join(folder, JOURNAL);
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { head, entries, damaged, torn } = await readJournal(file);
    if (!head) throw new CifarNormError('usage', `${path} is not a journal of this program`);
    const { run } = head;
    const experiment = experimentSchema.parse(run.experiment);
    const trials = planTrials(experiment, { fingerprint: run.data.fingerprint, numerics: run.numerics });
    const { fd } = file;
    return {
      folder,
      head,
      trials,
      results: resultsOf(trials, entries, entry => recordAt(fd, entry)),
      entries,
      damaged,
      torn: torn > 0,
      manifest: await readManifest(folder),
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

/** Writes the CSV files; their names. */
export async function writeCsvs(folder: string, results: readonly Result[]): Promise<string[]> {
  const views = { 'trials.csv': trialsCsv, 'losses.csv': lossesCsv, 'accuracies.csv': accuraciesCsv };
  for (const [name, lines] of Object.entries(views))
    await writeAtomically(join(folder, name), lines(results));
  return Object.keys(views);
}

const isPending = (entry: Entry | undefined) => entry === undefined || entry.status === 'failed';

function resultsOf(
  trials: readonly Trial[],
  entries: ReadonlyMap<string, Entry>,
  read: (entry: Entry) => TrialRecord,
): Result[] {
  return trials.flatMap(trial => {
    const entry = entries.get(trial.id);
    if (!entry) return [];
    const { status, error, summary } = entry;
    return [{ trial, status, error, summary, record: () => read(entry) }];
  });
}

const RUN_AGAIN = 'what had finished is kept: mend this, then run the same command again to go on';

/** Moves a run's folder out of the way; waits for no one: a folder in use is refused. */
async function setAside(folder: string, tell: (text: string) => void): Promise<void> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) return;
  const lock = await lockFolder(folder);
  await lock.release();
  const aside = `${folder}.until-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  await rename(folder, aside);
  tell(`the old run is kept as ${aside}`);
}

/** The manifest, if it can be read: it is a view, and whoever runs on writes it anew. */
async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
  } catch {
    return undefined;
  }
}

/** A folder with a manifest of something else is no place for a run. */
async function refuseForeign(folder: string): Promise<void> {
  const exists = async (name: string) =>
    (await stat(join(folder, name)).catch(() => undefined)) !== undefined;
  if ((await exists(MANIFEST)) && !(await exists(JOURNAL)) && !(await readManifest(folder))) {
    throw new CifarNormError(
      'usage',
      `${join(folder, MANIFEST)} is not a manifest of this program`,
      'choose another folder with --out DIR',
    );
  }
}

function refuseAnother(folder: string, { run }: Head, identity: Identity): void {
  const changes = differences(run, identity);
  if (changes.length === 0) return;
  throw new CifarNormError(
    'usage',
    `${folder} holds another run; they differ in\n${changes.map(change => `  ${change}`).join('\n')}`,
    'choose another folder with --out DIR, or let --fresh set that run aside',
  );
}

/** A file system's error as one of ours, with the file it is about. */
function explained(error: unknown, code: 'usage' | 'run', what: string, hint: string): Error {
  if (!(error instanceof Error) || error instanceof CifarNormError || !('code' in error))
    return error as Error;
  return new CifarNormError(code, `${what}: ${error.message}`, hint);
}
