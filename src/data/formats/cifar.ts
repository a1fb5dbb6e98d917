/** The batches of CIFAR-10: how their files are named, and what is in them. */
import { CifarNormError } from '../../errors.ts';
import { IMAGE_SIZE, NUM_CLASSES } from '../dataset.ts';
import { arrayOf, numbersOf, scalarOf } from './numpy.ts';
import { readPickle } from './pickle.ts';
import type { PickleValue } from './pickle-values.ts';
import { PickleError } from './python-text.ts';
import { conversionOf, FETCH, HEAD_BYTES, RECORD, recognize } from './recognize.ts';

/** Binary batches (`.bin`), or Python pickles. */
export type Layout = 'binary' | 'python';

/** One batch, whatever its format. */
export interface Batch {
  readonly labels: ArrayLike<number>;
  /** Pixels of image i: (3072,) uint8, channels first. */
  image(i: number): Uint8Array;
}

/** Images per batch; samples of CIFAR-10 may have fewer. */
export const BATCH_COUNT = 10_000;
/** Training batches; the test batch follows them. */
export const NUM_TRAIN = 5;
/** As the official files have it: pixels, and about 300 KB of labels and file names. */
export const USUAL_BATCH_BYTES = 32_000_000;
/** Python 3 writes a byte as up to six in protocol 0. */
export const MAX_BATCH_BYTES = 6 * BATCH_COUNT * IMAGE_SIZE + 4_000_000;

/** A file that is named like a batch. */
export interface BatchName {
  /** 0 to 4: training batches; 5: the test batch. */
  readonly slot: number;
  /** What follows the name: batches of one set have the same. */
  readonly ending: string;
}

const NAME =
  /^(?:data[-_ ]?batch[-_ ]?([1-5])|test[-_ ]?batch)( ?\(\d+\))?(\.(?:bin|pkl|pickle|pck|p|dat))?( ?\(\d+\))?$/i;

/** Undefined for a file that is named otherwise. */
export function batchNameOf(name: string): BatchName | undefined {
  const [whole, number, , ending = ''] = NAME.exec(name) ?? [];
  if (whole === undefined) return undefined;
  return { slot: number ? Number(number) - 1 : NUM_TRAIN, ending: ending.toLowerCase() };
}

/** What a batch is called in errors, if no file has its name. */
export const slotName = (slot: number, ending = ''): string =>
  `${slot < NUM_TRAIN ? `data_batch_${slot + 1}` : 'test_batch'}${ending}`;

/** Files of one folder that belong together. */
export interface BatchSet {
  readonly folder: string;
  readonly ending: string;
  /** By slot. */
  readonly names: readonly (string | undefined)[];
}

/** The sets that files make, the best first: that with the most training batches, a test batch, the shortest path. */
export function batchSets(files: Iterable<{ readonly folder: string; readonly name: string }>): BatchSet[] {
  const sets = new Map<string, BatchSet & { readonly names: (string | undefined)[] }>();
  for (const { folder, name } of files) {
    const { slot, ending } = batchNameOf(name) ?? {};
    if (slot === undefined || ending === undefined) continue;
    const key = JSON.stringify([folder, ending]);
    const set = sets.get(key) ?? { folder, ending, names: new Array(NUM_TRAIN + 1).fill(undefined) };
    sets.set(key, set);
    // Of several names for one batch the official one counts, as beside a browser's `data_batch_1 (1)`.
    if (set.names[slot] === undefined || name === slotName(slot, ending)) set.names[slot] = name;
  }
  const depth = ({ folder }: BatchSet) => folder.split('/').length;
  return [...sets.values()].sort(
    (a, b) =>
      trainNames(b).length - trainNames(a).length ||
      Number(b.names[NUM_TRAIN] !== undefined) - Number(a.names[NUM_TRAIN] !== undefined) ||
      depth(a) - depth(b) ||
      Number(b.ending === '.bin') - Number(a.ending === '.bin') ||
      (a.folder < b.folder ? -1 : 1),
  );
}

/** The training batches that a set has. */
export const trainNames = ({ names }: BatchSet): string[] =>
  names.slice(0, NUM_TRAIN).filter(name => name !== undefined);

export const isComplete = (set: BatchSet | undefined): set is BatchSet =>
  set !== undefined && trainNames(set).length === NUM_TRAIN;

/** First bytes of pickles: the protocol, or an opcode of protocols 0 and 1. No label is as high. */
const PICKLE_STARTS = [0x80, ...Buffer.from('(}])c')];

/** The layout of a batch, by its first bytes. */
export const layoutOf = (bytes: Uint8Array): Layout =>
  PICKLE_STARTS.includes(bytes[0]!) ? 'python' : 'binary';

/**
 * Reads one batch.
 * @param bytes the whole file
 * @param where the file's name, for errors
 * @throws CifarNormError (data) if the bytes are not a complete batch
 */
export function readBatch(bytes: Uint8Array, where: string): Batch {
  try {
    const batch = layoutOf(bytes) === 'binary' ? binaryBatch(bytes) : pythonBatch(bytes);
    checkCount(batch.labels.length);
    for (let i = 0; i < batch.labels.length; i++) {
      const label = batch.labels[i]!;
      if (!(label >= 0 && label < NUM_CLASSES))
        throw new PickleError(`image ${i} has the label ${label}; labels are 0 to 9`);
    }
    return batch;
  } catch (error) {
    throw error instanceof PickleError ? badBatch(where, bytes, error) : error;
  }
}

function checkCount(count: number): void {
  if (count > BATCH_COUNT) throw new PickleError(`it has ${count} images; a batch has ${BATCH_COUNT}`);
}

const READABLE = ['pickle', 'binary batch'];

/** Says what the file is instead, if that can be seen. */
function badBatch(where: string, bytes: Uint8Array, { message, isBroken }: PickleError): CifarNormError {
  const kind = recognize(bytes.subarray(0, HEAD_BYTES), bytes.length);
  const isForeign = kind !== undefined && !READABLE.includes(kind.name);
  const known = isForeign
    ? kind
    : isBroken
      ? conversionOf(bytes, isBroken === true && isShifted(bytes))
      : undefined;
  if (known) return new CifarNormError('data', `${where}: it is ${known.words}`, known.hint);
  return new CifarNormError(
    'data',
    `${where}: ${message}`,
    `the file is damaged or not a batch of CIFAR-10: ${FETCH}`,
  );
}

/** Whether the end of a batch is there, but not where it must be; or labels are not. */
function isShifted(bytes: Uint8Array): boolean {
  if (layoutOf(bytes) === 'python') return bytes.at(-1) === STOP;
  const records = Math.floor(bytes.length / RECORD);
  let labels = 0;
  for (let i = 0; i < records; i++) if (bytes[i * RECORD]! < NUM_CLASSES) labels++;
  return labels < records / 2;
}

/** The last opcode of a pickle. */
const STOP = '.'.charCodeAt(0);

/** Records of one label byte and 3072 pixel bytes. */
function binaryBatch(bytes: Uint8Array): Batch {
  if (bytes.length === 0 || bytes.length % RECORD !== 0)
    throw new PickleError(`it has ${bytes.length} bytes, not a multiple of ${RECORD} (one image)`, true);
  return {
    labels: Uint8Array.from({ length: bytes.length / RECORD }, (_, i) => bytes[i * RECORD]!),
    image: i => bytes.subarray(i * RECORD + 1, (i + 1) * RECORD),
  };
}

/** A pickled dict of a uint8 array `data` (n, 3072) and `labels` (n), a list or an array of integers. */
function pythonBatch(bytes: Uint8Array): Batch {
  const dict = readPickle(bytes);
  if (!(dict instanceof Map)) throw new PickleError('it is not a dict');
  if (dict.has('fine_labels') || dict.has('coarse_labels'))
    throw new PickleError('it is CIFAR-100, and CIFAR-10 is needed');
  const labels = labelsOf(dict.get('labels'));
  const pixels = pixelsOf(dict.get('data'), labels.length);
  return { labels, image: i => pixels.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE) };
}

function labelsOf(value: PickleValue | undefined): readonly number[] {
  let labels: readonly number[] | undefined;
  if (Array.isArray(value)) {
    checkCount(value.length);
    labels = value.map(label => (typeof label === 'number' ? label : (scalarOf(label) ?? Number.NaN)));
  } else {
    const array = arrayOf(value);
    const [count = 0, ...others] = array?.shape ?? [];
    checkCount(count);
    // A column of labels is as good as a row.
    if (array && others.every(length => length === 1)) labels = numbersOf(array);
  }
  if (!labels || labels.length === 0 || !labels.every(Number.isInteger))
    throw new PickleError('it has no list of labels');
  return labels;
}

/** Bytes of a uint8 array (count, 3072) in C order. */
function pixelsOf(value: PickleValue | undefined, count: number): Uint8Array {
  const array = arrayOf(value);
  if (!array) throw new PickleError('it has no data array, or only a part of one');
  const { dtype, shape, bytes, isFortran } = array;
  if (dtype !== 'u1' || shape.length !== 2 || shape[0] !== count || shape[1] !== IMAGE_SIZE)
    throw new PickleError(
      `its data array is ${dtype} of shape (${shape.join(', ')}); it must be u1 (uint8) of shape (${count}, ${IMAGE_SIZE})`,
    );
  if (!isFortran) return bytes;
  const pixels = new Uint8Array(bytes.length);
  for (let j = 0, at = 0; j < IMAGE_SIZE; j++)
    for (let i = 0; i < count; i++, at++) pixels[i * IMAGE_SIZE + j] = bytes[at]!;
  return pixels;
}
