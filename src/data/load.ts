/** From a place to a Dataset. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { BATCH_COUNT, batchNames, type Layout, MOST_BATCH_BYTES, readBatch } from './batches.ts';
import { type Dataset, fingerprintOf, IMAGE_SIZE, type Images } from './dataset.ts';
import type { Place } from './locate.ts';

/**
 * Reads the five training batches, and the test batch if it is asked for.
 * @throws CifarNormError (data) if a file is missing, unreadable, cut off or garbled
 */
export async function loadDataset(place: Place, { test }: { readonly test: boolean }): Promise<Dataset> {
  if (place.kind === 'synthetic') return (await import('./synthetic.ts')).generateSynthetic({ test });
  const train = roomFor(5);
  const tests = roomFor(test ? 1 : 0);
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
      (name, bytes) => {
        const slot = slots.get(name)!;
        const room = roomOf(slot).subarray(0, bytes.length);
        room.set(bytes);
        slot.among.files[slot.index] = { slot, bytes: room };
      },
    );
  } else {
    for (const slot of slots.values()) {
      if (slot.layout !== place.layout) continue;
      const file = readWhole(join(place.path, slot.name), roomOf(slot)).then(bytes => ({ slot, bytes }));
      // Its error is told when it is waited for.
      file.catch(() => {});
      slot.among.files[slot.index] = file;
    }
  }
  const images = await gather(train, place.path);
  return {
    source: place.path,
    kind: 'cifar-10',
    train: images,
    test: test ? await gather(tests, place.path) : undefined,
    fingerprint: fingerprintOf(images),
  };
}

/**
 * Batches, each file in a room of its own; the images then move down to where those of the batch before end. So their
 * bytes are written to fresh memory once, by the system and for all files at the same time.
 */
interface Batches {
  readonly memory: Uint8Array;
  readonly files: (BatchFile | Promise<BatchFile> | undefined)[];
}

interface BatchFile {
  readonly slot: Slot;
  readonly bytes: Uint8Array;
}

/** The place of a file among the batches. */
interface Slot {
  readonly name: string;
  readonly layout: Layout;
  readonly among: Batches;
  readonly index: number;
}

const roomFor = (count: number): Batches => ({
  memory: new Uint8Array(new SharedArrayBuffer(count * MOST_BATCH_BYTES)),
  files: new Array(count).fill(undefined),
});

const roomOf = ({ among, index }: Slot): Uint8Array =>
  among.memory.subarray(index * MOST_BATCH_BYTES, (index + 1) * MOST_BATCH_BYTES);

async function gather({ memory, files }: Batches, path: string): Promise<Images> {
  const missing = files.indexOf(undefined);
  if (missing >= 0) {
    const name = files.length === 1 ? 'test_batch' : `data_batch_${missing + 1}`;
    throw new CifarNormError(
      'data',
      `${path}: ${name} is missing`,
      'all batches of CIFAR-10 are needed: fetch the archive again, or unpack it whole',
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

/** The bytes of a file, in the room. */
async function readWhole(path: string, room: Uint8Array): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    let length = 0;
    for (let read = 1; read > 0 && length < room.length; length += read)
      read = (await file.read(room, length)).bytesRead;
    if (length < room.length) return room.subarray(0, length);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CifarNormError(
      'data',
      `${path}: ${code === 'ENOENT' ? 'it is missing' : message}`,
      'all batches of CIFAR-10 are needed: unpack the archive whole',
    );
  }
  throw new CifarNormError(
    'data',
    `${path}: it is larger than a batch of CIFAR-10`,
    'unpack the archive again, or name another folder with --data',
  );
}
