/** Loads the dataset at a place. */
import { join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { openRegular } from '../files/regular.ts';
import { BATCH_COUNT, batchNames, type Layout, MAX_BATCH_BYTES, readBatch } from './batches.ts';
import { type Dataset, fingerprintOf, IMAGE_SIZE, type Images } from './dataset.ts';
import type { Place } from './locate.ts';
import { isOfficial } from './official.ts';

/**
 * Reads the five training batches, and the test batch if requested.
 * @throws CifarNormError (data) if a file is missing, unreadable, truncated or corrupt
 */
export async function loadDataset(
  place: Place,
  { test = false }: { readonly test?: boolean } = {},
): Promise<Dataset> {
  if (place.kind === 'synthetic') return (await import('./synthetic.ts')).generateSynthetic({ test });
  const train = allocate(5);
  const tests = allocate(test ? 1 : 0);
  const slots = new Map<string, Slot>();
  for (const layout of ['binary', 'python'] as const) {
    const names = batchNames(layout);
    for (const [index, name] of names.train.entries()) slots.set(name, { name, layout, among: train, index });
    if (test) slots.set(names.test, { name: names.test, layout, among: tests, index: 0 });
  }
  if (place.kind === 'archive') {
    const { readArchive } = await import('./archive.ts');
    await readArchive(
      place.path,
      name => slots.has(name),
      (name, size) => sectionOf(slots.get(name)!).subarray(0, size),
      (name, bytes) => {
        const slot = slots.get(name)!;
        slot.among.files[slot.index] = { slot, bytes };
      },
    );
  } else {
    for (const slot of slots.values()) {
      if (slot.layout !== place.layout) continue;
      const file = readWhole(join(place.path, slot.name), sectionOf(slot)).then(bytes => ({ slot, bytes }));
      // `gather` awaits it later and reports its error.
      file.catch(() => {});
      slot.among.files[slot.index] = file;
    }
  }
  const images = await gather(train, place.path);
  return {
    source: place.path,
    kind: 'cifar-10',
    official: isOfficial(images),
    train: images,
    test: test ? await gather(tests, place.path) : undefined,
    fingerprint: fingerprintOf(images),
  };
}

/**
 * Batches in one buffer. Each file is read into a section of its own, all at the same time, straight from the system;
 * the images then move down to follow those of the previous batch.
 */
interface Batches {
  readonly memory: Uint8Array;
  readonly files: (BatchFile | Promise<BatchFile> | undefined)[];
}

interface BatchFile {
  readonly slot: Slot;
  readonly bytes: Uint8Array;
}

/** Which batch a file is. */
interface Slot {
  readonly name: string;
  readonly layout: Layout;
  readonly among: Batches;
  readonly index: number;
}

const allocate = (count: number): Batches => ({
  memory: new Uint8Array(new SharedArrayBuffer(count * MAX_BATCH_BYTES)),
  files: new Array(count).fill(undefined),
});

const sectionOf = ({ among, index }: Slot): Uint8Array =>
  among.memory.subarray(index * MAX_BATCH_BYTES, (index + 1) * MAX_BATCH_BYTES);

async function gather({ memory, files }: Batches, path: string): Promise<Images> {
  const missing = files.indexOf(undefined);
  if (missing >= 0) {
    const name = files.length === 1 ? 'test_batch' : `data_batch_${missing + 1}`;
    throw new CifarNormError(
      'data',
      `${path}: ${name} is missing`,
      'all batches of CIFAR-10 are needed: download the archive again, or unpack all of it',
    );
  }
  const labels = new Uint8Array(new SharedArrayBuffer(files.length * BATCH_COUNT));
  let count = 0;
  for (const file of files) {
    const { slot, bytes } = (await file)!;
    const batch = readBatch(slot.layout, bytes, `${path}: ${slot.name}`);
    labels.set(batch.labels, count);
    for (let i = 0; i < batch.labels.length; i++) memory.set(batch.image(i), (count + i) * IMAGE_SIZE);
    count += batch.labels.length;
  }
  return { count, pixels: memory.subarray(0, count * IMAGE_SIZE), labels: labels.subarray(0, count) };
}

/** Reads a file into a buffer that must be larger than the file. */
async function readWhole(path: string, buffer: Uint8Array): Promise<Uint8Array> {
  try {
    await using file = await openRegular(path);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read)
      read = (await file.read(buffer, length)).bytesRead;
    if (length < buffer.length) return buffer.subarray(0, length);
  } catch (error) {
    if (error instanceof CifarNormError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CifarNormError(
      'data',
      `${path}: ${code === 'ENOENT' ? 'there is no such file' : message}`,
      'all batches of CIFAR-10 are needed: unpack the whole archive',
    );
  }
  throw new CifarNormError(
    'data',
    `${path}: it is larger than a batch of CIFAR-10`,
    'unpack the archive again, or name another folder with --data',
  );
}
