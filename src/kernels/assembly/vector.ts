// Definitions that all kernels share. `real` is f32 or f64; a vector holds V = 16 / sizeof<real>() reals.
//
// A matrix is a pointer and a stride, the bytes from one row to the next. Rows are padded with zeros to a multiple of 32
// bytes, so no kernel needs a loop for the last columns, and a sum over a padded row equals the sum over the row.

/** Bytes in a vector. */
// @ts-ignore: decorator
@inline export const VECTOR: usize = 16;

/** Bytes that n reals take, rounded up to whole vectors. The stride may be larger. */
// @ts-ignore: decorator
@inline export function rowBytes(n: i32): usize {
  return (<usize>n * sizeof<real>() + (VECTOR - 1)) & ~(VECTOR - 1);
}

// @ts-ignore: decorator
@inline export function zero(): v128 {
  return v128.splat<real>(<real>0);
}

/** acc + a * b. Rounded twice, the same on every processor; with FUSED=1, rounded once where the processor fuses. */
// @ts-ignore: decorator
@inline export function multiplyAdd(acc: v128, a: v128, b: v128): v128 {
  if (FUSED) return v128.relaxed_madd<real>(a, b, acc);
  return v128.add<real>(acc, v128.mul<real>(a, b));
}

/** For the vector that starts at column `first`: all bits set in the lanes of columns below n, 0 in the padding. */
// @ts-ignore: decorator
@inline export function lanesBelow(first: i32, n: i32): v128 {
  if (sizeof<real>() == 4) {
    return i32x4.lt_s(i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)), i32x4.splat(n));
  }
  return i64x2.lt_s(i64x2.add(i64x2.splat(first), i64x2(0, 1)), i64x2.splat(n));
}

/** The sum of the lanes, as (0 + 2) + (1 + 3). */
// @ts-ignore: decorator
@inline export function sumLanes(v: v128): real {
  if (sizeof<real>() == 4) {
    const pair = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
    return <real>(f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1));
  }
  return <real>(f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1));
}

/** The first byte after the module's static data: memory from here on is the caller's. */
export function heapBase(): usize {
  return __heap_base;
}
