/** A batch of the Python version: a pickled dict of a uint8 array `data` (n, 3072) and a list `labels` (n). */
import { type Batch, badBatch } from './batch.ts';
import { IMAGE_SIZE } from './dataset.ts';
import { isObject, latin1, PickleError, type PickleValue, readPickle } from './pickle.ts';

/** Names in pickled NumPy arrays. */
const ARRAY = 'numpy.core.multiarray._reconstruct';
const DTYPE = 'numpy.dtype';

/**
 * @param where the file's name, for errors
 * @throws CifarNormError (data) if the bytes are not such a batch
 */
export function readPythonBatch(bytes: Uint8Array, where: string): Batch {
  try {
    const dict = readPickle(bytes);
    if (!(dict instanceof Map)) throw new PickleError('it is not a dict');
    const labels = dict.get('labels');
    if (!Array.isArray(labels) || labels.length === 0 || !labels.every(label => typeof label === 'number')) {
      throw new PickleError('it has no list of labels');
    }
    const pixels = pixelsOf(dict.get('data'), labels.length);
    return { labels, image: i => pixels.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE) };
  } catch (error) {
    throw error instanceof PickleError ? badBatch(where, error.message) : error;
  }
}

/** Bytes of a uint8 array (count, 3072) in C order; its state is (version, shape, dtype, Fortran order, bytes). */
function pixelsOf(array: PickleValue | undefined, count: number): Uint8Array {
  if (!isObject(array)) throw new PickleError('it has no data array');
  if (array.name !== ARRAY) throw new PickleError(`it calls ${array.name}, which no file of CIFAR-10 does`);
  const [, shape, dtype, isFortran, pixels] = Array.isArray(array.state) ? array.state : [];
  if (!isObject(dtype) || dtype.name !== DTYPE) throw new PickleError('its data array has no dtype');
  const type = dtype.args[0];
  const isBytes = type instanceof Uint8Array && latin1(type) === 'u1';
  const isShaped =
    Array.isArray(shape) && shape.length === 2 && shape[0] === count && shape[1] === IMAGE_SIZE;
  if (!isBytes || !isShaped || isFortran !== false)
    throw new PickleError(`its data array is not uint8 of shape (${count}, 3072)`);
  if (!(pixels instanceof Uint8Array) || pixels.length !== count * IMAGE_SIZE) {
    throw new PickleError('its data array is truncated');
  }
  return pixels;
}
