/**
 * The course's layers as pairs of forward and backward passes over matrices in an engine's memory. n is the number of
 * rows in use. The kernels (src/kernels/assembly) do the arithmetic and cite its sources.
 */
import type { Engine } from '../kernels/engine.ts';
import { type Matrix, type Pointer, wholeTiles } from '../kernels/matrix.ts';

/** Images as bytes, and the mean image that is subtracted from each, in two terms (kernels/mean-terms.ts). */
export interface ImageInput {
  /** (rows, inputDim) uint8, followed by readable memory for 4 more rows. */
  readonly pixels: Pointer;
  /** (2, inputDim) */
  readonly mean: Matrix;
}

/** An update rule's number, and where its state (like w) and its hyperparameters for this step lie. */
export interface UpdateArguments {
  readonly rule: number;
  readonly state: readonly [Pointer, Pointer];
  readonly hyper: Pointer;
}

/** out = x w + b. x: (n, d), w: (d, h), b: (h); packing: engine.packing(n). */
// biome-ignore format: matrix by matrix
export function affineForward({ kernels }: Engine, n: number, x: Matrix, w: Matrix, b: Pointer, out: Matrix, packing: Pointer) {
  kernels.gemmNN(wholeTiles(n), w.cols, w.rows, x.pointer, x.stride, w.pointer, w.stride, b, out.pointer, out.stride, packing);
}

/** out = x w + b with x = pixels - mean. Stores x, which the backward pass needs, if `keep`. */
// biome-ignore format: matrix by matrix
export function affineForwardImages({ kernels }: Engine, n: number, { pixels, mean }: ImageInput, keep: boolean, x: Matrix, w: Matrix, b: Pointer, out: Matrix, packing: Pointer) {
  kernels.gemmImages(n, w.cols, w.rows, pixels, mean.pointer, mean.pointer + mean.stride, keep ? x.pointer : 0, x.stride, w.pointer, w.stride, b, out.pointer, out.stride, packing);
}

/** dx = dout w^T. The gradients of w and b are computed by the functions below and by the layer that follows. */
// biome-ignore format: matrix by matrix
export function affineBackward({ kernels }: Engine, n: number, dout: Matrix, w: Matrix, dx: Matrix) {
  kernels.gemmNT(wholeTiles(n), w.rows, w.cols, dout.pointer, dout.stride, w.pointer, w.stride, dx.pointer, dx.stride);
}

/** dw = x^T dout + reg w. */
// biome-ignore format: matrix by matrix
export function weightGradient({ kernels }: Engine, n: number, x: Matrix, dout: Matrix, reg: number, w: Matrix, dw: Matrix) {
  kernels.weightGradient(n, w.rows, w.cols, x.pointer, x.stride, dout.pointer, dout.stride, reg, w.pointer, dw.pointer, w.stride);
}

/** Updates w with x^T dout + reg w, a strip of STRIP rows at a time, without storing the gradient. */
// biome-ignore format: matrix by matrix
export function updateWeights({ kernels }: Engine, n: number, x: Matrix, dout: Matrix, reg: number, w: Matrix, strip: Pointer, { rule, state, hyper }: UpdateArguments) {
  kernels.weightUpdate(n, w.rows, w.cols, x.pointer, x.stride, dout.pointer, dout.stride, reg, rule, w.pointer, state[0], state[1], w.stride, strip, hyper);
}

/** Updates w with its gradient dw, a matrix of the same shape. */
export function updateRows({ kernels }: Engine, w: Matrix, dw: Matrix, by: UpdateArguments) {
  const { rule, state, hyper } = by;
  kernels.update(rule, w.rows * w.stride, w.pointer, dw.pointer, state[0], state[1], hyper);
}

/** db = column sums of dout: the gradient of the last layer's bias. */
export function biasGradient({ kernels }: Engine, n: number, dout: Matrix, db: Pointer) {
  kernels.columnSums(n, dout.cols, dout.pointer, dout.stride, db);
}

/** In place on `out`. */
export function reluForward({ kernels }: Engine, n: number, out: Matrix) {
  kernels.reluForward(n, out.cols, out.pointer, out.stride);
}

/** In place on `dout`. db: (h), the gradient of the bias before the ReLU. */
export function reluBackward({ kernels }: Engine, n: number, dout: Matrix, out: Matrix, db: Pointer) {
  kernels.reluBackward(n, dout.cols, dout.pointer, out.pointer, dout.stride, db);
}

/** Returns the mean softmax loss and stores its gradient in dscores. labels: (n) uint8. */
export function softmaxLoss(
  { kernels }: Engine,
  n: number,
  scores: Matrix,
  labels: Pointer,
  dscores: Matrix,
) {
  return kernels.softmaxLoss(n, scores.cols, scores.pointer, labels, dscores.pointer, scores.stride);
}
