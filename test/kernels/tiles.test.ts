/** The bits of a product do not depend on the shape of its tiles. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Engine } from '../../src/kernels/engine.ts';
import { compileKernels } from '../../src/kernels/wasm.ts';

it.each([
  ['float32', 'portable'],
  ['float64', 'portable'],
  ['float32', 'fused'],
] as const)('wide and narrow tiles agree, bit for bit (%s, %s)', (dtype, numerics) => {
  const engine = new Engine(dtype, compileKernels(dtype, numerics));
  const { kernels } = engine;
  const size = fc.integer({ min: 1, max: 70 });
  fc.assert(
    fc.property(size, size, fc.integer({ min: 1, max: 600 }), (m, n, k) => {
      engine.reset();
      const [a, b, bias, at] = [
        engine.matrix(m, k),
        engine.matrix(k, n),
        engine.matrix(1, n),
        engine.matrix(k, m),
      ];
      const packing = engine.packing(m);
      const numbers = (count: number) => Float64Array.from({ length: count }, (_, i) => Math.sin(i + m * k));
      engine.write(a, numbers(m * k));
      engine.write(at, numbers(m * k));
      engine.write(b, numbers(k * n).reverse());
      engine.write(bias, numbers(n));
      const products = [false, true].map(wide => {
        kernels.useWideTiles(wide);
        const [nn, tn] = [engine.matrix(m, n), engine.matrix(m, n)];
        // biome-ignore-start format: the kernels' arguments
        kernels.gemmNN(
          m,
          n,
          k,
          a.pointer,
          a.row,
          b.pointer,
          b.row,
          bias.pointer,
          nn.pointer,
          nn.row,
          packing,
        );
        kernels.gemmTN(m, n, k, at.pointer, at.row, b.pointer, b.row, tn.pointer, tn.row);
        // biome-ignore-end format: the kernels' arguments
        return [engine.read(nn), engine.read(tn)];
      });
      expect(products[1]).toEqual(products[0]);
    }),
    { numRuns: 60 },
  );
});
