import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CifarNormError } from '../errors.ts';

const CHUNK = 1 << 16;

/**
 * Replaces a file atomically: writes a new one beside it, flushes it to disk, and renames it. Takes the lines one by
 * one, so that a long file is never in memory whole.
 * @param check called with the number of lines before the file is replaced; if it throws, the old file stays
 */
export async function writeAtomically(
  path: string,
  lines: Iterable<string> | AsyncIterable<string>,
  check: (lines: number) => void = () => {},
): Promise<void> {
  const beside = `${path}.tmp-${process.pid}`;
  const file = await open(beside, 'w');
  try {
    let count = 0;
    try {
      let chunk = '';
      for await (const line of lines) {
        count++;
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
    check(count);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(path);
}

/** Flushes the name of a new file to disk, where the system can: Windows does not open folders. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/** A file system's error as a CifarNormError that says what could not be done; other errors as they are. */
export function explained(error: unknown, code: 'usage' | 'run', what: string, hint: string): Error {
  if (!(error instanceof Error) || error instanceof CifarNormError || !('code' in error))
    return error as Error;
  return new CifarNormError(code, `${what}: ${error.message}`, hint);
}
