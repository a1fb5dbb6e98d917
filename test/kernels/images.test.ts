/** Products that convert images to floating point on the fly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeTiles } from '../../src/kernels/matrix.ts';
import { meanTerms } from '../../src/kernels/mean-terms.ts';
import { dtypes } from '../../src/kernels/numerics.ts';
import { backends, filled, productsOf } from './backends.ts';

const cases = backends.flatMap(backend => dtypes.map(dtype => ({ ...backend, dtype })));

describe.each(cases)('$name: images as $dtype', ({ engine: make, dtype }) => {
  const engine = make(dtype);
  const products = productsOf(engine);
  const rounded = dtype === 'float32' ? Math.fround : (x: number) => x;

  it('are pixel - mean, rounded once, and their product equals NN on the same numbers, bit for bit', () => {
    const shape = fc.record({
      n: fc.integer({ min: 1, max: 11 }),
      size: fc.integer({ min: 1, max: 150 }).map(quads => 4 * quads),
      h: fc.integer({ min: 1, max: 37 }),
    });
    fc.assert(
      fc.property(shape, fc.integer(), ({ n, size, h }, seed) => {
        engine.reset();
        const random = (i: number) => Math.abs(Math.sin(seed + i * 12.9898) * 43758.5453) % 1;
        const numbers = (count: number, step: number) =>
          Float64Array.from({ length: count }, (_, i) => random(step * i) - 0.5);
        const pixels = engine.allocate((n + 4) * size);
        const [x, packing] = [engine.matrix(n, size), engine.packing(n)];
        const w = filled(engine, size, h, numbers(size * h, 7));
        const bias = filled(engine, 1, h, numbers(h, 1 / 3)).pointer;
        const [plain, kept, unkept] = [engine.matrix(n, h), engine.matrix(n, h), engine.matrix(n, h)];
        const bytes = Uint8Array.from({ length: n * size }, (_, i) => Math.floor(256 * random(i)));
        const means = Float64Array.from({ length: size }, (_, i) => 255 * random(-i));
        engine.bytes(pixels, n * size).set(bytes);
        const terms = meanTerms(means, dtype);
        fc.pre(terms !== undefined);
        const mean = filled(engine, 2, size, [...terms.high, ...terms.low]);

        products.images(n, pixels, mean, x.pointer, x.stride, w, bias, kept, packing);
        products.images(n, pixels, mean, 0, x.stride, w, bias, unkept, packing);
        expect(engine.read(x)).toEqual(
          Float64Array.from(bytes, (byte, i) => rounded(byte - means[i % size]!)),
        );
        products.NN(wholeTiles(n), x, w, bias, plain, packing);
        expect(engine.read(kept)).toEqual(engine.read(plain));
        expect(engine.read(unkept)).toEqual(engine.read(plain));
      }),
      { numRuns: 60 },
    );
  });
});
