// The first layer's product, on images stored as bytes.

import { addProduct, BLOCK, storeTransposed } from './gemm';
import { ROWS } from './micro-kernels';
import { rowBytes, VECTOR } from './vector';

/**
 * C = X B + bias, like gemmNN, where X = (pixels - high) - low. Stores X in x unless x is 0. pixels: (m, k) uint8,
 * followed by readable memory for 4 more rows; high, low: (k), the mean image in two terms (kernels/mean-terms.ts);
 * x: (m, k); k: a multiple of 4. X is converted block by block, so that a block is still in the second-level cache when it
 * is multiplied.
 */
export function gemmImages(
  m: i32, n: i32, k: i32, pixels: usize, high: usize, low: usize, x: usize, xStride: usize, b: usize,
  bStride: usize, bias: usize, c: usize, cStride: usize, packed: usize,
): void {
  const panelBytes = <usize>(ROWS * BLOCK) * sizeof<real>();
  for (let i = 0; i < m; i++) memory.copy(c + <usize>i * cStride, bias, rowBytes(n));
  for (let from = 0; from < k; from += BLOCK) {
    const steps = min(BLOCK, k - from);
    for (let i = 0, to = packed; i < m; i += ROWS, to += panelBytes) {
      const at = <usize>from * sizeof<real>(), rows = x ? x + <usize>i * xStride + at : 0;
      packImagePanel(steps, pixels + i * k + from, k, high + at, low + at, rows, xStride, to);
    }
    addProduct(m, n, steps, packed, panelBytes, ROWS * sizeof<real>(), b + <usize>from * bStride, bStride, c, cStride);
  }
}

/** Converts four rows of X and packs them like packPanel. */
function packImagePanel(
  k: i32, pixels: usize, pixelsStride: usize, high: usize, low: usize, x: usize, xStride: usize, out: usize,
): void {
  let p0 = pixels, p1 = p0 + pixelsStride, p2 = p1 + pixelsStride, p3 = p2 + pixelsStride;
  const lanes = VECTOR / sizeof<real>();
  for (const end = pixels + k; p0 < end; ) {
    const h = v128.load(high), l = v128.load(low);
    const x0 = difference(p0, h, l), x1 = difference(p1, h, l), x2 = difference(p2, h, l), x3 = difference(p3, h, l);
    storeTransposed(x0, x1, x2, x3, out);
    if (x) {
      v128.store(x, x0);
      v128.store(x + xStride, x1);
      v128.store(x + 2 * xStride, x2);
      v128.store(x + 3 * xStride, x3);
      x += VECTOR;
    }
    p0 += lanes; p1 += lanes; p2 += lanes; p3 += lanes;
    high += VECTOR; low += VECTOR;
    out += 4 * VECTOR;
  }
}

/** A vector of (pixel - high) - low. */
// @ts-ignore: decorator
@inline function difference(pixels: usize, high: v128, low: v128): v128 {
  const integers = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(pixels)));
  const reals = sizeof<real>() == 4 ? f32x4.convert_i32x4_s(integers) : f64x2.convert_low_i32x4_s(integers);
  return v128.sub<real>(v128.sub<real>(reals, high), low);
}
