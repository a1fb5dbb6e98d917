// The affine layer's weight gradient, and the L2 regularization that goes with it. (Its forward pass is gemmNN, the
// gradient of its input gemmNT, the gradient of its bias a by-product of the layer after it.)

import { gemmTN } from './gemm';
import { update } from './update';
import { multiplyAdd, rowBytes, sumLanes, VECTOR, zero } from './vector';

/** Rows of weights whose gradient is held before it is used: few enough to stay in the first-level cache. */
export const STRIP: i32 = 8;

/** dw = x^T dout + reg w. x: (n, d), dout: (n, h), w and dw: (d, h) with the same row stride. */
export function weightGradient(
  n: i32,
  d: i32,
  h: i32,
  x: usize,
  xRow: usize,
  dout: usize,
  doutRow: usize,
  reg: real,
  w: usize,
  dw: usize,
  wRow: usize,
): void {
  gemmTN(d, h, n, x, xRow, dout, doutRow, dw, wRow);
  if (reg != 0) axpy(<usize>d * wRow, reg, w, dw);
}

/**
 * The same gradient, spent at once: strip by strip it goes into `strip` (STRIP rows) and from there into the weights,
 * so that weights and state pass through the processor once and no gradient goes to memory.
 */
export function weightUpdate(
  n: i32,
  d: i32,
  h: i32,
  x: usize,
  xRow: usize,
  dout: usize,
  doutRow: usize,
  reg: real,
  rule: i32,
  w: usize,
  s1: usize,
  s2: usize,
  wRow: usize,
  strip: usize,
  hyper: usize,
): void {
  for (let i = 0; i < d; i += STRIP) {
    const rows = min(STRIP, d - i);
    const at = <usize>i * wRow,
      bytes = <usize>rows * wRow;
    weightGradient(n, rows, h, x + <usize>i * sizeof<real>(), xRow, dout, doutRow, reg, w + at, strip, wRow);
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

/** Sum of the squares of w: (d, h). */
export function sumOfSquares(d: i32, h: i32, w: usize, wRow: usize): f64 {
  const width = rowBytes(h);
  let total: f64 = 0;
  for (let i = 0; i < d; i++, w += wRow) {
    let sum = zero();
    for (let j: usize = 0; j < width; j += VECTOR) {
      const v = v128.load(w + j);
      sum = multiplyAdd(sum, v, v);
    }
    total += <f64>sumLanes(sum);
  }
  return total;
}
