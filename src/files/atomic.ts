import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const CHUNK = 1 << 16;

const TEMPORARY = /\.tmp-[0-9a-f]+$/;

type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** The new content of a file, flushed to disk beside it. */
export interface Staged {
  /** The content, in pieces. */
  readonly pieces: number;
  /** Replaces the file with the new content. */
  replace(): Promise<void>;
  /** Removes the new content if it has not replaced the file. */
  discard(): Promise<void>;
}

/** Replaces a file atomically: readers see its old content or the new one. */
export async function writeAtomically(path: string, pieces: Pieces): Promise<void> {
  const staged = await stage(path, pieces);
  try {
    await staged.replace();
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/**
 * Writes a new file beside the one to replace. Writes the pieces one by one, so that a long file is never in memory whole.
 * The new file has a random name, so the rename fails if another folder has replaced this one.
 */
export async function stage(path: string, pieces: Pieces): Promise<Staged> {
  const beside = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  const discard = () => rm(beside, { force: true }).catch(() => {});
  const file = await open(beside, 'wx');
  let count = 0;
  try {
    let chunk = '';
    for await (const piece of pieces) {
      count++;
      if (typeof piece === 'string') chunk += piece;
      if (typeof piece === 'string' && chunk.length < CHUNK) continue;
      await file.appendFile(chunk);
      if (typeof piece !== 'string') await file.appendFile(piece);
      chunk = '';
    }
    await file.appendFile(chunk);
    await file.sync();
  } catch (error) {
    await file.close();
    await discard();
    throw error;
  }
  await file.close();
  return {
    pieces: count,
    async replace() {
      await rename(beside, path);
      await syncFolder(path);
    },
    discard,
  };
}

/** Removes files that `stage` left beside a file when the program was killed. No other process may be writing the file. */
export async function removeTemporaries(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (TEMPORARY.test(name) && name.replace(TEMPORARY, '') === basename(path)) await rm(join(folder, name));
  }
}

/** Flushes the name of a new file to disk, where the system can: Windows does not open folders. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
