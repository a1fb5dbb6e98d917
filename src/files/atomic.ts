import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CifarNormError } from '../errors.ts';

const CHUNK = 1 << 16;

/**
 * Writes a file so that whoever looks sees the old content or the whole new one: beside it, flushed to disk, then
 * renamed. The lines are taken one by one, so a long file is never in memory.
 */
export async function writeAtomically(
  path: string,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  const beside = `${path}.tmp-${process.pid}`;
  const file = await open(beside, 'w');
  try {
    try {
      let chunk = '';
      for await (const line of lines) {
        chunk += line;
        if (chunk.length < CHUNK) continue;
        await file.appendFile(chunk);
        chunk = '';
      }
      await file.appendFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(path);
}

/** Brings the name of a new file to the disk, where the system can: Windows does not let folders be opened. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/** A file system's error as one of ours, with the file it is about. */
export function explained(error: unknown, code: 'usage' | 'run', what: string, hint: string): Error {
  if (!(error instanceof Error) || error instanceof CifarNormError || !('code' in error))
    return error as Error;
  return new CifarNormError(code, `${what}: ${error.message}`, hint);
}
