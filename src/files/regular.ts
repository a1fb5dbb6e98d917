/** Regular files only: a FIFO, a device or a socket under a file's name could block for ever or never end. */
import { constants, fstatSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { CifarNormError } from '../errors.ts';

// Windows has neither flag.
const { O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;

/** A flag for `openRegular`: a symbolic link counts as irregular. */
export const NO_FOLLOW = O_NOFOLLOW;

/**
 * Opens a regular file, for reading unless `flags` say otherwise.
 * @throws CifarNormError (data) if the path is something else; an error of the file system if it cannot be opened
 */
export async function openRegular(path: string, flags = constants.O_RDONLY): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a FIFO waits for its other end.
  const file = await open(path, flags | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    // In this order: a folder opened for writing; a FIFO or a socket; a link with NO_FOLLOW.
    if (error.code === 'EISDIR' || error.code === 'ENXIO') throw notRegular(path);
    if (error.code === 'ELOOP' && flags & NO_FOLLOW) throw notRegular(path);
    throw error;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notRegular(path);
}

/**
 * Cuts an open file. Through a file of its own, because Windows does not cut one that is open for appending.
 * @throws an error of the file system if the path names another file by now
 */
export async function cutOpen(path: string, { fd }: FileHandle, length: number): Promise<void> {
  await using file = await openRegular(path, constants.O_RDWR | NO_FOLLOW);
  if (!isSameFile(path, fd)) throw notRegular(path);
  await file.truncate(length);
}

/** Whether a path names an open file. */
export function isSameFile(path: string, fd: number): boolean {
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  const here = fstatSync(fd, { bigint: true });
  return there !== undefined && there.dev === here.dev && there.ino === here.ino;
}

const notRegular = (path: string): CifarNormError =>
  new CifarNormError('data', `${path} is not a regular file`, 'move it away, or name another path');
