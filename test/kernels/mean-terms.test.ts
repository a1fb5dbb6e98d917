/** The mean image in two terms. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { meanTerms } from '../../src/kernels/mean-terms.ts';

const bytes = Array.from({ length: 256 }, (_, i) => i);

it('subtracting both terms in float32 equals subtracting the mean in float64 and rounding, for every byte', () => {
  const quotient = fc.tuple(fc.nat(12_495_000), fc.constant(49_000)).map(([sum, count]) => sum / count);
  // Where pixel - mean is tiny, the rounding of the second term is most likely to show.
  const nearInteger = fc
    .tuple(
      fc.integer({ min: 1, max: 254 }),
      fc.integer({ min: 2, max: 30 }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    )
    .map(([whole, exponent, part]) => whole + part * 2 ** -exponent);
  fc.assert(
    fc.property(fc.oneof(quotient, nearInteger, fc.double({ min: 1e-30, max: 255, noNaN: true })), mean => {
      const { high, low } = meanTerms(Float64Array.of(mean), 'float32')!;
      // Each store rounds to float32.
      const [first, second] = [Float32Array.from(high)[0]!, Float32Array.from(low)[0]!];
      const once = Float32Array.from(bytes, byte => byte - first);
      const twice = once.map(difference => difference - second);
      expect(twice).toEqual(Float32Array.from(bytes, byte => byte - mean));
    }),
    { numRuns: 1000 },
  );
});

it('gives no terms for a mean that has none', () => {
  expect(meanTerms(Float64Array.of(100, -1000 - 1 / 3), 'float32')).toBeUndefined();
  // 0 - mean rounds to -0.
  expect(meanTerms(Float64Array.of(Number.MIN_VALUE), 'float32')).toBeUndefined();
});
