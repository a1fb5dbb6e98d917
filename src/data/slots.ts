/** Memory for batches while they are read, and the images that they become. */
import { CifarNormError } from '../errors.ts';
import { IMAGE_SIZE, type Images } from './dataset.ts';
import {
  BATCH_COUNT,
  type Batch,
  layoutOf,
  MAX_BATCH_BYTES,
  readBatch,
  USUAL_BATCH_BYTES,
} from './formats/cifar.ts';
import { FETCH } from './formats/recognize.ts';
import type { Sink } from './formats/tar.ts';

/** A batch to be read. */
export interface Slot {
  /** As in BatchName. */
  readonly index: number;
  /** A part of the memory of all: files of the usual size are read straight into it. */
  readonly section: Uint8Array;
  content: Content | Promise<Content> | undefined;
}

/** Parses what has been read. */
export type Content = () => Batch;

/** Slots in one buffer. */
export function slotsOf(first: number, count: number): Slot[] {
  const memory = new Uint8Array(new SharedArrayBuffer(count * USUAL_BATCH_BYTES));
  return Array.from({ length: count }, (_, i) => ({
    index: first + i,
    section: memory.subarray(i * USUAL_BATCH_BYTES, (i + 1) * USUAL_BATCH_BYTES),
    content: undefined,
  }));
}

/** Moves the images down in their buffer, so that those of each batch follow those of the previous one. */
export async function gather(slots: readonly Slot[]): Promise<Images> {
  const memory = new Uint8Array(slots[0]!.section.buffer);
  const labels = new Uint8Array(new SharedArrayBuffer(slots.length * BATCH_COUNT));
  let count = 0;
  for (const { content } of slots) {
    const batch = (await content)!();
    labels.set(batch.labels, count);
    for (let i = 0; i < batch.labels.length; i++) memory.set(batch.image(i), (count + i) * IMAGE_SIZE);
    count += batch.labels.length;
  }
  return { count, pixels: memory.subarray(0, count * IMAGE_SIZE), labels: labels.subarray(0, count) };
}

/** Only a pickle may be larger than the official ones: Python 3 writes some bytes as text. */
export function refuseLarge(where: string, size: number, start: Uint8Array): void {
  if (size <= USUAL_BATCH_BYTES || (size <= MAX_BATCH_BYTES && layoutOf(start) === 'python')) return;
  throw new CifarNormError(
    'data',
    `${where}: it has ${size} bytes, more than a batch of CIFAR-10`,
    `name another place with --data, or ${FETCH}`,
  );
}

/** Parses a large file at once, and keeps only its images. */
export function settled(bytes: Uint8Array, where: string, section: Uint8Array): Content {
  try {
    const { labels, image } = readBatch(bytes, where);
    for (let i = 0; i < labels.length; i++) section.set(image(i), i * IMAGE_SIZE);
    return () => ({ labels, image: i => section.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE) });
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Takes a batch. */
export function sinkOf(slot: Slot, size: number, where: string): Sink {
  let memory: Uint8Array | undefined;
  let filled = 0;
  return {
    write(chunk) {
      if (!memory) refuseLarge(where, size, chunk);
      memory ??= size <= slot.section.length ? slot.section : new Uint8Array(size);
      memory.set(chunk, filled);
      filled += chunk.length;
    },
    end() {
      const bytes = (memory ?? slot.section).subarray(0, filled);
      slot.content =
        memory === undefined || memory === slot.section
          ? () => readBatch(bytes, where)
          : settled(bytes, where, slot.section);
    },
  };
}
