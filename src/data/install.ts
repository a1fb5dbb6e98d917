/** Puts an archive in place: only what has been proved, and whole or not at all. */
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { type Archive, type Checksums, checksumsOf, differencesOf } from './official.ts';

/** Whether the archive is at a path already. */
export async function isInstalled(path: string, archive: Archive, signal: AbortSignal): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isFile() || stats.size !== archive.bytes) return false;
  const found = await checksumsOf(path, signal).catch(error => {
    throw diskError(path, error, signal);
  });
  return differencesOf(archive, found).length === 0;
}

export interface Installation {
  readonly from: string;
  /** What errors call it, if not by its path. */
  readonly called?: string;
  readonly target: string;
  readonly archive: Archive;
  readonly signal: AbortSignal;
}

/**
 * Copies a file beside the target, checks the copy, and renames it. It is the copy that is checked: nobody else has it
 * open, so what is put in place is what was proved.
 * @throws CifarNormError (data) if the file is missing or is not the archive; (run) if the target cannot be written
 */
export async function install({ from, called = from, target, archive, signal }: Installation): Promise<void> {
  const stats = await stat(from).catch((error: NodeJS.ErrnoException) => {
    throw new CifarNormError('data', `${from}: ${missingOr(error)}`, 'name the archive as it was downloaded');
  });
  if (!stats.isFile()) throw new CifarNormError('data', `${from}: it is no file`, 'name the archive itself');
  // A glance that spares the copy; the other checksums would say no more.
  if (stats.size !== archive.bytes) throw wrongBytes(called, archive, { ...archive, bytes: stats.size });
  const beside = `${target}.tmp-${process.pid}`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await copyFile(from, beside, constants.COPYFILE_FICLONE);
    // A copy is read-only if its original was, and could not be flushed then.
    await chmod(beside, 0o644);
    const found = await checksumsOf(beside, signal);
    if (differencesOf(archive, found).length > 0) throw wrongBytes(called, archive, found);
    await flush(beside);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw diskError(target, error as Error, signal);
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function wrongBytes(where: string, archive: Archive, found: Checksums): CifarNormError {
  return new CifarNormError(
    'data',
    `${where}: it is not the official ${archive.name}: ${differencesOf(archive, found).join('; ')}`,
    'fetch it again, from a mirror with --url, or bring the archive from elsewhere with --from FILE',
  );
}

/** What has become of a file operation: an error that names the file, unless it was stopped or is one already. */
export function diskError(path: string, error: NodeJS.ErrnoException, signal: AbortSignal): Error {
  if (signal.aborted || error instanceof CifarNormError) return error;
  const hint =
    error.code === 'ENOSPC' || error.code === 'EDQUOT'
      ? 'make room and run the same command again: what has been fetched is kept'
      : `${dirname(path)} must be a folder that you may write to`;
  return new CifarNormError('run', `${path}: ${error.message}`, hint);
}

const missingOr = ({ code, message }: NodeJS.ErrnoException): string =>
  code === 'ENOENT' ? 'there is no such file' : message;
