/** Synthetic images: the same bytes everywhere, and like photographs in the ways the notebook needs. */
import { describe, expect, it } from 'vitest';
import { IMAGE_SIZE, type Images, SYNTHETIC_FINGERPRINT } from '../../src/data/dataset.ts';
import { generateSynthetic } from '../../src/data/synthetic.ts';

const FINGERPRINT = '86dc1b10e87ae282e22ceef5bdb23822f613ceebc8d3db916bc7ae90a7791d5c';

describe('synthetic images', async () => {
  const { train, test, fingerprint } = await generateSynthetic({ test: true });
  const some = 5000;
  const pixelsOf = ({ pixels }: Images, image: number) =>
    pixels.subarray(image * IMAGE_SIZE, (image + 1) * IMAGE_SIZE);
  const variance = (values: ArrayLike<number>) => {
    const list = Float64Array.from(values);
    const mean = list.reduce((sum, v) => sum + v, 0) / list.length;
    return list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / list.length;
  };

  it('are the same on every machine', async () => {
    expect(fingerprint).toBe(FINGERPRINT);
    expect(SYNTHETIC_FINGERPRINT).toBe(FINGERPRINT);
    expect((await generateSynthetic({ test: false })).fingerprint).toBe(FINGERPRINT);
  });

  it('have the same number of images of each class, in random order', () => {
    for (const [images, each] of [
      [train, 5000],
      [test!, 1000],
    ] as const) {
      const counts = new Array<number>(10).fill(0);
      for (const label of images.labels) counts[label]!++;
      expect(counts).toEqual(Array(10).fill(each));
    }
    // A tenth of shuffled labels equal their neighbour, with a standard deviation of 0.0013.
    const equal = train.labels.filter((label, i) => label === train.labels[i + 1]).length / train.count;
    expect(Math.abs(equal - 0.1)).toBeLessThan(0.01);
  });

  it('are all different, including test images', () => {
    const seen = new Set<string>();
    for (const images of [train, test!]) {
      for (let i = 0; i < 2000; i++) seen.add(Buffer.from(pixelsOf(images, i)).toString('latin1'));
    }
    expect(seen.size).toBeGreaterThan(3990);
  });

  it('have contrast that grows with distance, as photographs do', () => {
    const meanSquare = (distance: number) => {
      let sum = 0;
      let count = 0;
      for (let image = 0; image < 500; image++) {
        const pixels = pixelsOf(train, image);
        for (let y = 0; y < 32; y++) {
          for (let x = 0; x + distance < 32; x++) {
            sum += (pixels[y * 32 + x + distance]! - pixels[y * 32 + x]!) ** 2;
            count++;
          }
        }
      }
      return sum / count;
    };
    const differences = [1, 2, 4, 8, 16].map(meanSquare);
    for (const [i, difference] of differences.slice(1).entries())
      expect(difference).toBeGreaterThan(1.2 * differences[i]!);
    // In white noise all are equal: twice the variance.
    expect(differences[0]!).toBeLessThan(0.5 * variance(train.pixels.subarray(0, 500 * IMAGE_SIZE)));
  });

  it('vary far more within classes than between them, but class means differ', () => {
    const sums = Array.from({ length: 10 }, () => new Float64Array(IMAGE_SIZE));
    const counts = new Array<number>(10).fill(0);
    for (let image = 0; image < some; image++) {
      const label = train.labels[image]!;
      counts[label]!++;
      const pixels = pixelsOf(train, image);
      for (let i = 0; i < IMAGE_SIZE; i++) sums[label]![i]! += pixels[i]!;
    }
    const means = sums.map((sum, label) => sum.map(v => v / counts[label]!));
    const total = Array.from({ length: 200 }, (_, place) =>
      variance(Array.from({ length: some }, (_, image) => train.pixels[image * IMAGE_SIZE + place * 15]!)),
    );
    const between = Array.from({ length: 200 }, (_, place) => variance(means.map(mean => mean[place * 15]!)));
    const share = between.reduce((a, b) => a + b) / total.reduce((a, b) => a + b);
    expect(share).toBeLessThan(0.2);
    // Means of 500 images each of one distribution would differ by a 500th of the variance.
    expect(share).toBeGreaterThan(5 / 500);
  });
});
