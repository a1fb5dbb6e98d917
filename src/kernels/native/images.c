/*
 * The first layer's product. Images stay bytes until they are multiplied: C = X B + bias,
 * X = (pixel - high) - low. X is stored in x, unless x is null.
 */

#define toReals NAME(toReals)
INLINE void toReals(long k, const uint8_t *restrict pixels, const real *restrict high, const real *restrict low,
                    real *restrict x) {
  for (long p = 0; p < k; p++) x[p] = (real)pixels[p] - high[p] - low[p];
}

/*
 * Four rows of X at a time are computed and packed, block by block, so that they are packed from the first-level
 * cache.
 */
#define gemmImages NAME(gemmImages)
static void gemmImages(const struct GemmImages *g) {
  const real *high = g->high, *low = g->low, *b = g->b;
  real *x = g->x, *c = g->c, packed[TALL * BLOCK] LINE_ALIGNED, unkept[4 * BLOCK] LINE_ALIGNED;
  const struct Panels panels = {packed, LANES * BLOCK, LANES};
  fillWithBias(g->m, g->n, g->bias, c, g->cStride);
  for (long from = 0; from < g->k; from += BLOCK) {
    const long steps = MIN(BLOCK, g->k - from);
    for (long top = 0; top < g->m; top += TALL) {
      const long rows = MIN(TALL, g->m - top);
      for (long i = 0; i < rows; i += 4) {
        real *four = x ? x + (top + i) * g->xStride + from : unkept;
        const long stride = x ? g->xStride : BLOCK, count = MIN(4, rows - i);
        for (long r = 0; r < count; r++)
          toReals(steps, g->pixels + (top + i + r) * g->k + from, high + from, low + from, four + r * stride);
        packRows(count, steps, four, stride, (real *)rowOf(panels, i));
      }
      addProduct(rows, g->n, steps, panels, b + from * g->bStride, g->bStride, c + top * g->cStride, g->cStride);
    }
  }
}
