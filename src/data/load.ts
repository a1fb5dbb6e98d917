/** Loads the dataset at a place. */
import { join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { openRegular } from '../files/regular.ts';
import { explained } from '../files/system-error.ts';
import { type Dataset, fingerprintOf, IMAGE_SIZE, type Images } from './dataset.ts';
import type { Sink } from './formats/archive.ts';
import {
  BATCH_COUNT,
  type Batch,
  type BatchSet,
  batchNameOf,
  batchSets,
  layoutOf,
  MAX_BATCH_BYTES,
  NUM_TRAIN,
  readBatch,
  slotName,
  USUAL_BATCH_BYTES,
} from './formats/cifar.ts';
import { insteadOfBatches, isTelling, SAMPLE_HEAD, type Sample } from './formats/contents.ts';
import { FETCH } from './formats/recognize.ts';
import type { Place } from './locate.ts';
import { batchesIn, fetchHint } from './look.ts';
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
  const slots = [...slotsOf(0, NUM_TRAIN), ...(test ? slotsOf(NUM_TRAIN, 1) : [])];
  const read = place.kind === 'archive' ? readArchived : readUnpacked;
  await read(place.path, slots);
  const train = await gather(slots.slice(0, NUM_TRAIN));
  return {
    source: place.path,
    kind: 'cifar-10',
    official: isOfficial(train),
    train,
    test: test ? await gather(slots.slice(NUM_TRAIN)) : undefined,
    fingerprint: fingerprintOf(train),
  };
}

/** A batch to be read. */
interface Slot {
  /** As in BatchName. */
  readonly index: number;
  /** A part of the memory of all: files of the usual size are read straight into it. */
  readonly section: Uint8Array;
  content: Content | Promise<Content> | undefined;
}

/** Parses what has been read. */
type Content = () => Batch;

/** Slots in one buffer. */
function slotsOf(first: number, count: number): Slot[] {
  const memory = new Uint8Array(new SharedArrayBuffer(count * USUAL_BATCH_BYTES));
  return Array.from({ length: count }, (_, i) => ({
    index: first + i,
    section: memory.subarray(i * USUAL_BATCH_BYTES, (i + 1) * USUAL_BATCH_BYTES),
    content: undefined,
  }));
}

/** Moves the images down in their buffer, so that those of each batch follow those of the previous one. */
async function gather(slots: readonly Slot[]): Promise<Images> {
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

/** Reads the batches in a folder, all at the same time. */
async function readUnpacked(path: string, slots: readonly Slot[]): Promise<void> {
  const set = await batchesIn(path);
  let last: Promise<unknown> = Promise.resolve();
  /** Large files take memory of their own: one at a time. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const next = last.then(act);
    last = next.catch(() => {});
    return next;
  };
  for (const slot of slots) {
    const name = set?.names[slot.index];
    if (name === undefined) continue;
    slot.content = readFile(join(path, name), `${path}: ${name}`, slot.section, inTurn);
    // `gather` awaits it later and reports its error.
    slot.content.catch(() => {});
  }
  await refuseMissing(path, slots, set, []);
}

async function readFile(
  path: string,
  where: string,
  section: Uint8Array,
  inTurn: <T>(act: () => Promise<T>) => Promise<T>,
): Promise<Content> {
  try {
    await using file = await openRegular(path);
    const { size } = await file.stat();
    const readInto = async (memory: Uint8Array) => {
      let length = 0;
      for (let read = 1; read > 0 && length < memory.length; length += read)
        read = (await file.read(memory, length)).bytesRead;
      return memory.subarray(0, length);
    };
    if (size <= section.length) {
      const bytes = await readInto(section);
      return () => readBatch(bytes, where);
    }
    return await inTurn(async () => {
      const start = await file.read(new Uint8Array(1), 0, 1, 0);
      refuseLarge(where, size, start.buffer);
      return settled(await readInto(new Uint8Array(size)), where, section);
    });
  } catch (error) {
    throw explained(error, 'data', path, fetchHint(path) ?? 'name another place with --data');
  }
}

/** Only a pickle may be larger than the official ones: Python 3 writes some bytes as text. */
function refuseLarge(where: string, size: number, start: Uint8Array): void {
  if (size <= USUAL_BATCH_BYTES || (size <= MAX_BATCH_BYTES && layoutOf(start) === 'python')) return;
  throw new CifarNormError(
    'data',
    `${where}: it has ${size} bytes, more than a batch of CIFAR-10`,
    `name another place with --data, or ${FETCH}`,
  );
}

/** Parses a large file at once, and keeps only its images. */
function settled(bytes: Uint8Array, where: string, section: Uint8Array): Content {
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

/** An archive has at most as many batches that count. */
const MAX_FILES = 5000;

/** Reads the first set of batches in an archive; if it is not whole, the best one, in a second pass. */
async function readArchived(path: string, slots: readonly Slot[]): Promise<void> {
  const { readArchive } = await import('./formats/archive.ts');
  const files: { readonly folder: string; readonly name: string }[] = [];
  const samples: Sample[] = [];
  let wanted: Pick<BatchSet, 'folder' | 'ending'> | undefined;
  const pass = () =>
    readArchive(path, ({ folder, name, size }) => {
      const batch = batchNameOf(name);
      const inside = folder === '' ? name : `${folder}/${name}`;
      if (!batch) return isTelling(name, size, samples) ? sampleInto(samples, inside, size) : undefined;
      if (files.length < MAX_FILES) files.push({ folder, name });
      wanted ??= { folder, ending: batch.ending };
      const slot = slots.find(({ index }) => index === batch.slot);
      if (!slot || slot.content || wanted.folder !== folder || wanted.ending !== batch.ending)
        return undefined;
      return sinkOf(slot, size, `${path}: ${inside}`);
    });
  await pass();
  const [best] = batchSets(files);
  const isOther = best && (best.folder !== wanted?.folder || best.ending !== wanted.ending);
  if (isOther && slots.some(({ content }) => !content)) {
    for (const slot of slots) slot.content = undefined;
    wanted = best;
    await pass();
  }
  await refuseMissing(path, slots, best, samples);
}

/** Takes a batch. */
function sinkOf(slot: Slot, size: number, where: string): Sink {
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

/** Takes the first bytes of a file. */
function sampleInto(samples: Sample[], path: string, size: number): Sink {
  const head = new Uint8Array(Math.min(size, SAMPLE_HEAD));
  let filled = 0;
  samples.push({ path, size, head });
  return {
    write(chunk) {
      head.set(chunk.subarray(0, head.length - filled), filled);
      filled += Math.min(chunk.length, head.length - filled);
    },
    end() {},
  };
}

/** @throws CifarNormError (data) if a batch has no file; says what is wrong with the others, or what is there instead */
async function refuseMissing(
  path: string,
  slots: readonly Slot[],
  set: BatchSet | undefined,
  samples: readonly Sample[],
): Promise<void> {
  const nameOf = ({ index }: Slot) => slotName(index, set?.ending);
  const missing = slots.filter(({ content }) => !content).map(nameOf);
  if (missing.length === 0) return;
  const filled = slots.filter(({ content }) => content);
  for (const { content } of filled) (await content)!();
  const present = filled.map(nameOf);
  if (!set || present.length === 0) {
    const instead = insteadOfBatches(samples);
    throw new CifarNormError(
      'data',
      `${path}: there are no batches of CIFAR-10 in it${instead ? `: ${instead.words}` : ''}`,
      instead?.hint ?? FETCH,
    );
  }
  throw new CifarNormError(
    'data',
    present.length === 1
      ? `${path}: of the batches of CIFAR-10 it holds only ${present[0]}`
      : `${path}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`,
    `all batches are needed: unpack or copy all of them, or ${FETCH}`,
  );
}
