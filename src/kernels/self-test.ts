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
import type { Dtype, Numerics } from './numerics.ts';
import { STRIP } from './signatures.ts';

/** SHA-256 of what `step` returns. A new version in NUMERICS means new digests. */
const DIGESTS: Readonly<Record<Numerics, Readonly<Record<Dtype, string>>>> = {
  portable: {
    float32: '7780e6bb85ae241f7fc012d63f7385d00accbc05c4b16b888f8ad29c26979b0f',
    float64: '11c41894c9d59f8d919fd4c390dbd1cbb40cb90e6004f35797fa7df74be8cab2',
  },
  fused: {
    float32: '03835912822fccec1980b80d018117399ebc6616505d0f295b084960f7a2e37a',
    float64: 'c3e73b5ae104d156aec09c27ec86772b44cfcb27a852a4f7b2f47763b41e9f57',
  },
};

/** `portable`: the bits are the portable ones, where others are expected. `unstable`: they change from run to run. */
export type Verdict = 'right' | 'portable' | 'wrong' | 'unstable';

/** Runs a step of made-up numbers `runs` times on a back end's kernels (with WebAssembly's, where it has none). */
export function verdictOf(program: Program, bind: Bind<Kernels>, runs = 1): Verdict {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const kernels = bind(program, memory);
  const first = step(kernels, memory, program.dtype);
  for (let i = 1; i < runs; i++) {
    if (!step(kernels, memory, program.dtype).equals(first)) return 'unstable';
  }
  const digest = createHash('sha256').update(first).digest('hex');
  if (digest === DIGESTS[program.numerics][program.dtype]) return 'right';
  return digest === DIGESTS.portable[program.dtype] ? 'portable' : 'wrong';
}

/** Calls the kernels of a training step, and returns a copy of all elements that they worked on. */
function step(kernels: Kernels, memory: WebAssembly.Memory, dtype: Dtype): Buffer {
  const { Reals, matrix, row, bytes, packing, elements } = madeUpData(memory, kernels.heapBase(), dtype);
  const [n, d, h] = [11, 20, 18];
  const [x, out, plain, xhat, dout, dx] = [d, h, h, h, h, d].map(cols => matrix(n, cols)) as Six<Matrix>;
  const [w, dw, s1, s2] = [0, 1, 2, 3].map(() => matrix(d, h)) as Six<Matrix>;
  const [b, gamma, beta, mean, variance, std] = [h, h, h, h, h, h].map(row) as Six<Pointer>;
  const [dgamma, dbeta, db, rates, sums, hyper] = [h, h, h, d, 2, 8].map(row) as Six<Pointer>;
  const [pixels, image, labels, packed, strip] = [
    bytes((n + 4) * d),
    row(2 * d),
    bytes(n),
    packing(n),
    packing(STRIP),
  ];
  new Uint8Array(memory.buffer, labels, n).forEach((_, i, all) => {
    all[i] = i % h;
  });

  const rows = wholeTiles(n);
  const { stride } = out;
  // biome-ignore-start format: matrix by matrix
  kernels.gemmImages(
    n,
    h,
    d,
    pixels,
    image,
    x.pointer,
    x.stride,
    w.pointer,
    w.stride,
    b,
    out.pointer,
    stride,
    packed,
  );
  kernels.gemmNN(rows, h / 2, d, x.pointer, x.stride, w.pointer, w.stride, b, plain.pointer, stride, packed);
  kernels.reluForward(n, h / 2, plain.pointer, stride);
  kernels.batchnormForward(
    n,
    h,
    out.pointer,
    gamma,
    beta,
    1e-5,
    0.9,
    mean,
    variance,
    xhat.pointer,
    std,
    out.pointer,
    stride,
    1,
  );
  const loss = kernels.softmaxLoss(n, h, out.pointer, labels, dout.pointer, stride);
  kernels.batchnormBackwardAlt(
    n,
    h,
    dout.pointer,
    out.pointer,
    xhat.pointer,
    std,
    gamma,
    dgamma,
    dbeta,
    db,
    stride,
  );
  kernels.layernormForward(n, h, out.pointer, gamma, beta, 1e-5, xhat.pointer, std, out.pointer, stride, 1);
  kernels.layernormBackward(
    n,
    h,
    dout.pointer,
    out.pointer,
    xhat.pointer,
    std,
    gamma,
    dgamma,
    dbeta,
    db,
    stride,
  );
  kernels.batchnormTest(n, h, plain.pointer, gamma, beta, 1e-5, mean, variance, plain.pointer, stride, 0);
  kernels.reluBackward(n, h, dout.pointer, plain.pointer, stride, db);
  kernels.gemmNT(rows, d, h, dout.pointer, stride, w.pointer, w.stride, dx.pointer, dx.stride);
  kernels.columnSums(n, d, dx.pointer, dx.stride, rates);
  kernels.weightGradient(
    n,
    d,
    h,
    x.pointer,
    x.stride,
    dout.pointer,
    stride,
    0.1,
    w.pointer,
    dw.pointer,
    w.stride,
  );
  for (const rule of [0, 1, 2, 3]) {
    // RMSProp's state must not be negative, as momentum's may be: the bits of a NaN depend on the processor.
    const first = rule === 2 ? s2.pointer : s1.pointer;
    kernels.update(rule, d * w.stride, w.pointer, dw.pointer, first, s2.pointer, hyper);
    kernels.weightUpdate(
      n,
      d,
      h,
      x.pointer,
      x.stride,
      dout.pointer,
      stride,
      0.1,
      rule,
      w.pointer,
      first,
      s2.pointer,
      w.stride,
      strip,
      hyper,
    );
  }
  // biome-ignore-end format: matrix by matrix
  new Reals(memory.buffer, sums, 2).set([loss, kernels.sumOfSquares(d, h, w.pointer, w.stride)]);
  return elements();
}

type Six<Item> = [Item, Item, Item, Item, Item, Item];

/** Clears a memory and allocates matrices and rows of numbers between 0 and 1, and bytes. */
function madeUpData(memory: WebAssembly.Memory, bottom: Pointer, dtype: Dtype) {
  const Reals = dtype === 'float32' ? Float32Array : Float64Array;
  const to = bumpAllocator(dtype, bottom);
  const matrices: Matrix[] = [];
  let k = 0;
  const next = () => (k = (k + 7919) % 1009);
  new Uint8Array(memory.buffer, bottom).fill(0);
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
    bytes(count: number): Pointer {
      const pointer = to.allocate(count);
      const all = new Uint8Array(memory.buffer, pointer, count);
      for (let i = 0; i < count; i++) all[i] = next() % 256;
      return pointer;
    },
    packing: (rows: number): Pointer => allocatePacking(to, rows),
    /** The matrices without their padding, where kernels may leave anything. */
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
