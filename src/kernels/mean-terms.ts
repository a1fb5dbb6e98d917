/**
 * The mean image in two terms. Images are bytes, and the input of a net is pixel - mean, subtracted in float64 and rounded
 * once. Two subtractions in float32 give the same number in a quarter of the time. The term high is the mean rounded to a
 * multiple of 2^-16, so pixel - high has at most 24 bits and is exact. Subtracting low, the rest of the mean, rounds once.
 */
import type { Dtype } from './numerics.ts';

/** (inputDim) each, numbers of the dtype. */
export interface MeanTerms {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

const GRID = 2 ** 16;
const PIXELS = 256;
/** A float32 multiplied by this, and rounded, becomes its neighbor. */
const NEIGHBORS = [1, 1 + 0.75 * 2 ** -23, 1 - 0.75 * 2 ** -23];

/**
 * Terms for which (pixel - high) - low, computed in the dtype, equals pixel - mean, computed in float64 and rounded, for each
 * of the 256 values of a pixel. Undefined if there are none: then images must be converted before they are multiplied.
 * @param mean (inputDim) float64, between 0 and 255
 */
export function meanTerms(mean: Float64Array, dtype: Dtype): MeanTerms | undefined {
  if (dtype === 'float64') return { high: mean, low: new Float64Array(mean.length) };
  if (!known.has(mean)) known.set(mean, float32Terms(mean));
  return known.get(mean);
}

/** Kept because the check takes a few milliseconds, too long for every trial. */
const known = new WeakMap<Float64Array, MeanTerms | undefined>();

/**
 * low is rounded too, and rounding the difference may magnify that error: for some means, in one number in ten thousand.
 * Then the neighbor of low on the other side of the exact rest gives the right difference.
 */
function float32Terms(mean: Float64Array): MeanTerms | undefined {
  const high = mean.map(value => Math.fround(Math.round(value * GRID) / GRID));
  const low = mean.map((value, j) => {
    const nearest = Math.fround(value - high[j]!);
    const choices = NEIGHBORS.map(factor => Math.fround(factor * nearest));
    return choices.find(choice => isExact(value, high[j]!, choice)) ?? Number.NaN;
  });
  return low.some(Number.isNaN) ? undefined : { high, low };
}

/** Math.fround of the difference of two float32 numbers equals their difference in float32. */
function isExact(mean: number, high: number, low: number): boolean {
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    if (!Object.is(Math.fround(Math.fround(pixel - high) - low), Math.fround(pixel - mean))) return false;
  }
  return true;
}
