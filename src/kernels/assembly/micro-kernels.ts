// Micro-kernels of NN and TN: each adds the product of k columns of A and k rows of B to a tile of C. A step along k reads
// 4 elements of A at a; aStep and bStride are the bytes to the next step.

import { multiplyAdd, VECTOR, zero } from './vector';

/**
 * Rows of C in a tile. V8 loads all operands of a step before it computes: 4 x 2 sums, 2 vectors of B and 4 of A take 14
 * of its 15 registers. A fifth row would spill sums to the stack and halve the speed.
 */
// @ts-ignore: decorator
@inline export const ROWS: i32 = 4;

/** Four vectors wide. Where V8 holds two vectors in one register, its 16 sums fit, and hide each other's latency. */
export function wideMicroKernel(k: i32, a: usize, aStep: usize, b: usize, bStride: usize, c: usize, cStride: usize): void {
  let s00 = zero(), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
  let s20 = s00, s21 = s00, s22 = s00, s23 = s00, s30 = s00, s31 = s00, s32 = s00, s33 = s00;
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, VECTOR), b2 = v128.load(b, 2 * VECTOR), b3 = v128.load(b, 3 * VECTOR);
    const x0 = v128.load_splat<real>(a);
    s00 = multiplyAdd(s00, x0, b0); s01 = multiplyAdd(s01, x0, b1); s02 = multiplyAdd(s02, x0, b2); s03 = multiplyAdd(s03, x0, b3);
    const x1 = v128.load_splat<real>(a, sizeof<real>());
    s10 = multiplyAdd(s10, x1, b0); s11 = multiplyAdd(s11, x1, b1); s12 = multiplyAdd(s12, x1, b2); s13 = multiplyAdd(s13, x1, b3);
    const x2 = v128.load_splat<real>(a, 2 * sizeof<real>());
    s20 = multiplyAdd(s20, x2, b0); s21 = multiplyAdd(s21, x2, b1); s22 = multiplyAdd(s22, x2, b2); s23 = multiplyAdd(s23, x2, b3);
    const x3 = v128.load_splat<real>(a, 3 * sizeof<real>());
    s30 = multiplyAdd(s30, x3, b0); s31 = multiplyAdd(s31, x3, b1); s32 = multiplyAdd(s32, x3, b2); s33 = multiplyAdd(s33, x3, b3);
    a += aStep;
    b += bStride;
  }
  addPair(c, s00, s01); addPair(c + 2 * VECTOR, s02, s03); c += cStride;
  addPair(c, s10, s11); addPair(c + 2 * VECTOR, s12, s13); c += cStride;
  addPair(c, s20, s21); addPair(c + 2 * VECTOR, s22, s23); c += cStride;
  addPair(c, s30, s31); addPair(c + 2 * VECTOR, s32, s33);
}

/** Two vectors wide. */
export function microKernel(k: i32, a: usize, aStep: usize, b: usize, bStride: usize, c: usize, cStride: usize): void {
  let s00 = zero(), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, VECTOR);
    const x0 = v128.load_splat<real>(a); s00 = multiplyAdd(s00, x0, b0); s01 = multiplyAdd(s01, x0, b1);
    const x1 = v128.load_splat<real>(a, sizeof<real>()); s10 = multiplyAdd(s10, x1, b0); s11 = multiplyAdd(s11, x1, b1);
    const x2 = v128.load_splat<real>(a, 2 * sizeof<real>()); s20 = multiplyAdd(s20, x2, b0); s21 = multiplyAdd(s21, x2, b1);
    const x3 = v128.load_splat<real>(a, 3 * sizeof<real>()); s30 = multiplyAdd(s30, x3, b0); s31 = multiplyAdd(s31, x3, b1);
    a += aStep;
    b += bStride;
  }
  addPair(c, s00, s01); c += cStride;
  addPair(c, s10, s11); c += cStride;
  addPair(c, s20, s21); c += cStride;
  addPair(c, s30, s31);
}

/** One vector wide, for the right edge of C. (8 rows would hide the latency of the sums, but spill them.) */
export function edgeMicroKernel(k: i32, a: usize, aStep: usize, b: usize, bStride: usize, c: usize, cStride: usize): void {
  let s0 = zero(), s1 = s0, s2 = s0, s3 = s0;
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    s0 = multiplyAdd(s0, v128.load_splat<real>(a), b0);
    s1 = multiplyAdd(s1, v128.load_splat<real>(a, sizeof<real>()), b0);
    s2 = multiplyAdd(s2, v128.load_splat<real>(a, 2 * sizeof<real>()), b0);
    s3 = multiplyAdd(s3, v128.load_splat<real>(a, 3 * sizeof<real>()), b0);
    a += aStep;
    b += bStride;
  }
  v128.store(c, v128.add<real>(v128.load(c), s0)); c += cStride;
  v128.store(c, v128.add<real>(v128.load(c), s1)); c += cStride;
  v128.store(c, v128.add<real>(v128.load(c), s2)); c += cStride;
  v128.store(c, v128.add<real>(v128.load(c), s3));
}

/**
 * Half a vector wide, for the right edge of C where no more is left, as with 50 or 10 columns in f32. A vector holds two
 * rows of C, so two panels of A take as long as one in edgeMicroKernel.
 */
export function halfMicroKernel(k: i32, a: usize, a2: usize, aStep: usize, b: usize, bStride: usize, c: usize, cStride: usize): void {
  let s0 = zero(), s1 = s0, s2 = s0, s3 = s0;
  for (; k > 0; k--) {
    const b0 = v128.load64_splat(b);
    s0 = multiplyAdd(s0, firstRows(a), b0); s1 = multiplyAdd(s1, lastRows(a), b0);
    s2 = multiplyAdd(s2, firstRows(a2), b0); s3 = multiplyAdd(s3, lastRows(a2), b0);
    a += aStep;
    a2 += aStep;
    b += bStride;
  }
  addRows(c, cStride, s0); c += 2 * cStride;
  addRows(c, cStride, s1); c += 2 * cStride;
  addRows(c, cStride, s2); c += 2 * cStride;
  addRows(c, cStride, s3);
}

/** The first two of the 4 elements at a, each repeated over half a vector. */
// @ts-ignore: decorator
@inline function firstRows(a: usize): v128 {
  const x = v128.load(a);
  return sizeof<real>() == 4 ? v128.shuffle<i32>(x, x, 0, 0, 1, 1) : x;
}

/** The last two of the 4 elements at a. */
// @ts-ignore: decorator
@inline function lastRows(a: usize): v128 {
  if (sizeof<real>() == 8) return v128.load(a, VECTOR);
  const x = v128.load(a);
  return v128.shuffle<i32>(x, x, 2, 2, 3, 3);
}

/** Adds half a vector to each of two rows. */
// @ts-ignore: decorator
@inline function addRows(c: usize, cStride: usize, s: v128): void {
  const sum = v128.add<real>(v128.load64_lane(c + cStride, v128.load64_zero(c), 1), s);
  v128.store64_lane(c, sum, 0);
  v128.store64_lane(c + cStride, sum, 1);
}

/** Adds a pair of vectors to C. V8's revectorization starts from two stores side by side, as here. */
// @ts-ignore: decorator
@inline function addPair(c: usize, s0: v128, s1: v128): void {
  const sum0 = v128.add<real>(v128.load(c), s0), sum1 = v128.add<real>(v128.load(c, VECTOR), s1);
  v128.store(c, sum0);
  v128.store(c, sum1, VECTOR);
}
