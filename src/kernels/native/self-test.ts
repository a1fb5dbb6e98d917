/** Compares the bits of native kernels with those of WebAssembly, over shapes that reach every tile and every tail. */
import type { Dtype } from '../numerics.ts';
import { newMemory } from '../wasm/memory.ts';
import type { NativeKernels } from './addon.ts';

export type Shape =
  | { readonly kernel: 'gemmNN' | 'gemmImages'; readonly m: number; readonly n: number; readonly k: number }
  | {
      readonly kernel: 'weightUpdate';
      readonly n: number;
      readonly d: number;
      readonly h: number;
      readonly rule: number;
    };

/** Kernels that work on a memory. */
export type Bind = (memory: WebAssembly.Memory) => NativeKernels;

/** 51 = 3 x 16 + 3 = 6 x 8 + 3 = 12 x 4 + 3, and so on: tiles of three, two and one vectors, then each rest. */
const COLUMNS = [51, 34, 29, 17, 11, 6, 1];
/** 268 = 256 + 12: a whole block of steps, and one that no vector of 16 divides. */
const STEPS = 268;

const SHAPES: readonly Shape[] = [
  // 79 = 64 + 8 + 4 + 2 + 1: a whole panel of rows, then a tile of each height.
  ...COLUMNS.map(n => ({ kernel: 'gemmNN', m: 79, n, k: 7 }) as const),
  { kernel: 'gemmNN', m: 15, n: 51, k: STEPS },
  { kernel: 'gemmImages', m: 7, n: 5, k: STEPS },
  // 23 = 2 x 8 + 4 + 2 + 1: two strips of weights, then a tile of each height.
  ...[0, 1, 2, 3].map(rule => ({ kernel: 'weightUpdate', n: 9, d: 23, h: 51, rule }) as const),
  ...[0, 1, 2, 3].map(rule => ({ kernel: 'weightUpdate', n: STEPS, d: 15, h: 1, rule }) as const),
];

/** Whether both sets of kernels leave the same bits, given the same operands. */
export function agrees(wasm: Bind, native: Bind, dtype: Dtype, shapes: readonly Shape[] = SHAPES): boolean {
  return results(wasm, dtype, shapes).equals(results(native, dtype, shapes));
}

/** What the kernels leave in their matrices, padding included. */
function results(bind: Bind, dtype: Dtype, shapes: readonly Shape[]): Buffer {
  const memory = newMemory({ initial: 2, maximum: 256 });
  const kernels = bind(memory);
  const outputs: Buffer[] = [];
  for (const shape of shapes) {
    const { matrix, bytes, packing } = madeUpOperands(memory, dtype);
    switch (shape.kernel) {
      case 'gemmNN': {
        const { m, n, k } = shape;
        const [a, b, bias, c] = [matrix(m, k), matrix(k, n), matrix(1, n), matrix(m, n)];
        const rows = wholeTiles(m);
        // biome-ignore format: matrix by matrix
        kernels.gemmNN(rows, n, k, a.pointer, a.stride, b.pointer, b.stride, bias.pointer, c.pointer, c.stride, packing(m));
        outputs.push(c.bits());
        break;
      }
      case 'gemmImages': {
        const { m, n, k } = shape;
        const [pixels, packed] = [bytes((m + 4) * k), packing(m)];
        const [high, low, x, b, bias] = [
          matrix(1, k),
          matrix(1, k),
          matrix(m, k),
          matrix(k, n),
          matrix(1, n),
        ];
        for (const kept of [0, x.pointer]) {
          const c = matrix(m, n);
          // biome-ignore format: matrix by matrix
          kernels.gemmImages(m, n, k, pixels, high.pointer, low.pointer, kept, x.stride, b.pointer, b.stride, bias.pointer, c.pointer, c.stride, packed);
          outputs.push(c.bits());
        }
        outputs.push(x.bits());
        break;
      }
      case 'weightUpdate': {
        const { n, d, h, rule } = shape;
        const [x, dout, hyper] = [matrix(n, d), matrix(n, h), matrix(1, 7)];
        const [w, s1, s2, strip] = [matrix(d, h), matrix(d, h), matrix(d, h), matrix(d, h)];
        // biome-ignore format: matrix by matrix
        kernels.weightUpdate(n, d, h, x.pointer, x.stride, dout.pointer, dout.stride, 0.1, rule, w.pointer, s1.pointer, s2.pointer, w.stride, strip.pointer, hyper.pointer);
        outputs.push(w.bits(), s1.bits(), s2.bits());
        break;
      }
      default:
        shape satisfies never;
    }
  }
  return Buffer.concat(outputs);
}

const PAGE = 65_536;
/** Steps that WebAssembly packs at a time. */
const BLOCK = 256;
const wholeTiles = (rows: number) => 4 * Math.ceil(rows / 4);

/** Fills a memory with operands of numbers between 0 and 1, from its second page up: the first is the module's own. */
function madeUpOperands(memory: WebAssembly.Memory, dtype: Dtype) {
  const [Reals, size] = dtype === 'float32' ? [Float32Array, 4] : [Float64Array, 8];
  let top = PAGE;
  let state = 1;
  /** A linear congruential generator: Numerical Recipes, section 7.1. */
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const allocate = (count: number) => {
    const pointer = top;
    top += 64 * Math.ceil(count / 64);
    const missing = top - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return pointer;
  };
  return {
    matrix(rows: number, cols: number) {
      const stride = 32 * Math.ceil((cols * size) / 32);
      const pointer = allocate(wholeTiles(rows) * stride);
      const reals = new Reals(memory.buffer, pointer, (wholeTiles(rows) * stride) / size).fill(0);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < cols; j++) reals[(i * stride) / size + j] = random();
      }
      const bits = () => Buffer.from(memory.buffer.slice(pointer, pointer + rows * stride));
      return { pointer, stride, bits };
    },
    bytes(count: number) {
      const pointer = allocate(count);
      const all = new Uint8Array(memory.buffer, pointer, count);
      for (let i = 0; i < count; i++) all[i] = 256 * random();
      return pointer;
    },
    packing: (rows: number) => allocate(wholeTiles(rows) * BLOCK * size),
  };
}
