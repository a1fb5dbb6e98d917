/** The kinds of preprocessing, one row each. */
import type { Preprocessing } from '../config/schema.ts';
import { IMAGE_SIZE, type Images } from './dataset.ts';
import { meanImage } from './split.ts';

/** (3072) float64 each, from the training split. */
export interface PixelStatistics {
  /** Subtracted from each image. */
  readonly mean: Float64Array;
  /** For `standardize`: the standard deviation of each pixel, 1 where it is 0; else empty. */
  readonly deviation: Float64Array;
}

/** The statistics of the first `count` images that a kind of preprocessing needs. */
export function pixelStatistics(kind: Preprocessing, images: Images, count: number): PixelStatistics {
  const none = new Float64Array(0);
  if (kind === 'meanImage') return { mean: meanImage(images, count), deviation: none };
  if (kind !== 'standardize') return { mean: new Float64Array(IMAGE_SIZE), deviation: none };
  const mean = meanImage(images, count);
  const squares = new Float64Array(IMAGE_SIZE);
  for (let i = 0, at = 0; i < count; i++)
    for (let j = 0; j < IMAGE_SIZE; j++, at++) squares[j]! += (images.pixels[at]! - mean[j]!) ** 2;
  return { mean, deviation: squares.map(sum => Math.sqrt(sum / count) || 1) };
}

export type Prepare = (pixels: Uint8Array, image: Float64Array, statistics: PixelStatistics) => void;

/**
 * Writes the numbers of an image. Undefined if they are pixels - mean, which the first layer's product computes from the
 * bytes. `perImage` and `perPixelRow` are the notebook's: they make the RGB numbers of an image, or of each of its 32 rows
 * of pixels, sum to 1. Black images and rows stay 0.
 */
export const preparations: Readonly<Record<Preprocessing, Prepare | undefined>> = {
  meanImage: undefined,
  none: undefined,
  standardize: (pixels, image, { mean, deviation }) => {
    for (let j = 0; j < IMAGE_SIZE; j++) image[j] = (pixels[j]! - mean[j]!) / deviation[j]!;
  },
  perImage: (pixels, image) => {
    let sum = 0;
    for (const pixel of pixels) sum += pixel;
    for (let j = 0; j < IMAGE_SIZE; j++) image[j] = pixels[j]! / (sum || 1);
  },
  perPixelRow: (pixels, image) => {
    const sums = new Float64Array(ROWS);
    for (let j = 0; j < IMAGE_SIZE; j++) sums[rowOf(j)]! += pixels[j]!;
    for (let j = 0; j < IMAGE_SIZE; j++) image[j] = pixels[j]! / (sums[rowOf(j)] || 1);
  },
  threshold: (pixels, image) => {
    for (let j = 0; j < IMAGE_SIZE; j++) image[j] = pixels[j]! > 127 ? 1 : 0;
  },
};

const ROWS = 32;
/** The row of pixels that a number belongs to. The three channels follow one another. */
const rowOf = (index: number): number => Math.floor(index / 32) % ROWS;
