/** The files of CIFAR-10's two versions, and what is in one. */
import { CifarNormError } from '../errors.ts';
import { IMAGE_SIZE, NUM_CLASSES } from './dataset.ts';
import { readPythonBatch } from './python-batch.ts';

/** The binary version's .bin files, or the python version's pickles. */
export type Layout = 'binary' | 'python';

/** Images in a batch of the full set; a sample of it may have fewer. */
export const BATCH_COUNT = 10_000;
const RECORD = 1 + IMAGE_SIZE;

/** A batch of the python version has the labels and the file names beside the pixels: 30,720,000 bytes and about 300 KB. */
export const MOST_BATCH_BYTES = 32_000_000;

export interface Batch {
  readonly labels: ArrayLike<number>;
  /** The pixels of image i: (3072) uint8, channels first. */
  image(i: number): Uint8Array;
}

export function batchNames(layout: Layout): { readonly train: readonly string[]; readonly test: string } {
  const ending = layout === 'binary' ? '.bin' : '';
  return { train: [1, 2, 3, 4, 5].map(i => `data_batch_${i}${ending}`), test: `test_batch${ending}` };
}

/**
 * Reads the bytes of one batch.
 * @param where the file's name, for errors
 * @throws CifarNormError (data) if they are not a whole batch
 */
export function readBatch(layout: Layout, bytes: Uint8Array, where: string): Batch {
  const batch = layout === 'binary' ? binaryBatch(bytes, where) : readPythonBatch(bytes, where);
  const { length } = batch.labels;
  if (length > BATCH_COUNT) throw badBatch(where, `it has ${length} images, and a batch has ${BATCH_COUNT}`);
  for (let i = 0; i < length; i++) {
    const label = batch.labels[i]!;
    if (!(label >= 0 && label < NUM_CLASSES))
      throw badBatch(where, `image ${i} has the label ${label}; labels are 0 to 9`);
  }
  return batch;
}

/** Records of a label byte and 3072 pixel bytes. */
function binaryBatch(bytes: Uint8Array, where: string): Batch {
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    throw badBatch(
      where,
      `it has ${bytes.length} bytes, which is not a whole number of images (${RECORD} bytes each)`,
    );
  }
  return {
    labels: Uint8Array.from({ length: bytes.length / RECORD }, (_, i) => bytes[i * RECORD]!),
    image: i => bytes.subarray(i * RECORD + 1, (i + 1) * RECORD),
  };
}

export function badBatch(where: string, what: string): CifarNormError {
  return new CifarNormError(
    'data',
    `${where}: ${what}`,
    'the file is damaged or is not a batch of CIFAR-10: fetch the archive again and compare its checksum',
  );
}
