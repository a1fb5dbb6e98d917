/** Whether native kernels compute the bits of WebAssembly's, over shapes that reach every tile and every tail. */
import type { Dtype } from '../engine.ts';
import type { NativeKernels } from './addon.ts';

/** 79 = 64 + 8 + 4 + 2 + 1: a whole panel of rows, then a tile of each height. */
const ROWS = 79;
/** 268 = 256 + 12: a whole block of steps, and one that no vector of 16 divides. */
const STEPS = 268;
/** 51 = 3 x 16 + 3 = 6 x 8 + 3 = 12 x 4 + 3, and so on: tiles of three, two and one vectors, then each rest. */
const COLUMNS = [51, 34, 29, 17, 11, 6, 1];
/** 23 = 2 x 8 + 4 + 2 + 1: two strips of weights, and a tile of each height. */
const WEIGHTS = 23;
const RULES = [0, 1, 2, 3];

const PAGE = 65_536;
/** Reals for each row of a packed matrix. */
const BLOCK = 256;

/** Runs both sets of kernels on equal numbers; takes some milliseconds. */
export function agrees(
  wasm: (memory: WebAssembly.Memory) => NativeKernels,
  native: (memory: WebAssembly.Memory) => NativeKernels,
  dtype: Dtype,
): boolean {
  return results(wasm, dtype).equals(results(native, dtype));
}

/** What the kernels leave in their matrices, without the padding. */
function results(bind: (memory: WebAssembly.Memory) => NativeKernels, dtype: Dtype): Buffer {
  const memory = new WebAssembly.Memory({ initial: 64 });
  const kernels = bind(memory);
  const [Reals, size] = dtype === 'float32' ? [Float32Array, 4] : [Float64Array, 8];
  const outputs: Buffer[] = [];
  let top = PAGE;
  let seed = 0;
  const random = () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return (seed + 1) / 2 ** 32;
  };

  const allocate = (bytes: number) => {
    const pointer = top;
    top = Math.ceil((top + bytes) / 64) * 64;
    return pointer;
  };
  const matrix = (rows: number, cols: number, number = random) => {
    const stride = Math.ceil((cols * size) / 32) * 32;
    const pointer = allocate((rows + 4) * stride);
    const elements = () => {
      const row = (i: number) => new Reals(memory.buffer, pointer + i * stride, cols);
      return Array.from({ length: rows }, (_, i) => row(i));
    };
    for (const row of elements()) row.set(row.map(number));
    const collect = () => outputs.push(...elements().map(row => Buffer.from(row.slice().buffer)));
    return { pointer, stride, collect };
  };
  const signed = () => random() - 0.5;

  const packed = allocate((ROWS + 1) * BLOCK * size);
  const bottom = top;
  for (const n of COLUMNS) {
    top = bottom;
    const k = n === COLUMNS[0] ? STEPS : 7;
    const [a, b, bias, c] = [matrix(ROWS, k, signed), matrix(k, n, signed), matrix(1, n), matrix(ROWS, n)];
    // biome-ignore format: matrix by matrix
    kernels.gemmNN(ROWS + 1, n, k, a.pointer, a.stride, b.pointer, b.stride, bias.pointer, c.pointer, c.stride, packed);
    c.collect();
  }

  top = bottom;
  const [m, n] = [7, 5];
  const pixels = allocate((m + 4) * STEPS);
  new Uint8Array(memory.buffer, pixels, m * STEPS).set(
    Array.from({ length: m * STEPS }, () => 256 * random()),
  );
  const mean = allocate(STEPS * 8);
  new Float64Array(memory.buffer, mean, STEPS).set(Array.from({ length: STEPS }, () => 255 * random()));
  const [x, b, bias, c] = [matrix(m, STEPS), matrix(STEPS, n, signed), matrix(1, n), matrix(m, n)];
  for (const kept of [0, x.pointer]) {
    // biome-ignore format: matrix by matrix
    kernels.gemmImages(m, n, STEPS, pixels, mean, kept, x.stride, b.pointer, b.stride, bias.pointer, c.pointer, c.stride, packed);
    c.collect();
  }
  x.collect();

  for (const h of [COLUMNS[0]!, 1]) {
    for (const rule of RULES) {
      top = bottom;
      const batch = rule === 0 ? STEPS : 9;
      const [x, dout, hyper] = [matrix(batch, WEIGHTS, signed), matrix(batch, h, signed), matrix(1, 8)];
      const w = matrix(WEIGHTS, h, signed);
      const [s1, s2, strip] = [matrix(WEIGHTS, h), matrix(WEIGHTS, h), matrix(WEIGHTS, h)];
      // biome-ignore format: matrix by matrix
      kernels.weightUpdate(batch, WEIGHTS, h, x.pointer, x.stride, dout.pointer, dout.stride, 0.1, rule, w.pointer, s1.pointer, s2.pointer, w.stride, strip.pointer, hyper.pointer);
      for (const changed of [w, s1, s2]) changed.collect();
    }
  }
  return Buffer.concat(outputs);
}
