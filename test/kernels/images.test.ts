/** Images made float while they are multiplied. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine, type Matrix } from '../../src/kernels/engine.ts';

describe.each(['float32', 'float64'] as const)('images as %s', dtype => {
  const engine = new Engine(dtype);
  const { kernels } = engine;
  const rounded = dtype === 'float32' ? Math.fround : (x: number) => x;

  it('are pixel - mean, rounded once, and their product is that of the matrix of them, bit for bit', () => {
    const shape = fc.record({
      n: fc.integer({ min: 1, max: 11 }),
      size: fc.integer({ min: 1, max: 150 }).map(quads => 4 * quads),
      h: fc.integer({ min: 1, max: 37 }),
    });
    fc.assert(
      fc.property(shape, fc.integer(), ({ n, size, h }, seed) => {
        engine.reset();
        const [pixels, mean] = [engine.allocate((n + 4) * size), engine.allocate(size * 8)];
        const [x, w, bias] = [engine.matrix(n, size), engine.matrix(size, h), engine.matrix(1, h)];
        const [plain, kept, unkept] = [engine.matrix(n, h), engine.matrix(n, h), engine.matrix(n, h)];
        const packing = engine.packing(n);
        const random = (i: number) => Math.abs(Math.sin(seed + i * 12.9898) * 43758.5453) % 1;
        const bytes = engine.bytes(pixels, n * size).map((_, i) => Math.floor(256 * random(i)));
        const means = Float64Array.from({ length: size }, (_, i) => 255 * random(-i));
        engine.bytes(pixels, n * size).set(bytes);
        engine.doubles(mean, size).set(means);
        engine.write(
          w,
          Float64Array.from({ length: size * h }, (_, i) => random(7 * i) - 0.5),
        );
        engine.write(
          bias,
          Float64Array.from({ length: h }, (_, i) => random(i / 3)),
        );

        const product = (into: number, { pointer, row }: Matrix) =>
          // biome-ignore format: the kernel's arguments
          kernels.gemmImages(n, h, size, pixels, mean, into, x.row, w.pointer, w.row, bias.pointer, pointer, row, packing);
        product(x.pointer, kept);
        product(0, unkept);
        expect(engine.read(x)).toEqual(
          Float64Array.from(bytes, (byte, i) => rounded(byte - means[i % size]!)),
        );
        // biome-ignore format: the kernel's arguments
        kernels.gemmNN(n, h, size, x.pointer, x.row, w.pointer, w.row, bias.pointer, plain.pointer, plain.row, packing);
        expect(engine.read(kept)).toEqual(engine.read(plain));
        expect(engine.read(unkept)).toEqual(engine.read(plain));
      }),
      { numRuns: 100 },
    );
  });
});
