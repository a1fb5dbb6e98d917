import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dtype, Engine, type Matrix } from '../../src/kernels/engine.ts';
import { RandomState } from '../../src/random/random-state.ts';

const size = fc.integer({ min: 1, max: 40 });
const shapes = fc.record({ m: size, n: size, k: fc.integer({ min: 1, max: 600 }), seed: fc.nat(1000) });
const tiled = (n: number) => Math.ceil(n / 4) * 4;
const dtypes: Dtype[] = ['float32', 'float64'];

/** Whole numbers, whose products and sums are exact in either type: the product must be right to the last bit. */
function wholeNumbers(rows: number, cols: number, seed: number): Float64Array {
  return Float64Array.from(new RandomState(seed).randint(-9, 10, new Int32Array(rows * cols)));
}

function filled(engine: Engine, rows: number, cols: number, values: Float64Array): Matrix {
  const matrix = engine.matrix(rows, cols);
  engine.write(matrix, values);
  return matrix;
}

function product(
  m: number,
  n: number,
  k: number,
  at: (i: number, p: number) => number,
  bt: (p: number, j: number) => number,
) {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) for (let p = 0; p < k; p++) c[i * n + j]! += at(i, p) * bt(p, j);
  return c;
}

describe.each(dtypes)('products in %s equal the definition, exactly, for any shape', dtype => {
  it('NN with a bias', () => {
    fc.assert(
      fc.property(shapes, ({ m, n, k, seed }) => {
        const engine = new Engine(dtype);
        const [a, b, bias] = [
          wholeNumbers(m, k, seed),
          wholeNumbers(k, n, seed + 1),
          wholeNumbers(1, n, seed + 2),
        ];
        const [A, B, C] = [filled(engine, m, k, a), filled(engine, k, n, b), engine.matrix(m, n)];
        const { pointer } = filled(engine, 1, n, bias);
        engine.kernels.gemmNN(
          tiled(m),
          n,
          k,
          A.pointer,
          A.row,
          B.pointer,
          B.row,
          pointer,
          C.pointer,
          C.row,
          engine.packing(64),
        );
        const expected = product(
          m,
          n,
          k,
          (i, p) => a[i * k + p]!,
          (p, j) => b[p * n + j]!,
        );
        expect(engine.read(C)).toEqual(expected.map((v, i) => v + bias[i % n]!));
      }),
    );
  });

  it('TN', () => {
    fc.assert(
      fc.property(shapes, ({ m, n, k, seed }) => {
        const engine = new Engine(dtype);
        const [a, b] = [wholeNumbers(k, m, seed), wholeNumbers(k, n, seed + 1)];
        const [A, B, C] = [filled(engine, k, m, a), filled(engine, k, n, b), engine.matrix(m, n)];
        engine.kernels.gemmTN(m, n, k, A.pointer, A.row, B.pointer, B.row, C.pointer, C.row);
        expect(engine.read(C)).toEqual(
          product(
            m,
            n,
            k,
            (i, p) => a[p * m + i]!,
            (p, j) => b[p * n + j]!,
          ),
        );
      }),
    );
  });

  it('NT', () => {
    fc.assert(
      fc.property(shapes, ({ m, n, k, seed }) => {
        const engine = new Engine(dtype);
        const [a, b] = [wholeNumbers(m, k, seed), wholeNumbers(n, k, seed + 1)];
        const [A, B, C] = [filled(engine, m, k, a), filled(engine, n, k, b), engine.matrix(m, n)];
        engine.kernels.gemmNT(tiled(m), n, k, A.pointer, A.row, B.pointer, B.row, C.pointer, C.row);
        expect(engine.read(C)).toEqual(
          product(
            m,
            n,
            k,
            (i, p) => a[i * k + p]!,
            (p, j) => b[j * k + p]!,
          ),
        );
      }),
    );
  });

  it('padding stays zero', () => {
    const engine = new Engine(dtype);
    const [A, B] = [filled(engine, 3, 7, wholeNumbers(3, 7, 1)), filled(engine, 7, 5, wholeNumbers(7, 5, 2))];
    const C = engine.matrix(3, 5);
    const zero = engine.matrix(1, 5).pointer;
    engine.kernels.gemmNN(
      4,
      5,
      7,
      A.pointer,
      A.row,
      B.pointer,
      B.row,
      zero,
      C.pointer,
      C.row,
      engine.packing(64),
    );
    const all = engine.reals(C.pointer, (3 * C.row) / engine.bytesPerReal);
    const stride = C.row / engine.bytesPerReal;
    expect([...all].filter((_, i) => i % stride >= 5).every(v => v === 0)).toBe(true);
  });
});

it.each([21, 22, 23, 24])(
  'the sum of NN runs in the order of k in blocks of 256, also with %i columns',
  n => {
    const engine = new Engine('float32');
    const random = new RandomState(5);
    const [m, k] = [37, 700];
    const [a, b] = [random.randn(new Float64Array(m * k)), random.randn(new Float64Array(k * n))];
    const [A, B, C] = [filled(engine, m, k, a), filled(engine, k, n, b), engine.matrix(m, n)];
    const zero = engine.matrix(1, n).pointer;
    engine.kernels.gemmNN(
      tiled(m),
      n,
      k,
      A.pointer,
      A.row,
      B.pointer,
      B.row,
      zero,
      C.pointer,
      C.row,
      engine.packing(64),
    );
    const inOrder = new Float64Array(m * n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let from = 0; from < k; from += 256) {
          let sum = 0;
          for (let p = from; p < Math.min(from + 256, k); p++) {
            sum = Math.fround(sum + Math.fround(Math.fround(a[i * k + p]!) * Math.fround(b[p * n + j]!)));
          }
          total = Math.fround(total + sum);
        }
        inOrder[i * n + j] = total;
      }
    }
    expect(engine.read(C)).toEqual(inOrder);
  },
);
