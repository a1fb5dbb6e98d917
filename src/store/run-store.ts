/** A run's folder, open for writing. */
import { join } from 'node:path';
import type { Result } from '../analysis/results.ts';
import { CifarNormError } from '../errors.ts';
import { datedPath, makeFolder } from '../files/atomic.ts';
import type { FileLock } from '../files/lock.ts';
import { type Advice, explained } from '../files/system-error.ts';
import { contentHash, withoutDefaults } from '../plan/ids.ts';
import type { Planner } from '../plan/plan.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import type { Entry } from './entry.ts';
import { exists, JOURNAL, lockFolder, lockPath, movedError, refuseForeign, setAside } from './folder.ts';
import { Journal, type OpenOptions as JournalOptions } from './journal.ts';
import type { Identity, Invocation } from './manifest.ts';
import { resultsOf, secondsIn } from './stored-run.ts';

export interface OpenOptions extends JournalOptions {
  /** Begin anew; what the folder held is kept beside it. */
  readonly fresh: boolean;
  /** Receives sentences that a user may want to know. */
  notify(text: string): void;
}

/** The folder of a run for which none was named: other settings, or other data, have another folder. */
export function defaultFolder(resultsFolder: string, identity: Identity): string {
  return join(resultsFolder, `${identity.name}-${runHash(identity)}`);
}

/** Short name of what decides a run's results. */
export const runHash = ({ experiment, data, numerics }: Identity): string =>
  contentHash([Object.entries(withoutDefaults(experiment)), data, numerics], 8);

export class RunStore {
  /** Where its views belong; another than was asked for if that one was replaced while the run was going on. */
  folder: string;
  readonly identity: Identity;
  readonly invocation: Invocation;
  readonly #journal: Journal;
  #lock: FileLock;

  /** Views are written only while this is the lock of the folder at the path. */
  get lock(): FileLock {
    return this.#lock;
  }

  private constructor(
    folder: string,
    identity: Identity,
    invocation: Invocation,
    journal: Journal,
    lock: FileLock,
  ) {
    this.folder = folder;
    this.identity = identity;
    this.invocation = invocation;
    this.#journal = journal;
    this.#lock = lock;
  }

  /**
   * Opens a new folder, or that of the same run to resume it.
   * @param plan see Journal.open
   * @throws CifarNormError if the folder cannot be written, is in use, or holds another run or a corrupt journal
   */
  static async open(
    folder: string,
    identity: Identity,
    invocation: Invocation,
    plan: Planner,
    options: OpenOptions,
  ): Promise<RunStore> {
    let lock: FileLock | undefined;
    let journal: Journal | undefined;
    try {
      await makeFolder(folder);
      if (options.fresh && (await exists(join(folder, JOURNAL)))) {
        lock = await lockFolder(folder);
        options.warn(`kept the old run as ${await setAside(folder)}`);
      }
      await refuseForeign(folder);
      lock ??= await lockFolder(folder);
      if (lock.leftBy)
        options.notify(`took over the folder from process ${lock.leftBy.pid}, which has ended`);
      journal = await Journal.open(join(folder, JOURNAL), identity, plan, options);
      return new RunStore(folder, identity, invocation, journal, lock);
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

  get startedAt(): string {
    return this.#journal.startedAt;
  }

  /** All that are planned, in plan order. */
  get trials(): readonly Trial[] {
    return this.#journal.trials;
  }

  /** By trial id. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#journal.entries;
  }

  trainingSeconds(): number {
    return secondsIn(this.entries);
  }

  /** Trials without a record, or with that of a failure. */
  pending(): Trial[] {
    return this.trials.filter(({ id }) => this.isPending(id));
  }

  isPending(id: string): boolean {
    const entry = this.entries.get(id);
    return entry === undefined || entry.status === 'failed';
  }

  /** In plan order, without the trials that have yet to run. Records can be read until the store is closed. */
  results(): Result[] {
    return resultsOf(this.trials, this.entries, entry => this.#journal.record(entry));
  }

  /** Notes what works on the run, if there is work or the results are shown in another way. */
  async begin(): Promise<void> {
    const { invocation } = this.#journal;
    if (this.pending().length > 0 || isShownOtherwise(invocation, this.invocation))
      await this.#write(() => this.#journal.begin(this.invocation));
  }

  /** When this returns, the records are on disk and their trials count as finished. */
  async append(records: readonly TrialRecord[]): Promise<void> {
    await this.#write(() => this.#journal.append(records));
  }

  async #write(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw explained(error, 'run', `cannot write ${this.#journal.path}`, RUN_AGAIN);
    }
  }

  /**
   * Makes sure that the views go to the journal's folder, and that no other program has changed the journal. Writes a journal that
   * was removed or replaced again, with all finished trials.
   * @returns the error to report once the views are written, if another program changed, removed or replaced the journal
   * @throws CifarNormError (run) if the folder was moved: the journal went with it, and nothing may be written in its place
   */
  async settle(): Promise<CifarNormError | undefined> {
    const { path } = this.#journal;
    const isLockHere = this.#lock.isAt(lockPath(this.folder));
    if (isLockHere && this.#journal.isAt(path)) return this.#journal.change();
    if (!isLockHere && !(await this.#journal.isRemoved())) throw movedError(this.folder);
    // A file that has replaced the journal belongs to another program.
    const isReplaced = await exists(path);
    if (isReplaced) this.folder = await datedPath(`${this.folder}.restored`);
    await makeFolder(this.folder);
    if (!this.#lock.isAt(lockPath(this.folder))) {
      await this.#lock.release();
      this.#lock = await lockFolder(this.folder);
    }
    await this.#journal.restoreAt(join(this.folder, JOURNAL));
    return new CifarNormError(
      'run',
      `${path} was ${isReplaced ? 'replaced by another file' : 'removed'} while the run was going on; the journal has been written again in ${this.folder}`,
      isReplaced
        ? `no finished trial is lost: ${this.folder} holds the run, and the file that replaced its journal is left as it is`
        : 'no finished trial is lost: run the same command again to be sure',
    );
  }

  /** Unlocks the folder. */
  async close(): Promise<void> {
    try {
      await this.#journal.close();
    } finally {
      await this.#lock.release();
    }
  }
}

export const RUN_AGAIN: Advice = { after: 'run the same command again to resume: finished trials are kept' };

/** Whether the results of this invocation are shown in another way than those of the last. */
function isShownOtherwise(last: Invocation | undefined, now: Invocation): boolean {
  const shown = ({
    command,
    title,
    description,
    charts,
    baseline,
    expect,
    notApplicable,
    official,
  }: Invocation) =>
    JSON.stringify([command, title, description, charts, baseline, expect, notApplicable, official]);
  return last === undefined || shown(last) !== shown(now);
}
