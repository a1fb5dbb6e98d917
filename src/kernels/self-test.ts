/** Compares a back end's bits with those that are written down for its numerics. */
import { createHash } from 'node:crypto';
import type { Bind, Kernels, Program } from './backend.ts';
import {
  allocateMatrix,
  allocatePacking,
  bumpAllocator,
  type Matrix,
  type Pointer,
  wholeTiles,
} from './matrix.ts';
import { meanTerms } from './mean-terms.ts';
import type { Dtype, Numerics } from './numerics.ts';
import { BLOCK, STRIP } from './signatures.ts';
import { newMemory } from './wasm/memory.ts';

/** SHA-256 of the elements that a step leaves. A new version in NUMERICS means new digests. */
const DIGESTS: Readonly<Record<Numerics, Readonly<Record<Dtype, string>>>> = {
  portable: {
    float32: '96e5d915f559a4763fbf578c7dfac6ef1a61b28b6f7f50dc096c53edb4a55ea7',
    float64: '6eaf5b6bdfab72910df5dd2d92613363635388e164afc3b66840dabb9c8ca357',
  },
  fused: {
    float32: '05fd2bed33c0b24ca7ab9c37740238e27f01ea81232ea23a3c2ef9c5128d48d2',
    float64: '4d930a025777e6a1dcf5a11ae27e556ab62e63f4564f46a17eb39ad5af655352',
  },
};

/** `portable`: the bits are the portable ones, where others are expected. `unstable`: they change from run to run. */
export type Verdict = 'right' | 'portable' | 'wrong' | 'unstable';

/** Runs a step of made-up numbers `runs` times on a back end's kernels (with WebAssembly's, where it has none). */
export function verdictOf(program: Program, bind: Bind<Kernels>, runs = 1): Verdict {
  const memory = newMemory({ initial: 8 });
  const bytes = Buffer.from(memory.buffer);
  const { run, elements } = prepareStep(bind(program, memory), memory, program.dtype);
  const before = Buffer.from(bytes);
  run();
  const digest = createHash('sha256').update(elements()).digest('hex');
  const after = Buffer.from(bytes);
  for (let i = 1; i < runs; i++) {
    bytes.set(before);
    run();
    if (!bytes.equals(after)) return 'unstable';
  }
  if (digest === DIGESTS[program.numerics][program.dtype]) return 'right';
  return digest === DIGESTS.portable[program.dtype] ? 'portable' : 'wrong';
}

/** Lays out made-up data for a step that calls the kernels of training. */
// biome-ignore format: matrix by matrix
function prepareStep(kernels: Kernels, memory: WebAssembly.Memory, dtype: Dtype) {
  const { Reals, matrix, row, terms, bytes, packing, elements } = madeUpData(memory, kernels.heapBase(), dtype);
  // Sums longer than a block, columns for every micro-kernel, and rows that end inside a tile.
  const [n, d, h] = [11, BLOCK + 4, 18];
  const [x, out, plain, xhat, dout, dx] = [d, h, h, h, h, d].map(cols => matrix(n, cols)) as Six<Matrix>;
  const [w, dw, s1, s2] = [0, 1, 2, 3].map(() => matrix(d, h)) as Six<Matrix>;
  const [b, gamma, beta, mean, variance, std] = [h, h, h, h, h, h].map(row) as Six<Pointer>;
  const [dgamma, dbeta, db, rates, sums, hyper] = [h, h, h, d, 2, 8].map(row) as Six<Pointer>;
  const [pixels, image, labels, packed, strip] = [bytes((n + 4) * d), row(2 * d), bytes(n), packing(n), packing(STRIP)];
  new Uint8Array(memory.buffer, labels, n).forEach((_, i, all) => {
    all[i] = i % h;
  });

  const [high, low] = terms(new Float64Array(memory.buffer, image, d));
  const rows = wholeTiles(n);
  const { stride } = out;
  const run = () => {
    kernels.gemmImages(n, h, d, pixels, high, low, x.pointer, x.stride, w.pointer, w.stride, b, out.pointer, stride, packed);
    kernels.gemmNN(rows, h / 2, d, x.pointer, x.stride, w.pointer, w.stride, b, plain.pointer, stride, packed);
    kernels.reluForward(n, h / 2, plain.pointer, stride);
    kernels.batchnormForward(n, h, out.pointer, gamma, beta, 1e-5, 0.9, mean, variance, xhat.pointer, std, out.pointer, stride, 1);
    const loss = kernels.softmaxLoss(n, h, out.pointer, labels, dout.pointer, stride);
    kernels.batchnormBackwardAlt(n, h, dout.pointer, out.pointer, xhat.pointer, std, gamma, dgamma, dbeta, db, stride);
    kernels.layernormForward(n, h, out.pointer, gamma, beta, 1e-5, xhat.pointer, std, out.pointer, stride, 1);
    kernels.layernormBackward(n, h, dout.pointer, out.pointer, xhat.pointer, std, gamma, dgamma, dbeta, db, stride);
    kernels.batchnormTest(n, h, plain.pointer, gamma, beta, 1e-5, mean, variance, plain.pointer, stride, 0);
    kernels.reluBackward(n, h, dout.pointer, plain.pointer, stride, db);
    kernels.gemmNT(rows, d, h, dout.pointer, stride, w.pointer, w.stride, dx.pointer, dx.stride);
    kernels.columnSums(n, d, dx.pointer, dx.stride, rates);
    kernels.weightGradient(n, d, h, x.pointer, x.stride, dout.pointer, stride, 0.1, w.pointer, dw.pointer, w.stride);
    for (const rule of [0, 1, 2, 3]) {
      // RMSProp's state must not be negative, as momentum's may be: the bits of a NaN depend on the processor.
      const first = rule === 2 ? s2.pointer : s1.pointer;
      kernels.update(rule, d * w.stride, w.pointer, dw.pointer, first, s2.pointer, hyper);
      kernels.weightUpdate(n, d, h, x.pointer, x.stride, dout.pointer, stride, 0.1, rule, w.pointer, first, s2.pointer, w.stride, strip, hyper);
    }
    new Reals(memory.buffer, sums, 2).set([loss, kernels.sumOfSquares(d, h, w.pointer, w.stride)]);
  };
  return { run, elements };
}

type Six<Item> = [Item, Item, Item, Item, Item, Item];

/** Allocates matrices and rows of numbers between 0 and 1, and bytes, on a new memory. */
function madeUpData(memory: WebAssembly.Memory, bottom: Pointer, dtype: Dtype) {
  const Reals = dtype === 'float32' ? Float32Array : Float64Array;
  const to = bumpAllocator(dtype, bottom);
  const matrices: Matrix[] = [];
  let k = 0;
  const next = () => (k = (k + 7919) % 1009);
  const matrix = (rows: number, cols: number): Matrix => {
    const made = allocateMatrix(to, rows, cols);
    for (let i = 0; i < rows; i++) {
      const reals = new Reals(memory.buffer, made.pointer + i * made.stride, cols);
      for (let j = 0; j < cols; j++) reals[j] = (next() + 1) / 1013;
    }
    matrices.push(made);
    return made;
  };
  return {
    Reals,
    matrix,
    row: (cols: number): Pointer => matrix(1, cols).pointer,
    /** A mean image in two terms. */
    terms(mean: Float64Array): [high: Pointer, low: Pointer] {
      const { high, low } = meanTerms(mean, dtype)!;
      return [high, low].map(numbers => {
        const pointer = to.allocate(numbers.length * to.bytesPerReal);
        new Reals(memory.buffer, pointer, numbers.length).set(numbers);
        return pointer;
      }) as [Pointer, Pointer];
    },
    bytes(count: number): Pointer {
      const pointer = to.allocate(count);
      const all = new Uint8Array(memory.buffer, pointer, count);
      for (let i = 0; i < count; i++) all[i] = next() % 256;
      return pointer;
    },
    packing: (rows: number): Pointer => allocatePacking(to, rows),
    /** A copy of the matrices without their padding, where kernels may leave anything. */
    elements: (): Buffer =>
      Buffer.concat(
        matrices.flatMap(({ pointer, rows, cols, stride }) =>
          Array.from({ length: rows }, (_, i) =>
            Buffer.from(memory.buffer, pointer + i * stride, cols * to.bytesPerReal),
          ),
        ),
      ),
  };
}
