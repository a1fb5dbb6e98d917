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

/** SHA-256 of the elements that a step leaves. A new version in NUMERICS, or another step, means new digests. */
const DIGESTS: Readonly<Record<Numerics, Readonly<Record<Dtype, string>>>> = {
  portable: {
    float32: 'eebbda12591ee3969f5ff28a3027782dce07d596b51a01d33969a145e2c1bde0',
    float64: 'bc7efd7b8bc69ba7b0d7c8a3a539bec9283988b3acb77a59f808a7ddb115d796',
  },
  fused: {
    float32: '15f1295a9c752a6961ef5e252888eca275833ee55609b20fa9f3c48aac16a142',
    float64: 'c27f24d8e37194a00a4f0340d8c3f5f8ea63fbb62d04e35210aafbacbc2c7676',
  },
};

/** `portable`: the bits are the portable ones, where others are expected. `unstable`: they change from run to run. */
export type Verdict = 'right' | 'portable' | 'wrong' | 'unstable';

/** Runs a step of made-up numbers `runs` times on a back end's kernels (with WebAssembly's, where it has none). */
export function verdictOf(program: Program, bind: Bind<Kernels>, runs = 1): Verdict {
  try {
    return judged(program, bind, runs);
  } catch (error) {
    // A kernel that computes wrong addresses leaves the memory.
    if (error instanceof WebAssembly.RuntimeError) return 'wrong';
    throw error;
  }
}

function judged(program: Program, bind: Bind<Kernels>, runs: number): Verdict {
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

/**
 * Lays out made-up data for a step that calls every kernel. Each result is an element that the step leaves, or decides some.
 * Numbers are of both signs, so that a ReLU matters; those under a square root are not, because the bits of a NaN depend on
 * the processor.
 */
// biome-ignore format: matrix by matrix
function prepareStep(kernels: Kernels, memory: WebAssembly.Memory, dtype: Dtype) {
  const { Reals, matrix, row, positive, terms, bytes, packing, elements } = madeUpData(memory, kernels.heapBase(), dtype);
  // Sums longer than a block, columns for every micro-kernel, rows that end inside a tile, and groups that begin inside a vector.
  const [n, d, h, groups] = [11, BLOCK + 4, 18, 2];
  const [x, out, xhat, dout, dx, narrow] = [d, h, h, h, d, h / 2].map(cols => matrix(n, cols)) as Six<Matrix>;
  const [w, dw, s1] = [0, 1, 2].map(() => matrix(d, h)) as Six<Matrix>;
  const [b, gamma, beta, mean, db, rates] = [h, h, h, h, h, d].map(row) as Six<Pointer>;
  const [s2, cross] = [positive(d, h), matrix(h / 2, h)];
  const [variance, std, image, hyper, sums] = [h, n * groups, d, 8, 3].map(cols => positive(1, cols).pointer) as Six<Pointer>;
  /** The rows of one backward pass. */
  const gradients = (): [Pointer, Pointer, Pointer] => [row(h), row(h), row(h)];
  const [staged, batchnorm, layernorm, rmsnorm, groupnorm] = [gradients(), gradients(), gradients(), gradients(), gradients()];
  const [pixels, labels, packed, strip] = [bytes((n + 4) * d), bytes(n), packing(n), packing(STRIP)];
  new Uint8Array(memory.buffer, labels, n).forEach((_, i, all) => {
    all[i] = i % h;
  });

  const [high, low] = terms(new Float64Array(memory.buffer, image, d));
  const rows = wholeTiles(n);
  const { stride } = out;
  const run = () => {
    kernels.gemmImages(n, h, d, pixels, high, low, x.pointer, x.stride, w.pointer, w.stride, b, out.pointer, stride, packed);
    kernels.gemmNN(rows, h / 2, d, x.pointer, x.stride, w.pointer, w.stride, b, narrow.pointer, narrow.stride, packed);
    kernels.reluForward(n, h / 2, narrow.pointer, narrow.stride);
    kernels.batchnormForward(n, h, out.pointer, gamma, beta, 1e-5, 0.9, mean, variance, xhat.pointer, std, out.pointer, stride, 1);
    const loss = kernels.softmaxLoss(n, h, out.pointer, labels, dout.pointer, stride);
    const correct = kernels.countCorrect(n, h, out.pointer, labels, stride);
    kernels.batchnormBackward(n, h, dout.pointer, xhat.pointer, std, gamma, staged[0], staged[1], stride);
    kernels.batchnormBackwardAlt(n, h, dout.pointer, out.pointer, xhat.pointer, std, gamma, ...batchnorm, stride);
    kernels.layernormForward(n, h, out.pointer, gamma, beta, 1e-5, xhat.pointer, std, out.pointer, stride, 1);
    kernels.layernormBackward(n, h, dout.pointer, out.pointer, xhat.pointer, std, gamma, ...layernorm, stride);
    kernels.rmsnormForward(n, h, out.pointer, gamma, 1e-5, xhat.pointer, std, out.pointer, stride, 1);
    kernels.rmsnormBackward(n, h, dout.pointer, out.pointer, xhat.pointer, std, gamma, rmsnorm[0], rmsnorm[1], stride);
    kernels.groupnormForward(n, h, groups, out.pointer, gamma, beta, 1e-5, xhat.pointer, std, out.pointer, stride, 1);
    kernels.groupnormBackward(n, h, groups, dout.pointer, out.pointer, xhat.pointer, std, gamma, ...groupnorm, stride);
    kernels.batchnormTest(n, h / 2, narrow.pointer, gamma, beta, 1e-5, mean, variance, narrow.pointer, narrow.stride, 0);
    kernels.reluBackward(n, h, dout.pointer, xhat.pointer, stride, db);
    kernels.gemmTN(h / 2, h, n, narrow.pointer, narrow.stride, dout.pointer, stride, cross.pointer, cross.stride);
    kernels.gemmNT(rows, d, h, dout.pointer, stride, w.pointer, w.stride, dx.pointer, dx.stride);
    kernels.columnSums(n, d, dx.pointer, dx.stride, rates);
    kernels.weightGradient(n, d, h, x.pointer, x.stride, dout.pointer, stride, 0.1, w.pointer, dw.pointer, w.stride);
    for (const rule of [0, 1, 2, 3]) {
      // RMSProp's state is a mean of squares, momentum's is of both signs.
      const first = rule === 2 ? s2.pointer : s1.pointer;
      kernels.update(rule, d * w.stride, w.pointer, dw.pointer, first, s2.pointer, hyper);
      kernels.weightUpdate(n, d, h, x.pointer, x.stride, dout.pointer, stride, 0.1, rule, w.pointer, first, s2.pointer, w.stride, strip, hyper);
    }
    new Reals(memory.buffer, sums, 3).set([loss, correct, kernels.sumOfSquares(d, h, w.pointer, w.stride)]);
  };
  return { run, elements };
}

type Six<Item> = [Item, Item, Item, Item, Item, Item];

/** Allocates matrices and rows of numbers between -1 and 1 (`positive`: between 0 and 1), and bytes, on a new memory. */
function madeUpData(memory: WebAssembly.Memory, bottom: Pointer, dtype: Dtype) {
  const Reals = dtype === 'float32' ? Float32Array : Float64Array;
  const to = bumpAllocator(dtype, bottom);
  const matrices: Matrix[] = [];
  let k = 0;
  const next = () => (k = (k + 7919) % 1009);
  const filled =
    (number: () => number) =>
    (rows: number, cols: number): Matrix => {
      const made = allocateMatrix(to, rows, cols);
      for (let i = 0; i < rows; i++) {
        const reals = new Reals(memory.buffer, made.pointer + i * made.stride, cols);
        for (let j = 0; j < cols; j++) reals[j] = number();
      }
      matrices.push(made);
      return made;
    };
  const matrix = filled(() => (next() - 504) / 505);
  return {
    Reals,
    matrix,
    row: (cols: number): Pointer => matrix(1, cols).pointer,
    positive: filled(() => (next() + 1) / 1013),
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
