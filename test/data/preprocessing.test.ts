/** Checks the sums, means and values that define the notebook's preprocessings. */
import { describe, expect, it } from 'vitest';
import type { Preprocessing } from '../../src/config/schema.ts';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { pixelStatistics, preparations } from '../../src/data/preprocessing.ts';
import { RandomState } from '../../src/random/random-state.ts';

const count = 12;
const random = new RandomState(1);
const pixels = Uint8Array.from(random.randint(0, 256, new Int32Array(count * IMAGE_SIZE)));
const images = { count, pixels, labels: new Uint8Array(count) };
const imageAt = (i: number) => pixels.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE);

function prepared(kind: Preprocessing, image: Uint8Array): Float64Array {
  const out = new Float64Array(IMAGE_SIZE);
  preparations[kind]!(image, out, pixelStatistics(kind, images, count));
  return out;
}
const sum = (values: Float64Array) => values.reduce((total, v) => total + v, 0);

describe('preprocessing', () => {
  it('perImage: the numbers of an image sum to 1', () => {
    expect(sum(prepared('perImage', imageAt(3)))).toBeCloseTo(1, 12);
  });

  it('perPixelRow: the numbers of each row of pixels, of all channels, sum to 1', () => {
    const image = prepared('perPixelRow', imageAt(3));
    for (let row = 0; row < 32; row++)
      expect(sum(image.filter((_, j) => Math.floor(j / 32) % 32 === row))).toBeCloseTo(1, 12);
  });

  it('standardize: each pixel has mean 0 and deviation 1 over the training images', () => {
    const all = Array.from({ length: count }, (_, i) => prepared('standardize', imageAt(i)));
    for (const j of [0, 1000, IMAGE_SIZE - 1]) {
      const column = Float64Array.from(all, image => image[j]!);
      expect(sum(column) / count).toBeCloseTo(0, 12);
      expect(sum(column.map(v => v * v)) / count).toBeCloseTo(1, 12);
    }
  });

  it('threshold: 1 above 127, else 0', () => {
    expect(
      [
        ...prepared(
          'threshold',
          Uint8Array.from({ length: IMAGE_SIZE }, (_, j) => 126 + (j % 4)),
        ),
      ].slice(0, 4),
    ).toEqual([0, 0, 1, 1]);
  });

  it('a black image stays black', () => {
    for (const kind of ['perImage', 'perPixelRow'] as const)
      expect(sum(prepared(kind, new Uint8Array(IMAGE_SIZE)))).toBe(0);
  });
});
