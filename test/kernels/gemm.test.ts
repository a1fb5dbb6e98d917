/** Matrix products on every back end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeTiles } from '../../src/kernels/matrix.ts';
import { dtypes, NUMERICS, type Numerics } from '../../src/kernels/numerics.ts';
import { RandomState } from '../../src/random/random-state.ts';
import { backends, filled, productsOf } from './backends.ts';

const size = fc.integer({ min: 1, max: 40 });
const shapes = fc.record({ m: size, n: size, k: fc.integer({ min: 1, max: 600 }), seed: fc.nat(1000) });

/** Integers, so that products and sums are exact in both dtypes and results can be compared bit for bit. */
function integers(rows: number, cols: number, seed: number): Float64Array {
  return Float64Array.from(new RandomState(seed).randint(-9, 10, new Int32Array(rows * cols)));
}

function transposed(values: Float64Array, rows: number, cols: number): Float64Array {
  return values.map((_, i) => values[(i % rows) * cols + Math.floor(i / rows)]!);
}

/** A (m, k) times B (k, n), by the definition. */
function product(m: number, n: number, k: number, a: Float64Array, b: Float64Array): Float64Array {
  return new Float64Array(m * n).map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[p * n + j]!;
    return sum;
  });
}

const cases = backends.flatMap(backend => dtypes.map(dtype => ({ ...backend, dtype })));

describe.each(cases)(
  '$name, $dtype: products equal the definition for any shape',
  ({ engine: make, dtype }) => {
    const engine = make(dtype);
    const products = productsOf(engine);

    it('NN with a bias', () => {
      fc.assert(
        fc.property(shapes, ({ m, n, k, seed }) => {
          engine.reset();
          const [a, b, bias] = [integers(m, k, seed), integers(k, n, seed + 1), integers(1, n, seed + 2)];
          const [A, B, C] = [filled(engine, m, k, a), filled(engine, k, n, b), engine.matrix(m, n)];
          products.NN(wholeTiles(m), A, B, filled(engine, 1, n, bias).pointer, C, engine.packing(m));
          expect(engine.read(C)).toEqual(product(m, n, k, a, b).map((v, i) => v + bias[i % n]!));
        }),
      );
    });

    it('TN', () => {
      fc.assert(
        fc.property(shapes, ({ m, n, k, seed }) => {
          engine.reset();
          const [a, b] = [integers(k, m, seed), integers(k, n, seed + 1)];
          const [A, B, C] = [filled(engine, k, m, a), filled(engine, k, n, b), engine.matrix(m, n)];
          products.TN(A, B, C);
          expect(engine.read(C)).toEqual(product(m, n, k, transposed(a, k, m), b));
        }),
      );
    });

    it('NT', () => {
      fc.assert(
        fc.property(shapes, ({ m, n, k, seed }) => {
          engine.reset();
          const [a, b] = [integers(m, k, seed), integers(n, k, seed + 1)];
          const [A, B, C] = [filled(engine, m, k, a), filled(engine, n, k, b), engine.matrix(m, n)];
          products.NT(wholeTiles(m), A, B, C);
          expect(engine.read(C)).toEqual(product(m, n, k, a, transposed(b, n, k)));
        }),
      );
    });

    it('padding stays zero', () => {
      engine.reset();
      const [A, B] = [filled(engine, 3, 7, integers(3, 7, 1)), filled(engine, 7, 5, integers(7, 5, 2))];
      const C = engine.matrix(3, 5);
      products.NN(4, A, B, engine.matrix(1, 5).pointer, C, engine.packing(4));
      const stride = C.stride / engine.bytesPerReal;
      const all = engine.reals(C.pointer, 3 * stride);
      expect([...all].filter((v, i) => i % stride >= 5 && v !== 0)).toEqual([]);
    });
  },
);

describe.each(backends)('$name', ({ engine: make }) => {
  it.each([21, 22, 23, 24])('NN with %i columns sums in the order of k, in blocks of 256', n => {
    const engine = make('float32');
    const random = new RandomState(5);
    const [m, k] = [37, 700];
    const [a, b] = [random.randn(new Float64Array(m * k)), random.randn(new Float64Array(k * n))];
    const [A, B, C] = [filled(engine, m, k, a), filled(engine, k, n, b), engine.matrix(m, n)];
    productsOf(engine).NN(wholeTiles(m), A, B, engine.matrix(1, n).pointer, C, engine.packing(m));
    const inOrder = new Float64Array(m * n).map((_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let total = 0;
      for (let from = 0; from < k; from += 256) {
        let sum = 0;
        for (let p = from; p < Math.min(from + 256, k); p++) {
          sum = Math.fround(sum + Math.fround(Math.fround(a[i * k + p]!) * Math.fround(b[p * n + j]!)));
        }
        total = Math.fround(total + sum);
      }
      return total;
    });
    expect(engine.read(C)).toEqual(inOrder);
  });
});

const numerics = Object.keys(NUMERICS) as Numerics[];
it.each(numerics.flatMap(name => dtypes.map(dtype => [dtype, name] as const)))(
  'all back ends compute the same bits (%s, %s)',
  (dtype, name) => {
    const engines = backends.map(({ engine }) => engine(dtype, name));
    const size = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 600 }), (m, n, k) => {
        const numbers = (count: number) =>
          Float64Array.from({ length: count }, (_, i) => Math.sin(i + m * k));
        const [first, ...others] = engines.map(engine => {
          engine.reset();
          const products = productsOf(engine);
          const [a, at] = [filled(engine, m, k, numbers(m * k)), filled(engine, k, m, numbers(m * k))];
          const [b, bt] = [filled(engine, k, n, numbers(k * n)), filled(engine, n, k, numbers(k * n))];
          const bias = filled(engine, 1, n, numbers(n)).pointer;
          const [nn, tn, nt] = [engine.matrix(m, n), engine.matrix(m, n), engine.matrix(m, n)];
          products.NN(wholeTiles(m), a, b, bias, nn, engine.packing(m));
          products.TN(at, b, tn);
          products.NT(wholeTiles(m), a, bt, nt);
          return [nn, tn, nt].map(matrix => engine.read(matrix));
        });
        for (const other of others) expect(other).toEqual(first);
      }),
      { numRuns: 60 },
    );
  },
);
