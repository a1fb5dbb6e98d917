/** From a place to a Dataset. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { BATCH_COUNT, batchNames, type Layout, MOST_BATCH_BYTES, readBatch } from './batches.ts';
import { allocateImages, type Dataset, fingerprintOf, IMAGE_SIZE, type Images } from './dataset.ts';
import type { Place } from './locate.ts';

/**
 * Reads the five training batches, and the test batch if it is asked for.
 * @throws CifarNormError (data) if a file is missing, unreadable, cut off or garbled
 */
export async function loadDataset(place: Place, { test }: { readonly test: boolean }): Promise<Dataset> {
  if (place.kind === 'synthetic') return (await import('./synthetic.ts')).generateSynthetic({ test });
  const slots = new Map<string, Slot>();
  const train = allocateSlots(5);
  const tests = test ? allocateSlots(1) : undefined;
  for (const layout of ['binary', 'python'] as const) {
    const names = batchNames(layout);
    for (const [i, name] of names.train.entries()) slots.set(name, { layout, into: train, index: i });
    if (tests) slots.set(names.test, { layout, into: tests, index: 0 });
  }
  const fill = (name: string, bytes: Uint8Array) =>
    fillSlot(slots.get(name)!, bytes, `${place.path}: ${name}`);

  if (place.kind === 'archive') {
    const { readArchive } = await import('./archive.ts');
    await readArchive(place.path, name => slots.has(name), fill);
  } else {
    const names = [...slots.keys()].filter(name => slots.get(name)!.layout === place.layout);
    for await (const [name, bytes] of batchesIn(place.path, names)) fill(name, bytes);
  }
  const images = compact(train, place.path);
  return {
    source: place.path,
    kind: 'cifar-10',
    train: images,
    test: tests && compact(tests, place.path),
    fingerprint: fingerprintOf(images),
  };
}

/** Images with room for whole batches, and how many images each batch has so far. */
interface Slots {
  readonly images: Images;
  readonly counts: number[];
}

interface Slot {
  readonly layout: Layout;
  readonly into: Slots;
  readonly index: number;
}

const allocateSlots = (batches: number): Slots => ({
  images: allocateImages(batches * BATCH_COUNT),
  counts: new Array(batches).fill(0),
});

function fillSlot({ layout, into: { images, counts }, index }: Slot, bytes: Uint8Array, where: string): void {
  const { labels, image } = readBatch(layout, bytes, where);
  const first = index * BATCH_COUNT;
  images.labels.set(labels, first);
  for (let i = 0; i < labels.length; i++) images.pixels.set(image(i), (first + i) * IMAGE_SIZE);
  counts[index] = labels.length;
}

/** The batches without the room between them, which a sample of fewer images a batch leaves. */
function compact({ images: { pixels, labels }, counts }: Slots, path: string): Images {
  const missing = counts.indexOf(0);
  if (missing >= 0) {
    const names = counts.length === 1 ? ['test_batch'] : counts.map((_, i) => `data_batch_${i + 1}`);
    throw new CifarNormError(
      'data',
      `${path}: ${names[missing]} is missing`,
      'all batches of CIFAR-10 are needed: fetch the archive again, or unpack it whole',
    );
  }
  let count = 0;
  for (const [index, batch] of counts.entries()) {
    const first = index * BATCH_COUNT;
    labels.copyWithin(count, first, first + batch);
    pixels.copyWithin(count * IMAGE_SIZE, first * IMAGE_SIZE, (first + batch) * IMAGE_SIZE);
    count += batch;
  }
  return { count, pixels: pixels.subarray(0, count * IMAGE_SIZE), labels: labels.subarray(0, count) };
}

/** Reads files into two buffers in turn, the next while the last is looked at; fresh memory would cost more than reading. */
async function* batchesIn(folder: string, names: readonly string[]): AsyncGenerator<[string, Uint8Array]> {
  const buffers = [new Uint8Array(MOST_BATCH_BYTES), new Uint8Array(MOST_BATCH_BYTES)];
  const read = (i: number) => readWhole(join(folder, names[i]!), buffers[i % 2]!);
  let next = read(0);
  for (const [i, name] of names.entries()) {
    const bytes = await next;
    if (i + 1 < names.length) {
      next = read(i + 1);
      // Its error is told when it is waited for.
      next.catch(() => {});
    }
    yield [name, bytes];
  }
}

/** The bytes of a file, in the buffer. */
async function readWhole(path: string, buffer: Uint8Array): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read)
      read = (await file.read(buffer, length)).bytesRead;
    if (length < buffer.length) return buffer.subarray(0, length);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CifarNormError(
      'data',
      `${path}: ${code === 'ENOENT' ? 'it is missing' : message}`,
      'all batches of CIFAR-10 are needed: unpack the archive whole',
    );
  }
  throw new CifarNormError('data', `${path}: it is larger than a batch of CIFAR-10`);
}
