// Matrix products C (m, n) = A (m, k) B (k, n), named as in BLAS: NN as written, TN with A stored as (k, m), NT with B
// stored as (n, k).
//
// NN and TN share their micro-kernels. One holds a tile of C in registers, 4 rows by two vectors (by four where V8 combines
// 128-bit operations into 256-bit ones, by one at the right edge), while it runs through k. It reads the 4 elements of A
// for each k side by side, as TN stores them; NN first packs A into panels of 4 rows, block by block of k. Every element
// of C is summed in the order of k within a block, and the sums of the blocks are added in order: shorter sums have less
// round-off, and the bits do not depend on the shape of the tiles. (NT: gemm-nt.ts.)
//
// Tiles are never cut short: matrices have memory for a multiple of 4 rows (kernels/matrix.ts), and nothing reads
// the rows beyond m of the result.

import { edgeMicroKernel, halfMicroKernel, microKernel, ROWS, wideMicroKernel } from './micro-kernels';
import { rowBytes, VECTOR } from './vector';

/** Steps along k in a block: two vectors of B for each step stay in the first-level cache. The bits depend on it. */
export const BLOCK: i32 = 256;

/**
 * Whether to use wideMicroKernel: the host sets it to 1 after instantiation (kernels/wasm/bind.ts). V8 in Node 20 makes addProduct
 * slower without the branch (a training step takes 3 % longer).
 */
export let wide: i32 = 0;

/**
 * C = A B + bias. A: (m, k), B: (k, n), C: (m, n), bias: (n). A and C have memory for m rounded up to 4 rows; packed
 * has room for that many rows of BLOCK reals.
 */
export function gemmNN(
  m: i32, n: i32, k: i32, a: usize, aStride: usize, b: usize, bStride: usize, bias: usize, c: usize, cStride: usize,
  packed: usize,
): void {
  const panelBytes = <usize>(ROWS * BLOCK) * sizeof<real>();
  for (let i = 0; i < m; i++) memory.copy(c + <usize>i * cStride, bias, rowBytes(n));
  for (let from = 0; from < k; from += BLOCK) {
    const steps = min(BLOCK, k - from);
    for (let i = 0, to = packed; i < m; i += ROWS, to += panelBytes) {
      packPanel(steps, a + <usize>i * aStride + <usize>from * sizeof<real>(), aStride, to);
    }
    addProduct(m, n, steps, packed, panelBytes, ROWS * sizeof<real>(), b + <usize>from * bStride, bStride, c, cStride);
  }
}

/** C = A^T B. A: (k, m), B: (k, n), C: (m, n). C has memory for m rounded up to 4 rows. */
export function gemmTN(
  m: i32, n: i32, k: i32, a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize,
): void {
  memory.fill(c, 0, <usize>m * cStride);
  for (let from = 0; from < k; from += BLOCK) {
    const at = <usize>from;
    addProduct(m, n, min(BLOCK, k - from), a + at * aStride, ROWS * sizeof<real>(), aStride, b + at * bStride, bStride, c, cStride);
  }
}

/** Packs four rows of A into a panel: the 4 elements of a column lie side by side. */
function packPanel(k: i32, a: usize, aStride: usize, out: usize): void {
  let a0 = a, a1 = a + aStride, a2 = a + 2 * aStride, a3 = a + 3 * aStride;
  for (const end = a + rowBytes(k); a0 < end; ) {
    storeTransposed(v128.load(a0), v128.load(a1), v128.load(a2), v128.load(a3), out);
    a0 += VECTOR; a1 += VECTOR; a2 += VECTOR; a3 += VECTOR;
    out += 4 * VECTOR;
  }
}

/** Stores one vector of each of four rows, transposed. */
// @ts-ignore: decorator
@inline export function storeTransposed(x0: v128, x1: v128, x2: v128, x3: v128, out: usize): void {
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

/** C += A B. The 4 elements of A in rows i..i + 3 at step p lie at a + (i / 4) aPanelBytes + p aStep. */
export function addProduct(
  m: i32, n: i32, k: i32, a: usize, aPanelBytes: usize, aStep: usize, b: usize, bStride: usize, c: usize, cStride: usize,
): void {
  const width = rowBytes(n);
  let j: usize = 0;
  if (wide) {
    for (; j + 4 * VECTOR <= width; j += 4 * VECTOR) {
      for (let i = 0, at = a, to = c + j; i < m; i += ROWS, at += aPanelBytes, to += ROWS * cStride) wideMicroKernel(k, at, aStep, b + j, bStride, to, cStride);
    }
  }
  for (; j < width; j += 2 * VECTOR) {
    const left = <usize>n * sizeof<real>() - j;
    let aTile = a, cTile = c + j;
    for (let i = 0, panels = 1; i < m; i += panels * ROWS, aTile += panels * aPanelBytes, cTile += panels * ROWS * cStride) {
      if (left <= VECTOR / 2) panels = i + ROWS < m ? 2 : 1;
      if (panels == 2) halfMicroKernel(k, aTile, aTile + aPanelBytes, aStep, b + j, bStride, cTile, cStride);
      else if (left > VECTOR) microKernel(k, aTile, aStep, b + j, bStride, cTile, cStride);
      else edgeMicroKernel(k, aTile, aStep, b + j, bStride, cTile, cStride);
    }
  }
}
