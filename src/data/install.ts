/** Installs an archive from a local file, after its checksums have been checked. */
import { open, rm, stat } from 'node:fs/promises';
import { CifarNormError } from '../errors.ts';
import { explained } from '../files/system-error.ts';
import { type Archive, type Checksums, checksumsOf, differencesOf } from './official.ts';
import { copyOf, diskError, moveInto, reserve } from './target.ts';

/** Whether the file at a path is the archive. */
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
  readonly target: string;
  readonly archive: Archive;
  /** If it is aborted, the installation ends with its reason and leaves the target as it was. */
  readonly signal: AbortSignal;
}

/**
 * Copies a file to the target, which keeps its old content unless the copy is the archive.
 * @throws CifarNormError (data) if the file is missing or is not the archive; (usage) if another process is filling the
 * target; (run) if the target cannot be written
 */
export async function install({ from, target, archive, signal }: Installation): Promise<void> {
  const stats = await stat(from).catch(error => {
    throw explained(error, 'data', from, 'name the archive as it was downloaded');
  });
  if (!stats.isFile())
    throw new CifarNormError('data', `${from} is not a regular file`, 'name the archive itself');
  // Spares the copy; a wrong size needs no other checksum.
  if (stats.size !== archive.bytes) throw wrongBytes(from, archive, { ...archive, bytes: stats.size });
  const lock = await reserve(target, signal);
  const copy = copyOf(target);
  try {
    const found = await copyTo(copy, from, signal);
    if (differencesOf(archive, found).length > 0) throw wrongBytes(from, archive, found);
    await moveInto(target, copy);
  } catch (error) {
    throw diskError(target, error as Error, signal);
  } finally {
    await rm(copy, { force: true }).catch(() => {});
    await lock.release();
  }
}

async function copyTo(path: string, from: string, signal: AbortSignal): Promise<Checksums> {
  await using file = await open(path, 'wx');
  return await checksumsOf(from, signal, file);
}

export function wrongBytes(where: string, archive: Archive, found: Checksums): CifarNormError {
  return new CifarNormError(
    'data',
    `${where}: not the official ${archive.name}: ${differencesOf(archive, found).join('; ')}`,
    'download it again, from a mirror with --url, or bring the archive from elsewhere with --from FILE',
  );
}
