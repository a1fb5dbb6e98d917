import type { Dtype, Kernels } from './engine.ts';
import { isWidened } from './wasm.ts';

const N = 12;
const COLS = 18;
/** Rows are padded to 20 reals, and a block of memory has room for 24 of them. */
const PADDED = 20;
const FIRST = 65_536;
const BLOCKS = 14;

/**
 * The bytes that a module's kernels leave in memory after a step of training with made-up numbers: what two translations
 * of one module must agree on.
 */
export function resultsOf(module: WebAssembly.Module, dtype: Dtype): Buffer {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
  if (isWidened(module)) kernels.useWideTiles(true);
  const [Reals, size] = dtype === 'float32' ? [Float32Array, 4] : [Float64Array, 8];
  const row = PADDED * size;
  const block = (index: number) => FIRST + index * 24 * row;
  const [x, w, out, xhat, dout, dx, dw, m, v, packing] = Array.from({ length: 10 }, (_, i) =>
    block(i),
  ) as Ten;
  const rowAt = (index: number) => block(12) + index * row;
  const [b, gamma, beta, mean, variance, std, dgamma, dbeta, db, hyper] = Array.from({ length: 10 }, (_, i) =>
    rowAt(i),
  ) as Ten;

  const reals = new Reals(memory.buffer, FIRST, (block(BLOCKS) - FIRST) / size);
  for (let i = 0; i < reals.length; i++) reals[i] = i % PADDED < COLS ? (((i * 7919) % 1009) + 1) / 997 : 0;

  // biome-ignore-start format: the kernels' arguments
  kernels.gemmNN(N, COLS / 2, COLS, x, row, w, row, b, m, row, packing);
  kernels.gemmNN(N, COLS, COLS, x, row, w, row, b, out, row, packing);
  kernels.batchnormForward(N, COLS, out, gamma, beta, 1e-5, 0.9, mean, variance, xhat, std, out, row, 1);
  kernels.gemmNT(N, COLS, COLS, dout, row, w, row, dx, row);
  kernels.batchnormBackwardAlt(N, COLS, dx, out, xhat, std, gamma, dgamma, dbeta, db, row);
  kernels.layernormForward(N, COLS, out, gamma, beta, 1e-5, xhat, std, out, row, 1);
  kernels.layernormBackward(N, COLS, dx, out, xhat, std, gamma, dgamma, dbeta, db, row);
  kernels.weightGradient(N, COLS, COLS, x, row, dx, row, 0.1, w, dw, row);
  kernels.update(3, COLS * row, w, dw, m, v, hyper);
  // biome-ignore-end format: the kernels' arguments
  return Buffer.from(memory.buffer.slice(FIRST, block(BLOCKS)));
}

type Ten = [number, number, number, number, number, number, number, number, number, number];
