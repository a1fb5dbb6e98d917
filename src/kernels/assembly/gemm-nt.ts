// The product with B transposed. Each element sums V interleaved parts along k, and adds the parts at the end.

import { multiplyAdd, rowBytes, VECTOR, zero } from './vector';

/** C = A B^T. A: (m, k), B: (n, k), C: (m, n). A and C have memory for an even number of rows, B for a multiple of 4. */
export function gemmNT(
  m: i32, n: i32, k: i32, a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize,
): void {
  const width = rowBytes(k);
  for (let j = 0; j < n; j += 4) {
    const bTile = b + <usize>j * bStride;
    const cTile = c + <usize>j * sizeof<real>();
    for (let i: usize = 0; i < <usize>m; i += 2) ntMicroKernel(width, a + i * aStride, aStride, bTile, bStride, cTile + i * cStride, cStride);
  }
}

/** Eight dot products at once: 2 rows of A by 4 rows of B. */
function ntMicroKernel(width: usize, a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize): void {
  let a0 = a, a1 = a + aStride, b0 = b, b1 = b + bStride, b2 = b + 2 * bStride, b3 = b + 3 * bStride;
  let s00 = zero(), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
  for (const end = a + width; a0 < end; ) {
    const x0 = v128.load(a0), x1 = v128.load(a1);
    const y0 = v128.load(b0); s00 = multiplyAdd(s00, x0, y0); s10 = multiplyAdd(s10, x1, y0);
    const y1 = v128.load(b1); s01 = multiplyAdd(s01, x0, y1); s11 = multiplyAdd(s11, x1, y1);
    const y2 = v128.load(b2); s02 = multiplyAdd(s02, x0, y2); s12 = multiplyAdd(s12, x1, y2);
    const y3 = v128.load(b3); s03 = multiplyAdd(s03, x0, y3); s13 = multiplyAdd(s13, x1, y3);
    a0 += VECTOR; a1 += VECTOR; b0 += VECTOR; b1 += VECTOR; b2 += VECTOR; b3 += VECTOR;
  }
  storeSums(c, s00, s01, s02, s03);
  storeSums(c + cStride, s10, s11, s12, s13);
}

/** Stores the lane sums of four vectors side by side, each summed in the order of sumLanes. */
// @ts-ignore: decorator
@inline function storeSums(c: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  if (sizeof<real>() == 4) {
    const low = f32x4.add(v128.shuffle<i32>(s0, s1, 0, 1, 4, 5), v128.shuffle<i32>(s0, s1, 2, 3, 6, 7));
    const high = f32x4.add(v128.shuffle<i32>(s2, s3, 0, 1, 4, 5), v128.shuffle<i32>(s2, s3, 2, 3, 6, 7));
    v128.store(c, f32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7)));
  } else {
    v128.store(c, f64x2.add(v128.shuffle<i64>(s0, s1, 0, 2), v128.shuffle<i64>(s0, s1, 1, 3)));
    v128.store(c, f64x2.add(v128.shuffle<i64>(s2, s3, 0, 2), v128.shuffle<i64>(s2, s3, 1, 3)), VECTOR);
  }
}
