/*
 * Products, C (m, n) = A (m, k) B (k, n), with the bits of assembly/gemm.ts: each element is summed in the order of
 * k within a block of 256 steps, and the blocks' sums are added to C in order. So the bits depend neither on the
 * shape of the tiles nor on the width of the vectors.
 *
 * The micro-kernels need A k-major: the numbers of one step side by side. gemmNN transposes A block by block; in
 * the weights' gradient, A is x^T and already k-major. Whole vectors of columns of C go through `tile`, the
 * remaining columns through `columnTile`. Nothing outside the operands is read. In C, the padding of a row is that
 * of the bias.
 */

/*
 * C += A B for `rows` rows by `vectors` vectors of C, whose sums stay in registers. AVX-512 has 32 registers: 8 x 3
 * sums, 3 vectors of B, one of A and the products. AVX2 has 16: 4 x 3 sums, one of A, and products that read B from
 * memory. `rows` and `vectors` are constants at every call, so that every loop but the one over k is unrolled.
 */
#define tile NAME(tile)
INLINE void tile(int rows, int vectors, long k, const real *a, long aStep, const real *b, long bStride, real *c,
                 long cStride) {
  vec sum[8][3];
#pragma GCC unroll 8
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) sum[i][v] = SPLAT(0);
  for (; k > 0; k--, a += aStep, b += bStride) {
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
      const vec x = SPLAT(a[i]);
#pragma GCC unroll 3
      for (int v = 0; v < vectors; v++) sum[i][v] = multiplyAdd(sum[i][v], x, load(b + v * LANES));
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; i++, c += cStride)
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) store(c + v * LANES, load(c + v * LANES) + sum[i][v]);
}

/*
 * A in panels of as many rows as a vector has lanes, k-major. `panel` is the distance from one panel to the next,
 * `step` that from one step to the next.
 */
#define Panels NAME(Panels)
struct Panels {
  const real *at;
  long panel, step;
};

/* Row i, at its first step. No tile extends over two panels. */
#define rowOf NAME(rowOf)
INLINE const real *rowOf(struct Panels a, long i) { return a.at + i / LANES * a.panel + i % LANES; }

/* C += A B for `vectors` vectors of columns and all rows, in tiles as high as registers allow. */
#define tiles NAME(tiles)
INLINE void tiles(int vectors, long m, long k, struct Panels a, const real *b, long bStride, real *c, long cStride) {
  long i = 0;
#if VECTOR == 64
  for (; i + 8 <= m; i += 8) tile(8, vectors, k, rowOf(a, i), a.step, b, bStride, c + i * cStride, cStride);
#endif
  for (; i + 4 <= m; i += 4) tile(4, vectors, k, rowOf(a, i), a.step, b, bStride, c + i * cStride, cStride);
  for (; i + 2 <= m; i += 2) tile(2, vectors, k, rowOf(a, i), a.step, b, bStride, c + i * cStride, cStride);
  for (; i < m; i++) tile(1, vectors, k, rowOf(a, i), a.step, b, bStride, c + i * cStride, cStride);
}

/*
 * C += A B for columns that do not fill a vector, such as the last 2 of 50. Here a vector holds one column of C,
 * for the rows of one panel. `rows` rows in `panels` panels by `columns` columns; `panels` and `columns` are
 * constants at every call.
 */
#define columnTile NAME(columnTile)
INLINE void columnTile(int panels, int columns, long rows, long k, struct Panels a, const real *b, long bStride, real *c,
                       long cStride) {
  vec sum[4][2];
  lanesMask mask[4];
#pragma GCC unroll 4
  for (int g = 0; g < panels; g++) {
    mask[g] = lanesBelow(rows - g * LANES);
#pragma GCC unroll 2
    for (int j = 0; j < columns; j++) sum[g][j] = SPLAT(0);
  }
  for (const real *at = a.at; k > 0; k--, at += a.step, b += bStride) {
#pragma GCC unroll 4
    for (int g = 0; g < panels; g++) {
      const vec x = LOAD_LANES(at + g * a.panel, mask[g]);
#pragma GCC unroll 2
      for (int j = 0; j < columns; j++) sum[g][j] = multiplyAdd(sum[g][j], x, SPLAT(b[j]));
    }
  }
#pragma GCC unroll 2
  for (int j = 0; j < columns; j++) {
    real column[4 * LANES];
#pragma GCC unroll 4
    for (int g = 0; g < panels; g++) store(column + g * LANES, sum[g][j]);
    for (long i = 0; i < rows; i++) c[i * cStride + j] += column[i];
  }
}

/* C += A B for `columns` columns and all rows. */
#define columnTiles NAME(columnTiles)
INLINE void columnTiles(int columns, long m, long k, struct Panels a, const real *b, long bStride, real *c,
                        long cStride) {
  for (; m > LANES; m -= TALL, a.at += 4 * a.panel, c += TALL * cStride)
    columnTile(4, columns, MIN(TALL, m), k, a, b, bStride, c, cStride);
  if (m > 0) columnTile(1, columns, m, k, a, b, bStride, c, cStride);
}

/* C += A B for the columns from `from` on and a block of k. */
#define addColumns NAME(addColumns)
SHARED void addColumns(long from, long m, long n, long k, struct Panels a, const real *b, long bStride, real *c,
                       long cStride) {
  for (; from + 2 <= n; from += 2) columnTiles(2, m, k, a, b + from, bStride, c + from, cStride);
  for (; from < n; from++) columnTiles(1, m, k, a, b + from, bStride, c + from, cStride);
}

/* C += A B for whole vectors of columns and a block of k. Returns the number of columns done. */
#define addVectors NAME(addVectors)
INLINE long addVectors(long m, long n, long k, struct Panels a, const real *b, long bStride, real *c, long cStride) {
  long j = 0;
  for (; j + 3 * LANES <= n; j += 3 * LANES) tiles(3, m, k, a, b + j, bStride, c + j, cStride);
  for (; j + 2 * LANES <= n; j += 2 * LANES) tiles(2, m, k, a, b + j, bStride, c + j, cStride);
  for (; j + LANES <= n; j += LANES) tiles(1, m, k, a, b + j, bStride, c + j, cStride);
  return j;
}

#define addProduct NAME(addProduct)
static void addProduct(long m, long n, long k, struct Panels a, const real *b, long bStride, real *c, long cStride) {
  const long from = addVectors(m, n, k, a, b, bStride, c, cStride);
  addColumns(from, m, n, k, a, b, bStride, c, cStride);
}

/*
 * Copies `rows` (1 to 4) rows of A, k long, into four rows of a panel, by transposes of 4 x 4. The last row of A
 * stands in for rows that A does not have.
 */
#define packRows NAME(packRows)
INLINE void packRows(long rows, long k, const real *a, long aStride, real *out) {
  const long step = LANES;
  const real *a0 = a, *a1 = a + MIN(1, rows - 1) * aStride, *a2 = a + MIN(2, rows - 1) * aStride,
             *a3 = a + MIN(3, rows - 1) * aStride;
  long p = 0;
  for (; p + 4 <= k; p += 4, out += 4 * step) {
    const quad x0 = *(const quad *)(a0 + p), x1 = *(const quad *)(a1 + p), x2 = *(const quad *)(a2 + p),
               x3 = *(const quad *)(a3 + p);
    const quadIndex low = {0, 4, 1, 5}, high = {2, 6, 3, 7}, first = {0, 1, 4, 5}, second = {2, 3, 6, 7};
    const quad low01 = __builtin_shuffle(x0, x1, low), low23 = __builtin_shuffle(x2, x3, low);
    const quad high01 = __builtin_shuffle(x0, x1, high), high23 = __builtin_shuffle(x2, x3, high);
    *(quad *)out = __builtin_shuffle(low01, low23, first);
    *(quad *)(out + step) = __builtin_shuffle(low01, low23, second);
    *(quad *)(out + 2 * step) = __builtin_shuffle(high01, high23, first);
    *(quad *)(out + 3 * step) = __builtin_shuffle(high01, high23, second);
  }
  for (; p < k; p++, out += step) {
    out[0] = a0[p];
    out[1] = a1[p];
    out[2] = a2[p];
    out[3] = a3[p];
  }
}

#define fillWithBias NAME(fillWithBias)
static void fillWithBias(long m, long n, const real *bias, real *c, long cStride) {
  for (long i = 0; i < m; i++) memcpy(c + i * cStride, bias, ROW_BYTES(n, sizeof(real)));
}

/* C = A B + bias. TALL rows of A at a time are packed into panels on the stack. */
#define gemmNN NAME(gemmNN)
static void gemmNN(const struct Gemm *g) {
  const real *a = g->a, *b = g->b;
  real *c = g->c, packed[TALL * BLOCK] LINE_ALIGNED;
  const struct Panels panels = {packed, LANES * BLOCK, LANES};
  fillWithBias(g->m, g->n, g->bias, c, g->cStride);
  for (long from = 0; from < g->k; from += BLOCK) {
    const long steps = MIN(BLOCK, g->k - from);
    for (long top = 0; top < g->m; top += TALL) {
      const long rows = MIN(TALL, g->m - top);
      for (long i = 0; i < rows; i += 4)
        packRows(MIN(4, rows - i), steps, a + (top + i) * g->aStride + from, g->aStride, (real *)rowOf(panels, i));
      addProduct(rows, g->n, steps, panels, b + from * g->bStride, g->bStride, c + top * g->cStride, g->cStride);
    }
  }
}
