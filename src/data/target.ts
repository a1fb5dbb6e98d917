/** The place of an archive: one process at a time fills it, and the archive appears there whole. */
import { constants } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { makeFolder, syncFolder } from '../files/atomic.ts';
import { explainHolder, type FileLock, lockFile } from '../files/lock.ts';
import { openRegular } from '../files/regular.ts';
import { explained } from '../files/system-error.ts';

/**
 * Reserves the place of an archive for this process.
 * @throws CifarNormError (usage) if another process has reserved it; (run) if its folder cannot be written
 */
export async function reserve(target: string, signal: AbortSignal): Promise<FileLock> {
  const path = join(dirname(target), `.${basename(target)}.lock`);
  const lock = await lockIn(path).catch(error => {
    throw diskError(target, error, signal);
  });
  if (lock) {
    await rm(copyOf(target), { force: true });
    return lock;
  }
  const { who, hint } = await explainHolder(path);
  throw new CifarNormError('usage', `${target} is being fetched by ${who}`, hint);
}

/** Where a copy is checked before it replaces the target. One that an ended process left is removed by `reserve`. */
export const copyOf = (target: string): string => `${target}.copy`;

async function lockIn(path: string): Promise<FileLock | undefined> {
  await makeFolder(dirname(path));
  return lockFile(path);
}

/** Flushes a file to disk and renames it, so that the target has its old content or the whole new one. */
export async function moveInto(target: string, from: string): Promise<void> {
  {
    await using file = await openRegular(from, constants.O_RDWR);
    await file.sync();
  }
  await rename(from, target);
  await syncFolder(target);
}

/** An error of the file system as one that names the file, unless the signal was the cause. */
export function diskError(path: string, error: Error, signal: AbortSignal): Error {
  return signal.aborted
    ? error
    : explained(error, 'run', path, { after: 'run the same command again: it resumes' });
}
