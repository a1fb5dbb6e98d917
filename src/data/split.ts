/** The notebook's `get_CIFAR10_data`: training images first, validation images after them, one mean image for all. */
import { CifarNormError } from '../errors.ts';
import { type Dataset, IMAGE_SIZE, type Images } from './dataset.ts';

/** @throws CifarNormError (data) if the dataset has fewer images than the split asks for */
export function checkSplit(
  { train, source }: Dataset,
  { numTraining, numValidation }: { readonly numTraining: number; readonly numValidation: number },
): void {
  if (numTraining + numValidation <= train.count) return;
  throw new CifarNormError(
    'data',
    `${source} has ${train.count} training images, and numTraining + numValidation is ${numTraining + numValidation}`,
    'take the full CIFAR-10, or lower numTraining and numValidation with --set',
  );
}

/** Pixels are added four at a time, as two pairs of 16-bit numbers in two words; so many bytes fit into 16 bits. */
const WORDS = IMAGE_SIZE / 4;
const MOST_IN_16_BITS = 256;

/** Mean of the first `count` images: (3072) float64, the exact sum divided once, as NumPy's mean(axis=0) of the same bytes. */
export function meanImage({ pixels }: Images, count: number): Float64Array {
  const sums = new Float64Array(IMAGE_SIZE);
  const words = new Int32Array(pixels.buffer, pixels.byteOffset, count * WORDS);
  for (let first = 0; first < count; first += MOST_IN_16_BITS) {
    const end = Math.min(first + MOST_IN_16_BITS, count) * WORDS;
    for (let i = 0; i < WORDS; i++) {
      let even = 0;
      let odd = 0;
      for (let at = first * WORDS + i; at < end; at += WORDS) {
        const word = words[at]!;
        even = (even + (word & 0x00ff_00ff)) | 0;
        odd = (odd + ((word >>> 8) & 0x00ff_00ff)) | 0;
      }
      sums[4 * i]! += even & 0xffff;
      sums[4 * i + 1]! += odd & 0xffff;
      sums[4 * i + 2]! += even >>> 16;
      sums[4 * i + 3]! += odd >>> 16;
    }
  }
  return sums.map(sum => sum / count);
}
