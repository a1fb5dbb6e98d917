/**
 * The truth of a run. A record is flushed to disk before its trial counts as finished; everything else in the folder is a view
 * of this file.
 */
import { constants, fstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { keepCopy, syncFolder, writeAtomically } from '../files/atomic.ts';
import { cutOpen, isSameFile, NO_FOLLOW, openRegular } from '../files/regular.ts';
import type { Planner } from '../plan/plan.ts';
import type { PlannedTrial, Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import { type Entry, entryOf } from './entry.ts';
import { invocationLine, planLine, recordLine } from './format.ts';
import { differences, type Identity, type Invocation } from './manifest.ts';
import {
  beginningOf,
  beginsAsOurs,
  type Contents,
  corruptLines,
  linesOf,
  partsOf,
  readJournal,
  recordAt,
} from './reader.ts';
import {
  anotherRunError,
  changedError,
  corruptError,
  foreignError,
  linesText,
  newerError,
  olderError,
} from './refusals.ts';

const { O_RDWR, O_CREAT, O_APPEND } = constants;

export interface OpenOptions {
  /** Drop corrupt lines instead of refusing the journal, and what an editor added; trials of corrupt lines run again. */
  readonly repair: boolean;
  /** Receives sentences about what was done to files that were there. */
  warn(text: string): void;
}

export class Journal {
  readonly path: string;
  readonly startedAt: string;
  /** All that are planned, in plan order. */
  readonly trials: readonly Trial[];
  /** By trial id. */
  readonly entries: Map<string, Entry>;
  /** The latest in the file. */
  readonly invocation: Invocation | undefined;
  readonly #file: FileHandle;
  readonly #byId: ReadonlyMap<string, Trial>;
  #end: number;

  private constructor(path: string, file: FileHandle, trials: readonly Trial[], contents: Contents) {
    const { head, entries, invocation, complete } = contents;
    this.path = path;
    this.startedAt = head?.startedAt ?? new Date().toISOString();
    this.trials = trials;
    this.entries = entries;
    this.invocation = invocation;
    this.#file = file;
    this.#byId = new Map(trials.map(trial => [trial.id, trial]));
    this.#end = complete;
  }

  /**
   * Opens the journal of a run, or begins one, and adds the trials that it does not yet plan. A torn last line is cut off.
   * @param plan plans the trials that are asked for, and those that the journal has planned before
   * @throws CifarNormError, and leaves the file as it was, if it belongs to another run or another version, or has a
   *   corrupt line that is not to be repaired
   */
  static async open(
    path: string,
    run: Identity,
    plan: Planner,
    { repair, warn }: OpenOptions,
  ): Promise<Journal> {
    const file = await openRegular(path, O_RDWR | O_CREAT | O_APPEND | NO_FOLLOW);
    try {
      const contents = await readJournal(file, plan([]));
      await refuseForeign(path, file, contents, run);
      const trials = plan(contents.trials);
      refuseOtherPlan(path, contents.trials, trials);
      const { corrupt, isPadded, complete, torn } = contents;
      if (corrupt.length > 0 && !repair) throw corruptError(path, corrupt, contents.foreign);
      if (repair && (corrupt.length > 0 || isPadded)) {
        const copy = await keepCopy(path, 'damaged');
        await writeAtomically(path, repaired(file, contents, run, trials));
        const what =
          corrupt.length > 0
            ? `dropped ${linesText(corrupt)} of the journal, corrupt`
            : 'removed what another program had added around the lines of the journal';
        warn(`${what}; the journal as it was is kept as ${copy}`);
        await file.close();
        return await Journal.open(path, run, plan, { repair: false, warn });
      }
      if (torn > 0) {
        await cutOpen(path, file, complete);
        warn(
          complete > 0
            ? 'dropped the torn end of the journal; its trials run again'
            : 'the journal had no whole line; the run begins again',
        );
      }
      const journal = new Journal(path, file, trials, contents);
      if (contents.isOpen) await journal.#append('\n');
      await journal.#plan(run, contents);
      // Also lines of a program that was killed before it flushed them: their trials count as finished.
      await file.sync();
      await syncFolder(path);
      return journal;
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  /** Makes two plan lines of every trial; the program may have been killed between them. */
  async #plan(run: Identity, { copies }: Contents): Promise<void> {
    const lineOf = (count: number): string => {
      const trials = this.trials.filter(({ id }) => (copies.get(id) ?? 0) === count);
      return trials.length === 0 ? '' : planLine({ run, startedAt: this.startedAt, trials });
    };
    const lines = lineOf(1) + lineOf(0).repeat(2);
    if (lines !== '') await this.#append(lines);
  }

  /** When this returns, the records are on disk and their trials count as finished. One flush serves them all. */
  async append(records: readonly TrialRecord[]): Promise<void> {
    const entries: [id: string, Entry][] = [];
    for (const record of records) {
      const line = recordLine(record);
      const at = await this.#append(line);
      entries.push([record.id, entryOf(record, this.#byId.get(record.id)!, at, Buffer.byteLength(line) - 1)]);
    }
    await this.#file.datasync();
    for (const [id, entry] of entries) this.entries.set(id, entry);
  }

  async begin(invocation: Invocation): Promise<void> {
    // Written twice, because no other line has a run's expectations.
    await this.#append(invocationLine(invocation).repeat(2));
  }

  record(entry: Entry): TrialRecord {
    return recordAt(this.#file, this.path, entry);
  }

  /**
   * Reads the file again to detect changes by another program.
   * @returns the error to report if there are any
   */
  async change(): Promise<CifarNormError | undefined> {
    const corrupt = await corruptLines(this.#file);
    const { size } = await this.#file.stat();
    return corrupt.length > 0 || size !== this.#end ? changedError(this.path, corrupt) : undefined;
  }

  /** Whether a path names this very file. */
  isAt(path: string): boolean {
    return isSameFile(path, this.#file.fd);
  }

  /** Whether the file has no name left. */
  async isRemoved(): Promise<boolean> {
    return (await this.#file.stat()).nlink === 0;
  }

  /** Writes a removed file again, from the copy that the system keeps while it is open. */
  restoreAt(path: string): Promise<void> {
    return writeAtomically(path, bytesOf(this.#file, this.#end));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** @returns where the line begins */
  async #append(line: string): Promise<number> {
    const { size } = fstatSync(this.#file.fd);
    if (size !== this.#end) throw changedError(this.path);
    await this.#file.appendFile(line);
    this.#end += Buffer.byteLength(line);
    return size;
  }
}

const CHUNK = 1 << 20;

/** The journal without its corrupt lines, with the whole plan at its head. */
async function* repaired(
  file: FileHandle,
  { head, complete }: Contents,
  run: Identity,
  trials: readonly PlannedTrial[],
): AsyncGenerator<string | Buffer> {
  const startedAt = head?.startedAt ?? new Date().toISOString();
  yield planLine({ run, startedAt, trials }).repeat(2);
  for await (const whole of linesOf(file)) {
    if (whole.at >= complete) return;
    for (const { line, bytes } of partsOf(whole)) {
      if (['corrupt', 'older', 'plan', 'blank'].includes(line.kind)) continue;
      yield bytes;
      yield '\n';
    }
  }
}

async function* bytesOf(file: FileHandle, end: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < end; ) {
    const size = Math.min(CHUNK, end - at);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function refuseForeign(
  path: string,
  file: FileHandle,
  { head, corrupt, newer, older, entries }: Contents,
  run: Identity,
): Promise<void> {
  if (older) throw olderError(path);
  if (head) {
    const changes = differences(head.run, run);
    if (changes.length > 0) throw anotherRunError(dirname(path), changes);
    return;
  }
  if (newer.length > 0 && newer[0] === 1) throw newerError(path);
  const isDamaged = corrupt.length > 0 && entries.size > 0;
  if (!isDamaged && !(await beginsAsOurs(file))) throw foreignError(path, await beginningOf(file));
}

/** Readers take a run's plan from its journal. A command that trains plans again, and must get the same plan. */
function refuseOtherPlan(path: string, planned: readonly PlannedTrial[], trials: readonly Trial[]): void {
  const ids = new Set(trials.map(({ id }) => id));
  const lost = planned.find(({ id }) => !ids.has(id));
  if (!lost) return;
  throw new CifarNormError(
    'usage',
    `${path}: this version plans trial ${lost.index} of this run differently, so it cannot resume the run`,
    'resume it with the version that began it, or choose another folder with --out DIR',
  );
}
