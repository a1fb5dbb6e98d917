/** A run's folder while it is being written. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import type { Trial } from '../plan/trial.ts';
import { explained } from '../files/atomic.ts';
import { type Entry, JOURNAL, Journal } from './journal.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { type Identity, type Invocation, MANIFEST, type Manifest, manifestSchema } from './manifest.ts';
import type { TrialRecord } from '../records/record.ts';
import type { Result } from '../analysis/results.ts';
import { resultsOf, writeCsvs, writeManifest } from '../run/views.ts';

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
  readonly #invocation: Invocation;
  readonly #trials: readonly Trial[];
  readonly #journal: Journal;
  readonly #lock: FolderLock;
  readonly #openedAt = Date.now();

  private constructor(
    folder: string,
    invocation: Invocation,
    trials: readonly Trial[],
    journal: Journal,
    lock: FolderLock,
  ) {
    this.folder = folder;
    this.#invocation = invocation;
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
    invocation: Invocation,
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
      const store = new RunStore(folder, invocation, trials, journal, lock);
      if (store.pending().length > 0) await journal.begin(invocation);
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

  #writeManifest(status: Manifest['status']): Promise<void> {
    const seconds = (Date.now() - this.#openedAt) / 1000;
    return writeManifest(this.folder, {
      head: this.#journal.head,
      invocation: this.#invocation,
      planned: this.#trials.length,
      results: this.results(),
      status,
      seconds,
    });
  }
}

const isPending = (entry: Entry | undefined) => entry === undefined || entry.status === 'failed';

const RUN_AGAIN = 'what had finished is kept: mend this, then run the same command again to go on';

/** Moves a run's folder out of the way; one that is in use is refused, and one that holds no run is left alone. */
async function setAside(folder: string, tell: (text: string) => void): Promise<void> {
  if (!(await exists(join(folder, JOURNAL)))) return;
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

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;

/** A folder with a manifest of something else is no place for a run. */
async function refuseForeign(folder: string): Promise<void> {
  const manifest = join(folder, MANIFEST);
  if ((await exists(manifest)) && !(await exists(join(folder, JOURNAL))) && !(await readManifest(folder))) {
    throw new CifarNormError(
      'usage',
      `${manifest} is not a manifest of this program`,
      'choose another folder with --out DIR',
    );
  }
}
