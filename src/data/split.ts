/** The split of CS231n's `get_CIFAR10_data`: training images, then validation images; the training mean is subtracted from all. */
import { expectArgument, isWhole } from '../arguments.ts';
import { CifarNormError } from '../errors.ts';
import { type Dataset, IMAGE_SIZE, type Images } from './dataset.ts';

/** @throws CifarNormError (data) if the dataset has fewer images than the split needs */
export function checkSplit(
  { train, source }: Dataset,
  { numTraining, numValidation }: { readonly numTraining: number; readonly numValidation: number },
): void {
  if (numTraining + numValidation <= train.count) return;
  throw new CifarNormError(
    'data',
    `${source} has ${train.count} training images, and numTraining + numValidation is ${numTraining + numValidation}`,
    'use the full CIFAR-10, or lower numTraining and numValidation with --set',
  );
}

/** Four pixels are summed at a time, as 16-bit halves of two words; a 16-bit half holds the sum of 256 bytes. */
const WORDS = IMAGE_SIZE / 4;
const MAX_BYTES_PER_SUM = 256;

/**
 * Mean of the first `count` images, at least one: (3072,) float64. The sum is exact and divided once, so it equals NumPy's
 * `mean(axis=0)`.
 */
export function meanImage({ pixels, count: most }: Images, count: number): Float64Array {
  expectArgument(isWhole(count, 1, most), 'meanImage: count', count, `a whole number from 1 to ${most}`);
  const sums = new Float64Array(IMAGE_SIZE);
  // A view of a part of a file may begin between two words.
  const aligned = pixels.byteOffset % 4 === 0 ? pixels : pixels.slice(0, count * IMAGE_SIZE);
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, count * WORDS);
  for (let first = 0; first < count; first += MAX_BYTES_PER_SUM) {
    const end = Math.min(first + MAX_BYTES_PER_SUM, count) * WORDS;
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
