/** Reads the batches in a .tar.gz as a stream: nothing is unpacked to disk. */
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { CifarNormError } from '../errors.ts';
import { openRegular } from '../files/regular.ts';
import { MAX_BATCH_BYTES } from './batches.ts';

/** Both official archives hold less than 190 MB: whatever unpacks to more than this is not CIFAR-10. */
const MAX_BYTES = 400_000_000;

/**
 * Reads each wanted file into the memory that `memoryFor` gives for its size, and then calls `onFile`, in the archive's
 * order. Ignores all but regular files in the top folder or one level below it, as in the official archives. If several files
 * have one name, the first counts.
 * @throws CifarNormError (data) if the archive cannot be read, is truncated, corrupt or too large
 */
export async function readArchive(
  path: string,
  isWanted: (name: string) => boolean,
  memoryFor: (name: string, size: number) => Uint8Array,
  onFile: (name: string, content: Uint8Array) => void,
): Promise<void> {
  const seen = new Set<string>();
  let problem: Error | undefined;
  const parser = new Parser({
    strict: true,
    // Keeps the parser from decompressing a second time, which would evade the limit on size.
    maxDecompressionRatio: 0,
    filter: (entryPath, entry) => {
      const name = basename(entryPath);
      const isRegular = 'type' in entry && entry.type === 'File';
      if (
        !isRegular ||
        !isWanted(name) ||
        seen.has(name) ||
        dirname(entryPath).replace(/^\.\//, '').includes('/')
      )
        return false;
      seen.add(name);
      return true;
    },
    onReadEntry: (entry: ReadEntry) => {
      const name = basename(entry.path);
      if (entry.size > MAX_BATCH_BYTES) {
        problem ??= bad(path, `${name} has ${entry.size} bytes, more than a batch of CIFAR-10`);
        parser.abort(problem);
        return;
      }
      const content = memoryFor(name, entry.size);
      let filled = 0;
      entry.on('data', chunk => {
        content.set(chunk, filled);
        filled += chunk.length;
      });
      entry.on('end', () => {
        try {
          onFile(name, content);
        } catch (error) {
          problem ??= error as Error;
        }
      });
    },
  });
  parser.on('error', error => {
    problem ??= error;
  });
  // After the archive's end the parser would buffer whatever follows.
  let hasEnded = false;
  parser.on('eof', () => {
    hasEnded = true;
  });
  try {
    let total = 0;
    await pipeline(
      (await openRegular(path)).createReadStream({ highWaterMark: 1 << 20 }),
      createGunzip({ chunkSize: 1 << 20 }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          total += chunk.length;
          if (total > MAX_BYTES) problem ??= bad(path, `it unpacks to more than ${MAX_BYTES} bytes`);
          // Entries are copied at once, so the parser needs no back pressure.
          if (!hasEnded) parser.write(chunk);
          if (problem) throw problem;
        }
      },
    );
    parser.end();
    if (problem) throw problem;
  } catch (error) {
    // A pipeline that is stopped from within reports only an abort.
    const cause = problem ?? error;
    throw cause instanceof CifarNormError ? cause : bad(path, reasonOf(cause as NodeJS.ErrnoException));
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'Z_BUF_ERROR') return 'the archive is truncated';
  if (code?.startsWith('Z_')) return 'the file is not gzip, or is corrupt';
  if (code?.startsWith('TAR_')) return 'the file is not a tar archive, or is corrupt';
  return message;
}

function bad(path: string, problem: string): CifarNormError {
  return new CifarNormError(
    'data',
    `${path}: ${problem}`,
    'download the archive again and compare its checksum',
  );
}
