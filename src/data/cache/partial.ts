/** Reads only the images that a run needs, by their offsets. */
import type { FileHandle } from 'node:fs/promises';
import { openRegular } from '../../files/regular.ts';
import { allocateImages, IMAGE_SIZE, type Images } from '../dataset.ts';
import type { Identity } from './identity.ts';

/** Images from `first` to `end` - 1. */
export type Range = readonly [first: number, end: number];

/** Bytes of an image and its label, in a batch and in a copy. */
const RECORD = 1 + IMAGE_SIZE;

/** Images in a batch, or in a copy. */
export const countOf = ({ size }: Identity): number => Number(size) / RECORD;

/**
 * Reads images from `.bin` batches, in their order. Images outside the ranges stay zero.
 * @throws an error if a file has changed or cannot be read
 */
export async function readFromBatches(files: readonly Identity[], ranges: readonly Range[]): Promise<Images> {
  const images = allocateImages(files.reduce((sum, file) => sum + countOf(file), 0));
  let start = 0;
  for (const file of files) {
    const end = start + countOf(file);
    for (const range of ranges) {
      const [first, last] = [Math.max(range[0], start), Math.min(range[1], end)];
      if (first < last) await readRecords(file.path, first - start, images, first, last - first);
    }
    start = end;
  }
  return images;
}

/** Reads `count` records of a batch, from record `from`, to the images at `at`. */
async function readRecords(
  path: string,
  from: number,
  { labels, pixels }: Images,
  at: number,
  count: number,
): Promise<void> {
  await using file = await openRegular(path);
  const bytes = new Uint8Array(count * RECORD);
  await readFully(file, bytes, from * RECORD);
  for (let i = 0; i < count; i++) {
    labels[at + i] = bytes[i * RECORD]!;
    pixels.set(bytes.subarray(i * RECORD + 1, (i + 1) * RECORD), (at + i) * IMAGE_SIZE);
  }
}

/** The content of a copy; see CachePaths. */
export const copyOf = ({ labels, pixels }: Images): Uint8Array[] => [labels, pixels];

/** Reads images from a copy, like readFromBatches. */
export async function readFromCopy(copy: Identity, ranges: readonly Range[]): Promise<Images> {
  const count = countOf(copy);
  const images = allocateImages(count);
  await using file = await openRegular(copy.path);
  await readFully(file, images.labels, 0);
  for (const [first, end] of ranges) {
    const [from, to] = [first * IMAGE_SIZE, Math.min(end, count) * IMAGE_SIZE];
    await readFully(file, images.pixels.subarray(from, to), count + from);
  }
  return images;
}

async function readFully(file: FileHandle, into: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new Error('the file has become shorter');
    done += bytesRead;
  }
}
