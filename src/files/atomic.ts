import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

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

/** Copies a file beside it, flushed to disk, and returns the path of the copy. */
export async function keepCopy(path: string, word: string): Promise<string> {
  const copy = await datedPath(`${path}.${word}`);
  await copyFile(path, copy, constants.COPYFILE_EXCL);
  await using file = await open(copy, 'r+');
  await file.sync();
  await syncFolder(copy);
  return copy;
}

/** A path that nothing has yet: `beginning` with the date, and with a number if the clock gives one date twice. */
export async function datedPath(beginning: string): Promise<string> {
  const dated = `${beginning}-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  for (let number = 1; ; number++) {
    const path = number === 1 ? dated : `${dated}-${number}`;
    if (!(await isThere(path))) return path;
  }
}

/** Whether a path names anything, if only a link to nothing. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Makes a folder with those above it, and flushes their names to disk; that of a folder that is there, too. Makes them one by one, because
 * Node's recursive mkdir never ends in /proc, and where a disk is full or read-only it only says that the folder is not there.
 */
export async function makeFolder(path: string): Promise<void> {
  const folder = resolve(path);
  const missing: string[] = [];
  try {
    for (let part = folder; !(await isThere(part)); part = dirname(part)) missing.unshift(part);
    // Also makes what is there, to refuse a file and a link to nothing.
    if (missing.length === 0) missing.push(folder);
    for (const part of missing) await makeOne(part);
  } catch (error) {
    throw Object.assign(error as Error, { path });
  }
  for (const part of missing.reverse()) await syncFolder(part);
}

/** Makes a folder unless there is one: another process may make it at the same time. */
async function makeOne(folder: string): Promise<void> {
  await mkdir(folder).catch(async (error: NodeJS.ErrnoException) => {
    const isFolder = await stat(folder).then(
      stats => stats.isDirectory(),
      () => false,
    );
    if (!isFolder) throw error;
  });
}

/** Flushes the name of a new file to disk, where the system can: Windows does not open folders, and some systems flush none. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch((error: NodeJS.ErrnoException) => {
    if (LOST.has(error.code)) throw error;
  });
  await folder?.close();
}

/** What the disk answers when it could not keep what was written. */
const LOST: ReadonlySet<string | undefined> = new Set(['EIO', 'ENOSPC', 'EDQUOT']);
