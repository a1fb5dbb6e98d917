/** Reads an archive as a stream, compressed with gzip once, twice or not at all: nothing is unpacked to disk. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CifarNormError } from '../../errors.ts';
import { openRegular } from '../../files/regular.ts';
import { explained, isSystemError } from '../../files/system-error.ts';
import { batchNameOf } from './cifar.ts';
import { conversionOf, FETCH, HEAD_BYTES, type Kind, recognize, SAMPLE_BYTES } from './recognize.ts';
import { type ArchiveEntry, type Sink, TarError, TarReader } from './tar.ts';

/** Both official archives hold less than 190 MB: whatever is more than this is not CIFAR-10 alone. */
const MAX_BYTES = 400_000_000;
/** How often an archive may be compressed: a browser or a server may do it a second time. */
const MAX_LAYERS = 2;
const CHUNK = 1 << 20;

/**
 * Calls `visit` for each regular file, in the archive's order, and writes its content to the sink that this returns. What they
 * throw ends the reading.
 * @param most how many bytes to read, unpacked
 * @throws CifarNormError (data) if the archive cannot be read, is truncated, corrupt or too large, or is no tar archive
 */
export async function readArchive(
  path: string,
  visit: (entry: ArchiveEntry) => Sink | undefined,
  most = MAX_BYTES,
): Promise<void> {
  const tar = new TarReader(visit);
  try {
    for await (const chunk of tarIn(path, most)) tar.write(chunk);
    tar.end();
  } catch (error) {
    throw await explainedFor(path, error as Error);
  }
}

/** How much of an archive is searched for batches. */
const PREVIEW_BYTES = 16_000_000;

class Seen extends Error {}

/** Whether an archive has batches among its first files. */
export async function holdsBatches(path: string): Promise<boolean> {
  const stop = ({ name }: ArchiveEntry) => {
    if (batchNameOf(name)) throw new Seen();
    return undefined;
  };
  return readArchive(path, stop, PREVIEW_BYTES).then(
    () => false,
    error => error instanceof Seen,
  );
}

type Chunks = AsyncIterable<Uint8Array>;

/** The bytes of a tar archive, unpacked. */
async function* tarIn(path: string, most: number): Chunks {
  const file = await openRegular(path);
  const { size } = await file.stat();
  const stream = file.createReadStream({ highWaterMark: CHUNK });
  try {
    let chunks: Chunks = stream;
    for (let layers = 0; ; layers++) {
      const { head, isWhole, all } = await peek(limited(chunks, path, most));
      chunks = all;
      const kind = recognize(head, isWhole ? head.length : Math.max(size, head.length + 1));
      if (kind?.name === 'tar') break;
      if (kind?.name !== 'gzip' || layers === MAX_LAYERS) throw noTar(path, kind, layers);
      chunks = gunzipped(chunks);
    }
    yield* chunks;
  } finally {
    // Ends all layers, also those that nothing has read yet.
    stream.destroy();
  }
}

/** Reads ahead: the first bytes, and an iterable of all. */
async function peek(chunks: Chunks): Promise<{ head: Uint8Array; isWhole: boolean; all: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let isWhole = false;
  for (let length = 0; length < HEAD_BYTES && !isWhole; length += read.at(-1)?.length ?? 0) {
    const { done, value } = await iterator.next();
    if (done) isWhole = true;
    else read.push(value);
  }
  return { head: Buffer.concat(read), isWhole, all: rest() };

  async function* rest(): Chunks {
    try {
      yield* read;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
}

async function* gunzipped(chunks: Chunks): Chunks {
  // An error of any part reaches whoever reads the last.
  yield* pipeline(Readable.from(chunks), createGunzip({ chunkSize: CHUNK }), () => {});
}

/** A bomb may be in any layer. */
async function* limited(chunks: Chunks, path: string, most: number): Chunks {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > most) throw bad(path, `it holds more than ${most} bytes: it is not CIFAR-10 alone`, OTHERS);
    yield chunk;
  }
}

const OTHERS = 'unpack it, and name the folder of the batches';

function noTar(path: string, kind: Kind | undefined, layers: number): CifarNormError {
  if (layers === 0) return bad(path, `it is ${kind?.words ?? 'no tar archive'}`, kind?.hint ?? FETCH);
  if (kind?.name === 'pickle' || kind?.name === 'binary batch')
    return bad(
      path,
      `it is a single batch, compressed with gzip`,
      `unpack all batches with gunzip, and name their folder`,
    );
  if (kind?.name === 'gzip') return bad(path, `it is compressed more than ${MAX_LAYERS} times`, OTHERS);
  return bad(
    path,
    `it is compressed, and what it holds is ${kind?.words ?? 'not a tar archive'}`,
    kind?.hint ?? FETCH,
  );
}

async function explainedFor(path: string, error: Error): Promise<Error> {
  if (error instanceof CifarNormError) return error;
  if (isSystemError(error) && !error.code.startsWith('Z_'))
    return explained(error, 'data', path, 'name another place with --data');
  const { code = '' } = error as NodeJS.ErrnoException;
  if (error instanceof TarError && error.isLimit) return bad(path, error.message, OTHERS);
  if (!(error instanceof TarError) && !code.startsWith('Z_')) return error;
  const conversion = await conversionIn(path, error instanceof TarError && error.isShifted).catch(
    () => undefined,
  );
  if (conversion) return bad(path, `it is ${conversion.words}`, conversion.hint);
  if (error instanceof TarError) return bad(path, error.message, FETCH);
  return bad(
    path,
    code === 'Z_BUF_ERROR' ? 'it is truncated' : 'it is damaged: it cannot be unpacked',
    FETCH,
  );
}

/** Whether a transfer as text has damaged the file. */
async function conversionIn(path: string, isShifted: boolean): Promise<Kind | undefined> {
  await using file = await openRegular(path);
  const sample = new Uint8Array(Math.min(SAMPLE_BYTES, (await file.stat()).size));
  const { bytesRead } = await file.read(sample);
  return conversionOf(sample.subarray(0, bytesRead), isShifted);
}

const bad = (path: string, problem: string, hint: string): CifarNormError =>
  new CifarNormError('data', `${path}: ${problem}`, hint);
