/** One batch of the python version: a pickled dict with a uint8 array `data` (n, 3072) and a list `labels`. */
import { type Batch, badBatch } from './batches.ts';
import { IMAGE_SIZE } from './dataset.ts';
import { isObject, latin1, PickleError, type PickleValue, readPickle } from './pickle.ts';

/** The names that NumPy's arrays are pickled under. */
const ARRAY = 'numpy.core.multiarray._reconstruct';
const DTYPE = 'numpy.dtype';

/**
 * @param where the file's name, for errors
 * @throws CifarNormError (data) if the bytes are not such a batch
 */
export function readPythonBatch(bytes: Uint8Array, where: string): Batch {
  try {
    const dict = readPickle(bytes);
    if (!(dict instanceof Map)) throw new PickleError('it is no dict');
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

/** The bytes of a uint8 array (count, 3072) in C order: its state is (version, shape, dtype, is Fortran order, bytes). */
function pixelsOf(array: PickleValue | undefined, count: number): Uint8Array {
  if (!isObject(array)) throw new PickleError('it has no array of data');
  if (array.name !== ARRAY) throw new PickleError(`it calls ${array.name}, which CIFAR-10's files do not`);
  const [, shape, dtype, isFortran, pixels] = Array.isArray(array.state) ? array.state : [];
  if (!isObject(dtype) || dtype.name !== DTYPE) throw new PickleError('its data have no dtype');
  const type = dtype.args[0];
  const isBytes = type instanceof Uint8Array && latin1(type) === 'u1';
  const isShaped =
    Array.isArray(shape) && shape.length === 2 && shape[0] === count && shape[1] === IMAGE_SIZE;
  if (!isBytes || !isShaped || isFortran !== false)
    throw new PickleError(`its data are not uint8 of (${count}, 3072)`);
  if (!(pixels instanceof Uint8Array) || pixels.length !== count * IMAGE_SIZE) {
    throw new PickleError('its data are cut off');
  }
  return pixels;
}
