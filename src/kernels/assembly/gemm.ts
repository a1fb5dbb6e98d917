// Products of matrices, C (m, n) = A (m, k) B (k, n), named as BLAS names them: NN as written, TN with A stored (k, m),
// NT with B stored (n, k).
//
// NN and TN hold a tile of C in registers, a few rows by two vectors (one at the right edge), and walk along k. Every
// element of C is summed in the order of k, in NN block by block of k, whose sums are then added in order: shorter sums
// have less round-off. So its bits do not depend on the shape of the tiles. NT sums each element in V interleaved parts,
// that are added at the end.
//
// Tiles are never cut short: rows of A and C beyond m exist (see Matrix in arena.ts) and are computed for nothing.

import { multiplyAdd, rowBytes, VECTOR, zero } from './vector';

/** Steps along k for which a strip of B, two vectors wide, stays in the first-level cache; part of what the bits are. */
const BLOCK: i32 = 256;

/**
 * Rows of C in a tile of NN. V8 loads all that a step needs before it computes: 4 x 2 sums, 2 vectors of B and 4 of A are
 * 14 of its 15 registers; a fifth row would spill sums to the stack, at half the rate.
 */
const NN_ROWS: i32 = 4;

/** C = A B + bias. A: (m, k), B: (k, n), C: (m, n); bias: a row of n, or 0 for none. Rows of A and C: a multiple of 4. */
export function gemmNN(
  m: i32, n: i32, k: i32, a: usize, aRow: usize, b: usize, bRow: usize, bias: usize, c: usize, cRow: usize,
): void {
  const width = rowBytes(n);
  for (let from = 0; from < k; from += BLOCK) {
    const steps = min(BLOCK, k - from);
    const last = from + BLOCK >= k ? bias : 0;
    const aBlock = a + <usize>from * sizeof<real>();
    const bBlock = b + <usize>from * bRow;
    for (let j: usize = 0; j < width; j += 2 * VECTOR) {
      const biasTile = last ? last + j : 0;
      for (let i = 0; i < m; i += NN_ROWS) {
        const aTile = aBlock + <usize>i * aRow;
        const cTile = c + <usize>i * cRow + j;
        if (width - j > VECTOR) nnTile(steps, aTile, aRow, bBlock + j, bRow, biasTile, cTile, cRow, from > 0);
        else nnEdge(steps, aTile, aRow, bBlock + j, bRow, biasTile, cTile, cRow, from > 0);
      }
    }
  }
}

function nnTile(
  k: i32, a: usize, aRow: usize, b: usize, bRow: usize, bias: usize, c: usize, cRow: usize, add: bool,
): void {
  let a0 = a, a1 = a + aRow, a2 = a + 2 * aRow, a3 = a + 3 * aRow;
  const c0 = c, c1 = c + cRow, c2 = c + 2 * cRow, c3 = c + 3 * cRow;
  let s00 = zero(), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, VECTOR);
    const x0 = v128.load_splat<real>(a0); s00 = multiplyAdd(s00, x0, b0); s01 = multiplyAdd(s01, x0, b1);
    const x1 = v128.load_splat<real>(a1); s10 = multiplyAdd(s10, x1, b0); s11 = multiplyAdd(s11, x1, b1);
    const x2 = v128.load_splat<real>(a2); s20 = multiplyAdd(s20, x2, b0); s21 = multiplyAdd(s21, x2, b1);
    const x3 = v128.load_splat<real>(a3); s30 = multiplyAdd(s30, x3, b0); s31 = multiplyAdd(s31, x3, b1);
    a0 += sizeof<real>(); a1 += sizeof<real>(); a2 += sizeof<real>(); a3 += sizeof<real>();
    b += bRow;
  }
  if (add) {
    s00 = v128.add<real>(v128.load(c0), s00); s01 = v128.add<real>(v128.load(c0, VECTOR), s01);
    s10 = v128.add<real>(v128.load(c1), s10); s11 = v128.add<real>(v128.load(c1, VECTOR), s11);
    s20 = v128.add<real>(v128.load(c2), s20); s21 = v128.add<real>(v128.load(c2, VECTOR), s21);
    s30 = v128.add<real>(v128.load(c3), s30); s31 = v128.add<real>(v128.load(c3, VECTOR), s31);
  }
  if (bias) {
    const b0 = v128.load(bias), b1 = v128.load(bias, VECTOR);
    s00 = v128.add<real>(s00, b0); s01 = v128.add<real>(s01, b1);
    s10 = v128.add<real>(s10, b0); s11 = v128.add<real>(s11, b1);
    s20 = v128.add<real>(s20, b0); s21 = v128.add<real>(s21, b1);
    s30 = v128.add<real>(s30, b0); s31 = v128.add<real>(s31, b1);
  }
  v128.store(c0, s00); v128.store(c0, s01, VECTOR);
  v128.store(c1, s10); v128.store(c1, s11, VECTOR);
  v128.store(c2, s20); v128.store(c2, s21, VECTOR);
  v128.store(c3, s30); v128.store(c3, s31, VECTOR);
}

/** The tile at the right edge of C, one vector wide. */
function nnEdge(
  k: i32, a: usize, aRow: usize, b: usize, bRow: usize, bias: usize, c: usize, cRow: usize, add: bool,
): void {
  let a0 = a, a1 = a + aRow, a2 = a + 2 * aRow, a3 = a + 3 * aRow;
  const c0 = c, c1 = c + cRow, c2 = c + 2 * cRow, c3 = c + 3 * cRow;
  let s0 = zero(), s1 = s0, s2 = s0, s3 = s0;
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    s0 = multiplyAdd(s0, v128.load_splat<real>(a0), b0);
    s1 = multiplyAdd(s1, v128.load_splat<real>(a1), b0);
    s2 = multiplyAdd(s2, v128.load_splat<real>(a2), b0);
    s3 = multiplyAdd(s3, v128.load_splat<real>(a3), b0);
    a0 += sizeof<real>(); a1 += sizeof<real>(); a2 += sizeof<real>(); a3 += sizeof<real>();
    b += bRow;
  }
  if (add) {
    s0 = v128.add<real>(v128.load(c0), s0); s1 = v128.add<real>(v128.load(c1), s1);
    s2 = v128.add<real>(v128.load(c2), s2); s3 = v128.add<real>(v128.load(c3), s3);
  }
  if (bias) {
    const b0 = v128.load(bias);
    s0 = v128.add<real>(s0, b0); s1 = v128.add<real>(s1, b0); s2 = v128.add<real>(s2, b0);
    s3 = v128.add<real>(s3, b0);
  }
  v128.store(c0, s0); v128.store(c1, s1); v128.store(c2, s2); v128.store(c3, s3);
}

/** Rows of C in a tile of TN: they lie side by side in a row of A, whose padding makes them a multiple of 4. */
const TN_ROWS: i32 = 4;

/** C = A^T B. A: (k, m), B: (k, n), C: (m, n). Rows of C: a multiple of 4. */
export function gemmTN(
  m: i32, n: i32, k: i32, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, cRow: usize,
): void {
  const width = rowBytes(n);
  for (let i = 0; i < m; i += TN_ROWS) {
    const aTile = a + <usize>i * sizeof<real>();
    for (let j: usize = 0; j < width; j += 2 * VECTOR) {
      const cTile = c + <usize>i * cRow + j;
      if (width - j > VECTOR) tnTile(k, aTile, aRow, b + j, bRow, cTile, cRow);
      else tnEdge(k, aTile, aRow, b + j, bRow, cTile, cRow);
    }
  }
}

function tnTile(k: i32, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, cRow: usize): void {
  let s00 = zero(), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, VECTOR);
    const x0 = v128.load_splat<real>(a); s00 = multiplyAdd(s00, x0, b0); s01 = multiplyAdd(s01, x0, b1);
    const x1 = v128.load_splat<real>(a, sizeof<real>()); s10 = multiplyAdd(s10, x1, b0); s11 = multiplyAdd(s11, x1, b1);
    const x2 = v128.load_splat<real>(a, 2 * sizeof<real>()); s20 = multiplyAdd(s20, x2, b0); s21 = multiplyAdd(s21, x2, b1);
    const x3 = v128.load_splat<real>(a, 3 * sizeof<real>()); s30 = multiplyAdd(s30, x3, b0); s31 = multiplyAdd(s31, x3, b1);
    a += aRow;
    b += bRow;
  }
  v128.store(c, s00); v128.store(c, s01, VECTOR); c += cRow;
  v128.store(c, s10); v128.store(c, s11, VECTOR); c += cRow;
  v128.store(c, s20); v128.store(c, s21, VECTOR); c += cRow;
  v128.store(c, s30); v128.store(c, s31, VECTOR);
}

/** The tile at the right edge of C, one vector wide. */
function tnEdge(k: i32, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, cRow: usize): void {
  let s0 = zero(), s1 = s0, s2 = s0, s3 = s0;
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    s0 = multiplyAdd(s0, v128.load_splat<real>(a), b0);
    s1 = multiplyAdd(s1, v128.load_splat<real>(a, sizeof<real>()), b0);
    s2 = multiplyAdd(s2, v128.load_splat<real>(a, 2 * sizeof<real>()), b0);
    s3 = multiplyAdd(s3, v128.load_splat<real>(a, 3 * sizeof<real>()), b0);
    a += aRow;
    b += bRow;
  }
  v128.store(c, s0); c += cRow;
  v128.store(c, s1); c += cRow;
  v128.store(c, s2); c += cRow;
  v128.store(c, s3);
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
