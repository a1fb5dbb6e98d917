/**
 * The course's layers as forward and backward pairs, over matrices in an engine's memory: n is the number of rows that
 * count. The arithmetic is the kernels' (src/kernels/assembly), which cite their sources.
 */
import type { Engine, Matrix, Pointer } from '../kernels/engine.ts';

/** The course's constants. */
const EPS = 1e-5;
const MOMENTUM = 0.9;

/** What a normalization works on; in `out` and `dout` it works in place. */
export interface Normalized {
  /** (n, h): the input, and after the forward pass the output. */
  readonly out: Matrix;
  /** (n, h): the gradient of the output, and after the backward pass that of the input. */
  readonly dout: Matrix;
  /** (n, h): the normalized values, kept for the backward pass. */
  readonly xhat: Matrix;
  /** Standard deviations, kept too: (h) for batch norm, (n) for layer norm. */
  readonly std: Pointer;
  /** (h) each */
  readonly gamma: Pointer;
  readonly beta: Pointer;
  readonly dgamma: Pointer;
  readonly dbeta: Pointer;
  /** Column sums of the input's gradient: the gradient of the bias before it. */
  readonly db: Pointer;
  readonly runningMean: Pointer;
  readonly runningVar: Pointer;
  /** Whether the ReLU that follows is part of it. */
  readonly activated: boolean;
}

const tiled = (n: number) => Math.ceil(n / 4) * 4;

/** out = x w + b. x: (n, d), w: (d, h), b: (h); packing: engine.packing(n). */
export function affineForward(
  { kernels }: Engine,
  n: number,
  x: Matrix,
  w: Matrix,
  b: Pointer,
  out: Matrix,
  packing: Pointer,
) {
  // biome-ignore format: matrix by matrix
  kernels.gemmNN(tiled(n), w.cols, w.rows, x.pointer, x.row, w.pointer, w.row, b, out.pointer, out.row, packing);
}

/** dx = dout w^T. The gradients of w and b are made where they are used. */
export function affineBackward({ kernels }: Engine, n: number, dout: Matrix, w: Matrix, dx: Matrix) {
  // biome-ignore format: matrix by matrix
  kernels.gemmNT(tiled(n), w.rows, w.cols, dout.pointer, dout.row, w.pointer, w.row, dx.pointer, dx.row);
}

/** In place on `out`. */
export function reluForward({ kernels }: Engine, n: number, out: Matrix) {
  kernels.reluForward(n, out.cols, out.pointer, out.row);
}

/** In place on `dout`; db: (h), the gradient of the bias before the ReLU. */
export function reluBackward({ kernels }: Engine, n: number, dout: Matrix, out: Matrix, db: Pointer) {
  kernels.reluBackward(n, dout.cols, dout.pointer, out.pointer, dout.row, db);
}

export function batchnormForward({ kernels }: Engine, n: number, layer: Normalized, mode: 'train' | 'test') {
  const { gamma, beta, runningMean, runningVar, xhat, std, activated } = layer;
  const { pointer, row, cols } = layer.out;
  // biome-ignore-start format: argument by argument, as the kernels list them
  if (mode === 'train') {
    kernels.batchnormForward(
      n,
      cols,
      pointer,
      gamma,
      beta,
      EPS,
      MOMENTUM,
      runningMean,
      runningVar,
      xhat.pointer,
      std,
      pointer,
      row,
      Number(activated),
    );
  } else {
    kernels.batchnormTest(
      n,
      cols,
      pointer,
      gamma,
      beta,
      EPS,
      runningMean,
      runningVar,
      pointer,
      row,
      Number(activated),
    );
  }
  // biome-ignore-end format: argument by argument, as the kernels list them
}

/** By the simplified formula; the one that trains. */
export function batchnormBackwardAlt({ kernels }: Engine, n: number, layer: Normalized) {
  const { dout, xhat, std, gamma, dgamma, dbeta, db } = layer;
  // biome-ignore format: argument by argument
  kernels.batchnormBackwardAlt(n, dout.cols, dout.pointer, activeOutput(layer), xhat.pointer, std, gamma, dgamma, dbeta, db, dout.row);
}

/** Node by node through the graph; without ReLU, and without db. */
export function batchnormBackward({ kernels }: Engine, n: number, layer: Normalized) {
  const { dout, xhat, std, gamma, dgamma, dbeta } = layer;
  // biome-ignore format: argument by argument
  kernels.batchnormBackward(n, dout.cols, dout.pointer, xhat.pointer, std, gamma, dgamma, dbeta, dout.row);
}

export function layernormForward({ kernels }: Engine, n: number, layer: Normalized) {
  const { gamma, beta, xhat, std, activated } = layer;
  const { pointer, row, cols } = layer.out;
  // biome-ignore format: argument by argument
  kernels.layernormForward(n, cols, pointer, gamma, beta, EPS, xhat.pointer, std, pointer, row, Number(activated));
}

export function layernormBackward({ kernels }: Engine, n: number, layer: Normalized) {
  const { dout, xhat, std, gamma, dgamma, dbeta, db } = layer;
  // biome-ignore format: argument by argument
  kernels.layernormBackward(n, dout.cols, dout.pointer, activeOutput(layer), xhat.pointer, std, gamma, dgamma, dbeta, db, dout.row);
}

const activeOutput = (layer: Normalized): Pointer => (layer.activated ? layer.out.pointer : 0);
