/** Loads the dataset at a place. */
import { join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { openRegular } from '../files/regular.ts';
import { explained } from '../files/system-error.ts';
import { type Dataset, fingerprintOf } from './dataset.ts';
import { type BatchSet, batchNameOf, batchSets, NUM_TRAIN, readBatch, slotName } from './formats/cifar.ts';
import { insteadOfBatches, isTelling, SAMPLE_HEAD, type Sample } from './formats/contents.ts';
import { FETCH } from './formats/recognize.ts';
import type { Sink } from './formats/tar.ts';
import type { Place } from './locate.ts';
import { batchesIn, fetchHint } from './look.ts';
import { isOfficial } from './official.ts';
import { type Content, gather, refuseLarge, type Slot, settled, sinkOf, slotsOf } from './slots.ts';

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
    slot.content = readFile(join(path, name), slot.section, inTurn);
    // `gather` awaits it later and reports its error.
    slot.content.catch(() => {});
  }
  await refuseMissing(path, slots, set, []);
}

async function readFile(
  path: string,
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
      return () => readBatch(bytes, path);
    }
    return await inTurn(async () => {
      const start = await file.read(new Uint8Array(1), 0, 1, 0);
      refuseLarge(path, size, start.buffer);
      return settled(await readInto(new Uint8Array(size)), path, section);
    });
  } catch (error) {
    throw explained(error, 'data', path, fetchHint(path) ?? 'name another place with --data');
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
