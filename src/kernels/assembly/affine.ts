// The weight gradient of an affine layer, with L2 regularization. The forward pass is gemmNN and the gradient of the
// input gemmNT; the layer above computes the gradient of the bias in its own backward pass.

import { gemmTN } from './gemm';
import { update } from './update';
import { multiplyAdd, rowBytes, sumLanes, VECTOR, zero } from './vector';

/** Rows of the gradient that weightUpdate holds at a time: few enough to stay in the first-level cache. */
export const STRIP: i32 = 8;

/** dw = x^T dout + reg w. x: (n, d), dout: (n, h); w, dw: (d, h) with the same stride. */
export function weightGradient(
  n: i32,
  d: i32,
  h: i32,
  x: usize,
  xStride: usize,
  dout: usize,
  doutStride: usize,
  reg: real,
  w: usize,
  dw: usize,
  wStride: usize,
): void {
  gemmTN(d, h, n, x, xStride, dout, doutStride, dw, wStride);
  if (reg != 0) axpy(<usize>d * wStride, reg, w, dw);
}

/**
 * Computes the same gradient and applies the update rule to it, STRIP rows at a time through the buffer `strip` (STRIP
 * rows of dw). Weights and state are read and written once, and the whole gradient is never stored.
 */
export function weightUpdate(
  n: i32,
  d: i32,
  h: i32,
  x: usize,
  xStride: usize,
  dout: usize,
  doutStride: usize,
  reg: real,
  rule: i32,
  w: usize,
  s1: usize,
  s2: usize,
  wStride: usize,
  strip: usize,
  hyper: usize,
): void {
  for (let i = 0; i < d; i += STRIP) {
    const rows = min(STRIP, d - i);
    const at = <usize>i * wStride,
      bytes = <usize>rows * wStride;
    weightGradient(n, rows, h, x + <usize>i * sizeof<real>(), xStride, dout, doutStride, reg, w + at, strip, wStride);
    update(rule, bytes, w + at, strip, s1 + at, s2 + at, hyper);
  }
}

/** y += alpha x. */
function axpy(bytes: usize, alpha: real, x: usize, y: usize): void {
  const factor = v128.splat<real>(alpha);
  for (const end = x + bytes; x < end; x += VECTOR, y += VECTOR) {
    v128.store(y, multiplyAdd(v128.load(y), factor, v128.load(x)));
  }
}

/** The sum of the squared elements of w: (d, h). */
export function sumOfSquares(d: i32, h: i32, w: usize, wStride: usize): f64 {
  const width = rowBytes(h);
  let total: f64 = 0;
  for (let i = 0; i < d; i++, w += wStride) {
    let sum = zero();
    for (let j: usize = 0; j < width; j += VECTOR) {
      const v = v128.load(w + j);
      sum = multiplyAdd(sum, v, v);
    }
    total += <f64>sumLanes(sum);
  }
  return total;
}
