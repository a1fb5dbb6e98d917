// From bytes to numbers: a minibatch becomes float when it is gathered.

import { packRows, ROWS } from './gemm';
import { rowBytes } from './vector';

/**
 * subtractMean, and the result packed for gemmPacked as well, while its rows are still in the cache. packed: room for n
 * rows, rounded up to 4.
 */
export function loadImages(
  n: i32,
  size: i32,
  pixels: usize,
  mean: usize,
  out: usize,
  outRow: usize,
  packed: usize,
): void {
  for (let i = 0; i < n; i += ROWS) {
    subtractMean(min(ROWS, n - i), size, pixels, mean, out, outRow);
    packRows(size, out, outRow, packed);
    pixels += <usize>(ROWS * size);
    out += <usize>ROWS * outRow;
    packed += <usize>ROWS * rowBytes(size);
  }
}

/** out = real(pixel - mean), the difference taken in f64. pixels: (n, size) uint8, mean: (size) f64, out: (n, size); size: a multiple of 4. */
function subtractMean(n: i32, size: i32, pixels: usize, mean: usize, out: usize, outRow: usize): void {
  for (let i = 0; i < n; i++, out += outRow) {
    let to = out;
    for (let j = 0, from = mean; j < size; j += 4, pixels += 4, from += 32, to += 4 * sizeof<real>()) {
      const quad = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(pixels)));
      const low = f64x2.sub(f64x2.convert_low_i32x4_s(quad), v128.load(from));
      const high = f64x2.sub(
        f64x2.convert_low_i32x4_s(v128.shuffle<i64>(quad, quad, 1, 1)),
        v128.load(from, 16),
      );
      if (sizeof<real>() == 4) {
        v128.store(to, v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2));
      } else {
        v128.store(to, low);
        v128.store(to, high, 16);
      }
    }
  }
}
