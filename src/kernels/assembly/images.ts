// The first layer's product, on images stored as bytes.

import { addProduct, BLOCK, storeTransposed } from './gemm';
import { ROWS } from './micro-kernels';
import { rowBytes, VECTOR } from './vector';

/**
 * C = X B + bias, like gemmNN, where X = real(pixels - mean), subtracted in f64. Stores X in x unless x is 0. pixels:
 * (m, k) uint8, followed by readable memory for 4 more rows; mean: (k) f64; x: (m, k); k: a multiple of 4. X is converted
 * block by block, so that a block is still in the second-level cache when it is multiplied.
 */
export function gemmImages(
  m: i32, n: i32, k: i32, pixels: usize, mean: usize, x: usize, xStride: usize, b: usize, bStride: usize, bias: usize,
  c: usize, cStride: usize, packed: usize,
): void {
  const panelBytes = <usize>(ROWS * BLOCK) * sizeof<real>();
  for (let i = 0; i < m; i++) memory.copy(c + <usize>i * cStride, bias, rowBytes(n));
  for (let from = 0; from < k; from += BLOCK) {
    const steps = min(BLOCK, k - from);
    for (let i = 0, to = packed; i < m; i += ROWS, to += panelBytes) {
      const rows = x ? x + <usize>i * xStride + <usize>from * sizeof<real>() : 0;
      packImagePanel(steps, pixels + i * k + from, k, mean + 8 * from, rows, xStride, to);
    }
    addProduct(m, n, steps, packed, panelBytes, ROWS * sizeof<real>(), b + <usize>from * bStride, bStride, c, cStride);
  }
}

/** Converts four rows of X and packs them like packPanel. */
function packImagePanel(
  k: i32, pixels: usize, pixelsStride: usize, mean: usize, x: usize, xStride: usize, out: usize,
): void {
  let p0 = pixels, p1 = p0 + pixelsStride, p2 = p1 + pixelsStride, p3 = p2 + pixelsStride;
  const lanes = VECTOR / sizeof<real>();
  for (const end = pixels + k; p0 < end; ) {
    const x0 = difference(p0, mean), x1 = difference(p1, mean), x2 = difference(p2, mean), x3 = difference(p3, mean);
    storeTransposed(x0, x1, x2, x3, out);
    if (x) {
      v128.store(x, x0);
      v128.store(x + xStride, x1);
      v128.store(x + 2 * xStride, x2);
      v128.store(x + 3 * xStride, x3);
      x += VECTOR;
    }
    p0 += lanes; p1 += lanes; p2 += lanes; p3 += lanes;
    mean += 8 * lanes;
    out += 4 * VECTOR;
  }
}

/** A vector of real(pixel - mean). */
// @ts-ignore: decorator
@inline function difference(pixels: usize, mean: usize): v128 {
  const quad = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(pixels)));
  const low = f64x2.sub(f64x2.convert_low_i32x4_s(quad), v128.load(mean));
  if (sizeof<real>() == 8) return low;
  const high = f64x2.sub(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(quad, quad, 1, 1)), v128.load(mean, VECTOR));
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
