/**
 * One holder per lock file. The lock belongs to the file's inode, so it follows a folder that is moved. On Linux it is
 * the kernel's (flock(2)): it ends with its holder, however the holder dies, and it holds across PID namespaces.
 * Elsewhere the note in the file is the lock, and only a holder that has provably ended is replaced.
 *
 * A lock file stays behind, empty: removing it could remove the lock that another process has just put there.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { CifarNormError } from '../errors.ts';
import { type Holder, hasEnded, parseHolder, thisHolder } from './holder.ts';
import { NO_FOLLOW, openRegular } from './regular.ts';

export type { Holder };

export interface FileLock {
  /** The holder that ended without releasing the lock, if there was one. */
  readonly leftBy: Holder | undefined;
  /** Whether a path still names the locked file: false once its folder has been moved or replaced. */
  isAt(path: string): boolean;
  release(): Promise<void>;
}

/** `isLocked` takes a shared lock for an instant, so a refusal counts only if it lasts. */
const ATTEMPTS = 5;
const PAUSE_MS = 40;
const MAX_NOTE_BYTES = 4096;

/**
 * Takes the lock, or returns undefined if another holder has it: see `holderOf`. The folder must exist.
 * Keep the result until its release: the lock ends with it.
 * @throws CifarNormError (data) if the path is not a regular file; an error of the file system if it cannot be written
 */
export async function lockFile(path: string): Promise<FileLock | undefined> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await take(path);
    if (typeof outcome === 'object') return outcome;
    if (outcome === 'held' || (outcome === 'refused' && attempt === ATTEMPTS)) return undefined;
    if (attempt === ATTEMPTS) {
      const gate = gateOf(path);
      throw new CifarNormError('usage', `${path} cannot be locked: ${gate} exists`, `remove ${gate}`);
    }
    await wait(PAUSE_MS);
  }
}

/** Whether a living process holds the lock. Nothing is written. */
export async function isLocked(path: string): Promise<boolean> {
  return withNote(path, false, ({ fd }, text) => {
    const holder = parseHolder(text);
    if (text === '' || (holder && hasEnded(holder))) return false;
    return holder?.kind === 'note' || flock(fd, 'shared') !== 'taken';
  });
}

/** Who holds the lock, or left it when it ended: undefined if it was released, or if the note cannot be read. */
export async function holderOf(path: string): Promise<Holder | undefined> {
  return withNote(path, undefined, (_, text) => parseHolder(text));
}

/** `held`: the note names a holder. `refused`: the kernel says no, perhaps for an instant. `blocked`: the gate is closed. */
type Refusal = 'held' | 'refused' | 'blocked';

async function take(path: string): Promise<FileLock | Refusal> {
  const file = await openRegular(path, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW);
  let outcome: FileLock | Refusal = 'refused';
  try {
    const kernel = flock(file.fd, 'exclusive');
    if (kernel === 'taken') outcome = takeNote(path, file, 'system');
    // The gate is passed only to change a note, so a kill behind it, which leaves it closed, is unlikely.
    if (kernel === 'unsupported')
      outcome = isFree(file, 'note') ? behindGate(path, () => takeNote(path, file, 'note')) : 'held';
    return outcome;
  } finally {
    if (typeof outcome === 'string') await file.close();
  }
}

function takeNote(path: string, file: FileHandle, kind: Holder['kind']): FileLock | Refusal {
  // Between opening and locking, the folder may have been moved and another one put in its place.
  if (!isSame(path, file)) return 'refused';
  if (!isFree(file, kind)) return 'held';
  const leftBy = parseHolder(readNote(file));
  ftruncateSync(file.fd);
  writeSync(file.fd, `${JSON.stringify(thisHolder(kind))}\n`, 0);
  let isHeld = true;
  return {
    leftBy,
    isAt: at => isHeld && isSame(at, file),
    async release() {
      if (!isHeld) return;
      isHeld = false;
      ftruncateSync(file.fd);
      await file.close();
    },
  };
}

/** Whether the note names no holder that may be alive. With the kernel's lock, a holder of that kind has ended. */
function isFree(file: FileHandle, kind: Holder['kind']): boolean {
  const text = readNote(file);
  const holder = parseHolder(text);
  if (text === '' || (holder && hasEnded(holder))) return true;
  return kind === 'system' && holder?.kind !== 'note';
}

async function withNote<T>(path: string, missing: T, act: (file: FileHandle, text: string) => T): Promise<T> {
  if (!existsSync(path)) return missing;
  await using file = await openRegular(path, constants.O_RDONLY | NO_FOLLOW);
  return act(file, readNote(file));
}

function readNote({ fd }: FileHandle): string {
  const buffer = Buffer.alloc(MAX_NOTE_BYTES);
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, MAX_NOTE_BYTES, 0));
}

/**
 * Asks for the kernel's lock with flock(1) on an inherited descriptor. Such a lock belongs to the open file, so it stays
 * with this process when flock(1) ends.
 */
function flock(fd: number, mode: 'exclusive' | 'shared'): 'taken' | 'refused' | 'unsupported' {
  const words = ['-n', mode === 'exclusive' ? '-x' : '-s', '3'];
  const { status } = spawnSync('flock', words, { stdio: ['ignore', 'ignore', 'ignore', fd] });
  return status === 0 ? 'taken' : status === 1 ? 'refused' : 'unsupported';
}

/** Lets one process at a time read and replace a note, where the kernel offers no lock. */
function behindGate<T>(path: string, act: () => T): T | 'blocked' {
  const gate = gateOf(path);
  try {
    closeSync(openSync(gate, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'blocked';
    throw error;
  }
  try {
    return act();
  } finally {
    rmSync(gate);
  }
}

const gateOf = (path: string): string => `${path}.gate`;

function isSame(path: string, { fd }: FileHandle): boolean {
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  const here = fstatSync(fd, { bigint: true });
  return there !== undefined && there.dev === here.dev && there.ino === here.ino;
}
