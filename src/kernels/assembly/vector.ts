// The vocabulary of every kernel: real is f32 or f64, a vector holds V = 16 / sizeof<real>() numbers.
//
// A matrix is a pointer and a row stride in bytes. A row is padded to a multiple of 32 bytes, and the padding holds
// zeros: so no kernel has a loop for a tail of columns, and a sum over a padded row is the sum over the row.

/** Bytes of a vector. */
// @ts-ignore: decorator
@inline export const VECTOR: usize = 16;

/** Bytes of a row of n reals without its stride's slack: whole vectors. */
// @ts-ignore: decorator
@inline export function rowBytes(n: i32): usize {
  return (<usize>n * sizeof<real>() + (VECTOR - 1)) & ~(VECTOR - 1);
}

// @ts-ignore: decorator
@inline export function zero(): v128 {
  return v128.splat<real>(<real>0);
}

/** acc + a * b: two roundings, the same on every machine; or, where the module is compiled with FUSED=1, one. */
// @ts-ignore: decorator
@inline export function multiplyAdd(acc: v128, a: v128, b: v128): v128 {
  if (FUSED) return v128.relaxed_madd<real>(a, b, acc);
  return v128.add<real>(acc, v128.mul<real>(a, b));
}

/** 1 (all bits) in the lanes below n, of the vector that starts at lane `first` of a row; 0 in the padding. */
// @ts-ignore: decorator
@inline export function lanesBelow(first: i32, n: i32): v128 {
  if (sizeof<real>() == 4) {
    return i32x4.lt_s(i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)), i32x4.splat(n));
  }
  return i64x2.lt_s(i64x2.add(i64x2.splat(first), i64x2(0, 1)), i64x2.splat(n));
}

/** Sum over the lanes: (0 + 2) + (1 + 3). */
// @ts-ignore: decorator
@inline export function sumLanes(v: v128): real {
  if (sizeof<real>() == 4) {
    const pair = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
    return <real>(f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1));
  }
  return <real>(f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1));
}

/** Where the module's own tables end, and memory is the caller's. */
export function heapBase(): usize {
  return __heap_base;
}
