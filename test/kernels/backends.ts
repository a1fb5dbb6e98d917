/** The back ends that this folder's tests run on. To test another, add a row. */
import { setFlagsFromString } from 'node:v8';
import { INSTRUCTION_SETS, type InstructionSet } from '../../src/kernels/backend.ts';
import { compileProgram } from '../../src/kernels/choose-backend.ts';
import { Engine } from '../../src/kernels/engine.ts';
import type { Matrix, Pointer } from '../../src/kernels/matrix.ts';
import type { Dtype, Numerics } from '../../src/kernels/numerics.ts';
import { v8FlagsFor } from '../../src/kernels/wasm/v8-flags.ts';

for (const flag of v8FlagsFor('fused')) setFlagsFromString(flag);

export const backends = [
  {
    name: 'wasm',
    engine: (dtype: Dtype, numerics?: Numerics) =>
      new Engine(compileProgram(dtype, numerics, { kernels: 'wasm' })),
  },
  {
    name: 'wasm, wide',
    engine: (dtype: Dtype, numerics?: Numerics) =>
      new Engine(compileProgram(dtype, numerics, { wide: true, kernels: 'wasm' })),
  },
  // Only the sets that this machine has.
  ...INSTRUCTION_SETS.filter(kernels => isHere(kernels)).map(kernels => ({
    name: kernels,
    engine: (dtype: Dtype, numerics?: Numerics) => new Engine(compileProgram(dtype, numerics, { kernels })),
  })),
];

function isHere(kernels: InstructionSet): boolean {
  try {
    return compileProgram('float32', 'portable', { kernels }).native === kernels;
  } catch {
    return false;
  }
}

/** A new matrix with these row-major values. */
export function filled(engine: Engine, rows: number, cols: number, values: ArrayLike<number>): Matrix {
  const matrix = engine.matrix(rows, cols);
  engine.write(matrix, values);
  return matrix;
}

/** The products with matrices as arguments; m is the number of rows to compute. */
// biome-ignore format: matrix by matrix
export const productsOf = ({ kernels }: Engine) => ({
  NN: (m: number, a: Matrix, b: Matrix, bias: Pointer, c: Matrix, packing: Pointer) =>
    kernels.gemmNN(m, b.cols, b.rows, a.pointer, a.stride, b.pointer, b.stride, bias, c.pointer, c.stride, packing),
  TN: (a: Matrix, b: Matrix, c: Matrix) =>
    kernels.gemmTN(a.cols, b.cols, a.rows, a.pointer, a.stride, b.pointer, b.stride, c.pointer, c.stride),
  NT: (m: number, a: Matrix, b: Matrix, c: Matrix) =>
    kernels.gemmNT(m, b.rows, b.cols, a.pointer, a.stride, b.pointer, b.stride, c.pointer, c.stride),
  images: (n: number, pixels: Pointer, mean: Matrix, x: Pointer, stride: number, w: Matrix, bias: Pointer, c: Matrix, packing: Pointer) =>
    kernels.gemmImages(n, w.cols, w.rows, pixels, mean.pointer, mean.pointer + mean.stride, x, stride, w.pointer, w.stride, bias, c.pointer, c.stride, packing),
});
