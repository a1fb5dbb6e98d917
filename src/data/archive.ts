/** The batches inside a .tar.gz, read as they stream by: nothing is unpacked to disk. */
import { createReadStream } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { CifarNormError } from '../errors.ts';
import { MOST_BATCH_BYTES } from './batches.ts';

/** Both official archives hold less than 190 MB; what swells beyond this is no CIFAR-10. */
const MOST_BYTES = 400_000_000;

/**
 * Hands on the content of each wanted file, in the archive's order. A wanted name counts once, as a plain file, and in
 * the top folder or one below it, as in the official archives; everything else is passed over unread.
 * @throws CifarNormError (data) if the archive cannot be read, is cut off or garbled, or is too large
 */
export async function readArchive(
  path: string,
  isWanted: (name: string) => boolean,
  onFile: (name: string, content: Uint8Array) => void,
): Promise<void> {
  const seen = new Set<string>();
  let problem: Error | undefined;
  const parser = new Parser({
    strict: true,
    // The parser would unpack what is packed twice, past the limit on what is unpacked here.
    maxDecompressionRatio: 0,
    filter: (entryPath, entry) => {
      const name = basename(entryPath);
      const isPlain = 'type' in entry && entry.type === 'File';
      if (
        !isPlain ||
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
      if (entry.size > MOST_BATCH_BYTES) {
        problem ??= bad(path, `${name} in it has ${entry.size} bytes, more than a batch of CIFAR-10`);
        parser.abort(problem);
        return;
      }
      const content = new Uint8Array(entry.size);
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
  // After its end the parser would keep, and copy with each chunk, all that follows.
  let isOver = false;
  parser.on('eof', () => {
    isOver = true;
  });
  try {
    let total = 0;
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20 }),
      createGunzip({ chunkSize: 1 << 20 }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          total += chunk.length;
          if (total > MOST_BYTES) problem ??= bad(path, `unpacked it has more than ${MOST_BYTES} bytes`);
          // What is wanted is copied as it comes, so the parser never has to be waited for.
          if (!isOver) parser.write(chunk);
          if (problem) throw problem;
        }
      },
    );
    parser.end();
    if (problem) throw problem;
  } catch (error) {
    // A pipeline that is stopped from within says only that it was stopped.
    const cause = problem ?? error;
    throw cause instanceof CifarNormError ? cause : bad(path, reasonOf(cause as NodeJS.ErrnoException));
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'Z_BUF_ERROR') return 'it is cut off';
  if (code?.startsWith('Z_')) return 'it is not gzip, or is damaged';
  if (code?.startsWith('TAR_')) return 'it is not a tar archive, or is damaged';
  return message;
}

function bad(path: string, what: string): CifarNormError {
  return new CifarNormError('data', `${path}: ${what}`, 'fetch the archive again and compare its checksum');
}
