// Products of matrices, C (m, n) = A (m, k) B (k, n), named as BLAS names them: NN as written, TN with A stored (k, m),
// NT with B stored (n, k).
//
// NN and TN are one kernel: a tile of C, 4 rows by two vectors (by four where V8 makes 256-bit operations, by one at the
// right edge), is held in registers while k goes by. It wants the 4 numbers of A for each k side by side, as TN has
// them; NN copies A so, block by block of k. Every element of C is summed in the order of k within a block, and the blocks'
// sums are added in order: shorter sums have less round-off, and the bits do not depend on the shape of the tiles. NT sums
// each element in V interleaved parts, that are added at the end.
//
// Tiles are never cut short: C has rows up to a multiple of 4 (see matrix() in engine.ts), and what is computed in those
// beyond m, from whatever lies there, is never looked at.

import { multiplyAdd, rowBytes, VECTOR, zero } from './vector';

/** Steps along k for which a strip of B, two vectors wide, stays in the first-level cache. The bits depend on it. */
export const BLOCK: i32 = 256;

/**
 * Rows of C in a tile. V8 loads all that a step needs before it computes: 4 x 2 sums, 2 vectors of B and 4 of A are 14 of
 * its 15 registers; a fifth row would spill sums to the stack, at half the rate.
 */
// @ts-ignore: decorator
@inline export const ROWS: i32 = 4;

/** Whether wideTile is used: where V8 makes 256-bit operations of this module's. */
let wide = false;

export function useWideTiles(on: bool): void {
  wide = on;
}

/**
 * C = A B + bias. A: (m, k), B: (k, n), C: (m, n); bias: a row of n. Rows of A and C: a multiple of 4.
 * packed: room for m x BLOCK reals, m rounded up to 4.
 */
export function gemmNN(
  m: i32, n: i32, k: i32, a: usize, aRow: usize, b: usize, bRow: usize, bias: usize, c: usize, cRow: usize,
  packed: usize,
): void {
  const strip = <usize>(ROWS * BLOCK) * sizeof<real>();
  for (let i = 0; i < m; i++) memory.copy(c + <usize>i * cRow, bias, rowBytes(n));
  for (let from = 0; from < k; from += BLOCK) {
    const steps = min(BLOCK, k - from);
    for (let i = 0, to = packed; i < m; i += ROWS, to += strip) {
      packRows(steps, a + <usize>i * aRow + <usize>from * sizeof<real>(), aRow, to);
    }
    addProduct(m, n, steps, packed, strip, ROWS * sizeof<real>(), b + <usize>from * bRow, bRow, c, cRow);
  }
}

/** C = A^T B. A: (k, m), B: (k, n), C: (m, n). Rows of C: a multiple of 4. */
export function gemmTN(
  m: i32, n: i32, k: i32, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, cRow: usize,
): void {
  memory.fill(c, 0, <usize>m * cRow);
  for (let from = 0; from < k; from += BLOCK) {
    const at = <usize>from;
    addProduct(m, n, min(BLOCK, k - from), a + at * aRow, ROWS * sizeof<real>(), aRow, b + at * bRow, bRow, c, cRow);
  }
}

/** Four rows of A, turned so that the numbers of one column lie side by side. */
function packRows(k: i32, a: usize, aRow: usize, out: usize): void {
  let a0 = a, a1 = a + aRow, a2 = a + 2 * aRow, a3 = a + 3 * aRow;
  for (const end = a + rowBytes(k); a0 < end; ) {
    storeTurned(v128.load(a0), v128.load(a1), v128.load(a2), v128.load(a3), out);
    a0 += VECTOR; a1 += VECTOR; a2 += VECTOR; a3 += VECTOR;
    out += 4 * VECTOR;
  }
}

/** One vector of each of four rows, turned. */
// @ts-ignore: decorator
@inline export function storeTurned(x0: v128, x1: v128, x2: v128, x3: v128, out: usize): void {
  if (sizeof<real>() == 4) {
    const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
    const high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7), high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2));
    v128.store(out, v128.shuffle<i64>(low01, low23, 1, 3), VECTOR);
    v128.store(out, v128.shuffle<i64>(high01, high23, 0, 2), 2 * VECTOR);
    v128.store(out, v128.shuffle<i64>(high01, high23, 1, 3), 3 * VECTOR);
  } else {
    v128.store(out, v128.shuffle<i64>(x0, x1, 0, 2));
    v128.store(out, v128.shuffle<i64>(x2, x3, 0, 2), VECTOR);
    v128.store(out, v128.shuffle<i64>(x0, x1, 1, 3), 2 * VECTOR);
    v128.store(out, v128.shuffle<i64>(x2, x3, 1, 3), 3 * VECTOR);
  }
}

/** C += A B. The 4 numbers of A in rows i..i + 3 at step p lie at a + (i / 4) aStrip + p aStep. */
export function addProduct(
  m: i32, n: i32, k: i32, a: usize, aStrip: usize, aStep: usize, b: usize, bRow: usize, c: usize, cRow: usize,
): void {
  const width = rowBytes(n);
  let j: usize = 0;
  if (wide) {
    for (; j + 4 * VECTOR <= width; j += 4 * VECTOR) {
      for (let i = 0, at = a, to = c + j; i < m; i += ROWS, at += aStrip, to += ROWS * cRow) wideTile(k, at, aStep, b + j, bRow, to, cRow);
    }
  }
  for (; j < width; j += 2 * VECTOR) {
    const left = <usize>n * sizeof<real>() - j;
    let aTile = a, cTile = c + j;
    for (let i = 0, strips = 1; i < m; i += strips * ROWS, aTile += strips * aStrip, cTile += strips * ROWS * cRow) {
      if (left <= VECTOR / 2) strips = i + ROWS < m ? 2 : 1;
      if (strips == 2) halfTile(k, aTile, aTile + aStrip, aStep, b + j, bRow, cTile, cRow);
      else if (left > VECTOR) tile(k, aTile, aStep, b + j, bRow, cTile, cRow);
      else edgeTile(k, aTile, aStep, b + j, bRow, cTile, cRow);
    }
  }
}

/** The tile twice as wide: its 16 sums have room where V8 makes one register of two vectors, and hide each other's latency. */
function wideTile(k: i32, a: usize, aStep: usize, b: usize, bRow: usize, c: usize, cRow: usize): void {
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
    b += bRow;
  }
  addPair(c, s00, s01); addPair(c + 2 * VECTOR, s02, s03); c += cRow;
  addPair(c, s10, s11); addPair(c + 2 * VECTOR, s12, s13); c += cRow;
  addPair(c, s20, s21); addPair(c + 2 * VECTOR, s22, s23); c += cRow;
  addPair(c, s30, s31); addPair(c + 2 * VECTOR, s32, s33);
}

function tile(k: i32, a: usize, aStep: usize, b: usize, bRow: usize, c: usize, cRow: usize): void {
  let s00 = zero(), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, VECTOR);
    const x0 = v128.load_splat<real>(a); s00 = multiplyAdd(s00, x0, b0); s01 = multiplyAdd(s01, x0, b1);
    const x1 = v128.load_splat<real>(a, sizeof<real>()); s10 = multiplyAdd(s10, x1, b0); s11 = multiplyAdd(s11, x1, b1);
    const x2 = v128.load_splat<real>(a, 2 * sizeof<real>()); s20 = multiplyAdd(s20, x2, b0); s21 = multiplyAdd(s21, x2, b1);
    const x3 = v128.load_splat<real>(a, 3 * sizeof<real>()); s30 = multiplyAdd(s30, x3, b0); s31 = multiplyAdd(s31, x3, b1);
    a += aStep;
    b += bRow;
  }
  addPair(c, s00, s01); c += cRow;
  addPair(c, s10, s11); c += cRow;
  addPair(c, s20, s21); c += cRow;
  addPair(c, s30, s31);
}

/** The tile at the right edge of C, one vector wide. (8 rows would hide its sums' latency, and spill them.) */
function edgeTile(k: i32, a: usize, aStep: usize, b: usize, bRow: usize, c: usize, cRow: usize): void {
  let s0 = zero(), s1 = s0, s2 = s0, s3 = s0;
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    s0 = multiplyAdd(s0, v128.load_splat<real>(a), b0);
    s1 = multiplyAdd(s1, v128.load_splat<real>(a, sizeof<real>()), b0);
    s2 = multiplyAdd(s2, v128.load_splat<real>(a, 2 * sizeof<real>()), b0);
    s3 = multiplyAdd(s3, v128.load_splat<real>(a, 3 * sizeof<real>()), b0);
    a += aStep;
    b += bRow;
  }
  v128.store(c, v128.add<real>(v128.load(c), s0)); c += cRow;
  v128.store(c, v128.add<real>(v128.load(c), s1)); c += cRow;
  v128.store(c, v128.add<real>(v128.load(c), s2)); c += cRow;
  v128.store(c, v128.add<real>(v128.load(c), s3));
}

/**
 * The tile at the right edge where no more than half a vector is left, as with 50 or 10 columns in f32: a vector holds two
 * rows of C, and two strips of A take as long as one in edgeTile.
 */
function halfTile(k: i32, a: usize, a2: usize, aStep: usize, b: usize, bRow: usize, c: usize, cRow: usize): void {
  let s0 = zero(), s1 = s0, s2 = s0, s3 = s0;
  for (; k > 0; k--) {
    const b0 = v128.load64_splat(b);
    s0 = multiplyAdd(s0, firstRows(a), b0); s1 = multiplyAdd(s1, lastRows(a), b0);
    s2 = multiplyAdd(s2, firstRows(a2), b0); s3 = multiplyAdd(s3, lastRows(a2), b0);
    a += aStep;
    a2 += aStep;
    b += bRow;
  }
  addRows(c, cRow, s0); c += 2 * cRow;
  addRows(c, cRow, s1); c += 2 * cRow;
  addRows(c, cRow, s2); c += 2 * cRow;
  addRows(c, cRow, s3);
}

/** Of a strip's 4 numbers the first two, each in half a vector. */
// @ts-ignore: decorator
@inline function firstRows(a: usize): v128 {
  const x = v128.load(a);
  return sizeof<real>() == 4 ? v128.shuffle<i32>(x, x, 0, 0, 1, 1) : x;
}

// @ts-ignore: decorator
@inline function lastRows(a: usize): v128 {
  if (sizeof<real>() == 8) return v128.load(a, VECTOR);
  const x = v128.load(a);
  return v128.shuffle<i32>(x, x, 2, 2, 3, 3);
}

/** Adds half a vector to each of two rows. */
// @ts-ignore: decorator
@inline function addRows(c: usize, cRow: usize, s: v128): void {
  const sum = v128.add<real>(v128.load64_lane(c + cRow, v128.load64_zero(c), 1), s);
  v128.store64_lane(c, sum, 0);
  v128.store64_lane(c + cRow, sum, 1);
}

/** The two stores side by side are what V8 begins from when it makes one wide operation of two (revectorization). */
// @ts-ignore: decorator
@inline function addPair(c: usize, s0: v128, s1: v128): void {
  const sum0 = v128.add<real>(v128.load(c), s0), sum1 = v128.add<real>(v128.load(c, VECTOR), s1);
  v128.store(c, sum0);
  v128.store(c, sum1, VECTOR);
}

/** C = A B^T. A: (m, k), B: (n, k), C: (m, n). Rows of A and C: a multiple of 2, rows of B: a multiple of 4. */
export function gemmNT(
  m: i32, n: i32, k: i32, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, cRow: usize,
): void {
  const width = rowBytes(k);
  for (let j = 0; j < n; j += 4) {
    const bTile = b + <usize>j * bRow;
    const cTile = c + <usize>j * sizeof<real>();
    for (let i: usize = 0; i < <usize>m; i += 2) ntTile(width, a + i * aRow, aRow, bTile, bRow, cTile + i * cRow, cRow);
  }
}

/** Eight dot products at once: 2 rows of A with 4 rows of B. */
function ntTile(width: usize, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, cRow: usize): void {
  let a0 = a, a1 = a + aRow, b0 = b, b1 = b + bRow, b2 = b + 2 * bRow, b3 = b + 3 * bRow;
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
  storeSums(c + cRow, s10, s11, s12, s13);
}

/** Stores the sums over the lanes of four vectors side by side, each summed as sumLanes sums it. */
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
