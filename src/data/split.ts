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

/** Mean of the first `count` images: (3072) float64, the exact sum divided once, as NumPy's mean(axis=0) of the same bytes. */
export function meanImage({ pixels }: Images, count: number): Float64Array {
  const sums = new Uint32Array(IMAGE_SIZE);
  for (let from = 0; from < count * IMAGE_SIZE; from += IMAGE_SIZE) {
    for (let i = 0; i < IMAGE_SIZE; i++) sums[i]! += pixels[from + i]!;
  }
  return Float64Array.from(sums, sum => sum / count);
}
