/**
 * One holder per lock file. On Linux the lock is the kernel's (flock(2)): it belongs to the file's inode, so it follows a
 * folder that is moved; it ends with its holder, however the holder dies; and it holds across PID namespaces. Where
 * flock(1) is missing, claims beside the file are the lock (see claims.ts). Both kinds respect each other: a holder first
 * announces itself and then looks for one of the other kind.
 *
 * A lock file stays behind, empty: removing it could remove the lock that another process has just put there.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { constants, existsSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { CifarNormError } from '../errors.ts';
import { addClaim, claimFolderOf, claimsOf, hasClaim, removeClaim, removeEndedClaims } from './claims.ts';
import { type Holder, hasEnded, isNote, parseHolder, thisHolder } from './holder.ts';
import { isSameFile, NO_FOLLOW, openRegular } from './regular.ts';

export type { Holder };

export interface FileLock {
  /** The holder that ended without releasing the lock, if there was one. */
  readonly leftBy: Holder | undefined;
  /** Whether a path still names the locked file: false once its folder has been moved or replaced. */
  isAt(path: string): boolean;
  release(): Promise<void>;
}

/** `isLocked` takes a shared lock for an instant, and claimants that start at once all withdraw: so a refusal must last. */
const ATTEMPTS = 5;
const PAUSE_MS = 30;
/** How long flock(1) may take to answer; a slower one is not used. */
const FLOCK_MS = 5000;
const MAX_NOTE_BYTES = 4096;

/**
 * Takes the lock, or returns undefined if another holder has it: see `holderOf`. The folder must exist.
 * Keep the result until its release: the lock ends with it.
 * @throws CifarNormError (data) if the path is not a regular file, or another program wrote it; an error of the file system
 *   if it cannot be written
 */
export async function lockFile(path: string): Promise<FileLock | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const lock = await take(path);
    if (lock) return lock;
    await wait(randomInt(PAUSE_MS, 2 * PAUSE_MS));
  }
  return undefined;
}

/** Whether a living process holds the lock. Nothing is written. */
export async function isLocked(path: string): Promise<boolean> {
  if (claimsOf(path).living.length > 0) return true;
  return withNote(path, false, ({ fd }, text) => {
    const holder = parseHolder(text);
    if (text === '' || (holder && hasEnded(holder))) return false;
    return flock(fd, 'shared') !== 'taken';
  });
}

/** Who holds the lock, or left it when it ended: undefined if it was released, or if the note cannot be read. */
export async function holderOf(path: string): Promise<Holder | undefined> {
  const { living, ended } = claimsOf(path);
  const announced = await withNote(path, undefined, (_, text) => parseHolder(text));
  return living.length > 0 ? living[0] : (announced ?? ended[0]);
}

/** Who holds the lock and what to do about it, for an error. */
export async function explainHolder(path: string): Promise<{ readonly who: string; readonly hint: string }> {
  const holder = await holderOf(path);
  return {
    who: holder ? `process ${holder.pid} on ${holder.host}, since ${holder.since}` : 'another process',
    // The kernel refuses only for the living; a claim of another machine or container cannot be judged.
    hint: `wait for it to end${holder?.kind === 'claim' ? `; if it has, remove ${claimFolderOf(path)}` : ''}`,
  };
}

async function take(path: string): Promise<FileLock | undefined> {
  const file = await openRegular(path, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW);
  let lock: FileLock | undefined;
  try {
    const kernel = flock(file.fd, 'exclusive');
    if (kernel !== 'refused') refuseForeign(path, file);
    if (kernel === 'taken') lock = announce(path, file);
    if (kernel === 'unsupported') lock = claim(path, file);
    return lock;
  } finally {
    if (!lock) await file.close();
  }
}

/** Refuses files that a user may need: the program truncates lock files. */
function refuseForeign(path: string, file: FileHandle): void {
  if (isNote(readNote(file))) return;
  throw new CifarNormError(
    'data',
    `${path} is not a lock file of cifar-norm`,
    'move it away, or name another path',
  );
}

/** With the kernel's lock: the note says who has it, to people and to claimants. */
function announce(path: string, file: FileHandle): FileLock | undefined {
  // Between opening and locking, the folder may have been moved and another one put in its place.
  if (!isSameFile(path, file.fd)) return undefined;
  const leftBy = parseHolder(readNote(file)) ?? claimsOf(path).ended[0];
  ftruncateSync(file.fd);
  writeSync(file.fd, `${JSON.stringify(thisHolder('system'))}\n`, 0);
  if (claimsOf(path).living.length > 0) {
    ftruncateSync(file.fd);
    return undefined;
  }
  removeEndedClaims(path);
  return lockOf(file, leftBy, {
    isAt: at => isSameFile(at, file.fd),
    release: () => ftruncateSync(file.fd),
  });
}

function claim(path: string, file: FileHandle): FileLock | undefined {
  const own = addClaim(path);
  const { living, ended } = claimsOf(path, own);
  const announced = parseHolder(readNote(file));
  const isTaken = living.length > 0 || (announced !== undefined && !hasEnded(announced));
  if (isTaken) {
    removeClaim(path, own);
    return undefined;
  }
  removeEndedClaims(path);
  return lockOf(file, announced ?? ended[0], {
    isAt: at => hasClaim(at, own),
    release: () => removeClaim(path, own),
  });
}

function lockOf(
  file: FileHandle,
  leftBy: Holder | undefined,
  { isAt, release }: { readonly isAt: (path: string) => boolean; readonly release: () => void },
): FileLock {
  let isHeld = true;
  return {
    leftBy,
    isAt: path => isHeld && isAt(path),
    async release() {
      if (!isHeld) return;
      isHeld = false;
      try {
        release();
      } catch {
        // The note stays, as after a kill, and the next holder takes over. The error to report is that of the work before.
      }
      await file.close();
    },
  };
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
  const { status } = spawnSync('flock', words, {
    stdio: ['ignore', 'ignore', 'ignore', fd],
    timeout: FLOCK_MS,
  });
  return status === 0 ? 'taken' : status === 1 ? 'refused' : 'unsupported';
}
