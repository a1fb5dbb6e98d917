/** Regular files only: a FIFO, a device or a socket under a file's name could block for ever or never end. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { CifarNormError } from '../errors.ts';

/** With it, opening a FIFO does not wait for its other end. Windows does not have it. */
const { O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/**
 * Opens a regular file, for reading unless `flags` say otherwise.
 * @throws CifarNormError (data) if the path is something else; an error of the file system if it cannot be opened
 */
export async function openRegular(path: string, flags = constants.O_RDONLY): Promise<FileHandle> {
  const file = await open(path, flags | O_NONBLOCK, 0o644).catch((error: NodeJS.ErrnoException) => {
    // A folder that is to be written; a FIFO or a socket; a link where links are not followed.
    if (['EISDIR', 'ENXIO', 'ELOOP'].includes(error.code ?? '')) throw notRegular(path);
    throw error;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notRegular(path);
}

const notRegular = (path: string): CifarNormError =>
  new CifarNormError('data', `${path} is not a regular file`, 'move it away, or name another path');
