/** The batch files of CIFAR-10's two versions. */
import { type Batch, badBatch } from './batch.ts';
import { IMAGE_SIZE, NUM_CLASSES } from './dataset.ts';
import { readPythonBatch } from './python-batch.ts';

/** `.bin` files, or Python pickles. */
export type Layout = 'binary' | 'python';

/** Images per batch; samples of CIFAR-10 may have fewer. */
export const BATCH_COUNT = 10_000;
const RECORD = 1 + IMAGE_SIZE;

/** A pickled batch holds 30,720,000 bytes of pixels, and about 300 KB of labels and file names. */
export const MAX_BATCH_BYTES = 32_000_000;

export function batchNames(layout: Layout): { readonly train: readonly string[]; readonly test: string } {
  const ending = layout === 'binary' ? '.bin' : '';
  return { train: [1, 2, 3, 4, 5].map(i => `data_batch_${i}${ending}`), test: `test_batch${ending}` };
}

/**
 * Reads one batch.
 * @param where the file's name, for errors
 * @throws CifarNormError (data) if the bytes are not a complete batch
 */
export function readBatch(layout: Layout, bytes: Uint8Array, where: string): Batch {
  const batch = layout === 'binary' ? binaryBatch(bytes, where) : readPythonBatch(bytes, where);
  const { length } = batch.labels;
  if (length > BATCH_COUNT) throw badBatch(where, `it has ${length} images; a batch has ${BATCH_COUNT}`);
  for (let i = 0; i < length; i++) {
    const label = batch.labels[i]!;
    if (!(label >= 0 && label < NUM_CLASSES))
      throw badBatch(where, `image ${i} has the label ${label}; labels are 0 to 9`);
  }
  return batch;
}

/** Records of one label byte and 3072 pixel bytes. */
function binaryBatch(bytes: Uint8Array, where: string): Batch {
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    throw badBatch(where, `it has ${bytes.length} bytes, not a multiple of ${RECORD} (one image)`);
  }
  return {
    labels: Uint8Array.from({ length: bytes.length / RECORD }, (_, i) => bytes[i * RECORD]!),
    image: i => bytes.subarray(i * RECORD + 1, (i + 1) * RECORD),
  };
}
