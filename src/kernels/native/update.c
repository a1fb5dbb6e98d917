/*
 * The weights' gradient, dw = x^T dout + reg w, and the update rules, with the arithmetic of assembly/affine.ts and
 * assembly/update.ts. The compiler vectorizes the rules' loops. `hyper` holds a rule's numbers for the step.
 */

/* w -= rate dw. hyper: rate. */
#define sgd NAME(sgd)
static void sgd(long count, real *restrict w, const real *restrict dw, const real *hyper) {
  const real rate = hyper[0];
  for (long i = 0; i < count; i++) w[i] -= rate * dw[i];
}

/* v = momentum v - rate dw; w += v. hyper: rate, momentum. */
#define sgdMomentum NAME(sgdMomentum)
static void sgdMomentum(long count, real *restrict w, const real *restrict dw, real *restrict v, const real *hyper) {
  const real rate = hyper[0], momentum = hyper[1];
  for (long i = 0; i < count; i++) {
    const real velocity = momentum * v[i] - rate * dw[i];
    v[i] = velocity;
    w[i] += velocity;
  }
}

/* c = decay c + (1 - decay) dw^2; w -= rate dw / (sqrt(c) + eps). hyper: rate, decay, 1 - decay, eps. */
#define rmsprop NAME(rmsprop)
static void rmsprop(long count, real *restrict w, const real *restrict dw, real *restrict c, const real *hyper) {
  const real rate = hyper[0], decay = hyper[1], rest = hyper[2], eps = hyper[3];
  for (long i = 0; i < count; i++) {
    const real g = dw[i];
    const real square = multiplyAddReal(decay * c[i], rest, g * g);
    c[i] = square;
    w[i] -= rate * g / (SQRT(square) + eps);
  }
}

/*
 * m = beta1 m + (1 - beta1) dw; v = beta2 v + (1 - beta2) dw^2; w -= rate m / (sqrt(scale v) + eps), after Kingma
 * and Ba, Adam (2015), algorithm 1. hyper: rate, beta1, 1 - beta1, beta2, 1 - beta2, scale, eps, as
 * assembly/update.ts has them.
 */
#define adam NAME(adam)
static void adam(long count, real *restrict w, const real *restrict dw, real *restrict m, real *restrict v,
                 const real *hyper) {
  const real rate = hyper[0], beta1 = hyper[1], rest1 = hyper[2], beta2 = hyper[3], rest2 = hyper[4];
  const real scale = hyper[5], eps = hyper[6];
  for (long i = 0; i < count; i++) {
    const real g = dw[i];
    const real first = multiplyAddReal(beta1 * m[i], rest1, g);
    const real second = multiplyAddReal(beta2 * v[i], rest2, g * g);
    m[i] = first;
    v[i] = second;
    w[i] -= rate * first / (SQRT(scale * second) + eps);
  }
}

#define regularize NAME(regularize)
static void regularize(long count, real reg, const real *restrict w, real *restrict dw) {
  for (long i = 0; i < count; i++) dw[i] = multiplyAddReal(dw[i], reg, w[i]);
}

/* Updates `count` weights from `at` on with the gradient in the strip. */
#define applyRule NAME(applyRule)
INLINE void applyRule(const struct WeightUpdate *u, long at, long count) {
  real *w = (real *)u->w + at, *s1 = (real *)u->s1 + at, *s2 = (real *)u->s2 + at;
  switch (u->rule) {
    case 0: sgd(count, w, u->strip, u->hyper); break;
    case 1: sgdMomentum(count, w, u->strip, s1, u->hyper); break;
    case 2: rmsprop(count, w, u->strip, s1, u->hyper); break;
    default: adam(count, w, u->strip, s1, s2, u->hyper);
  }
}

/*
 * Computes the gradient strip by strip and applies it at once, so that weights and state pass through the processor
 * once and no gradient goes to memory. Columns that do not fill a vector are summed for TALL rows at once, in
 * `rest`.
 */
#define weightUpdate NAME(weightUpdate)
static void weightUpdate(const struct WeightUpdate *u) {
  const real *x = u->x, *dout = u->dout;
  const real reg = (real)u->reg;
  const long vectors = u->h - u->h % LANES;
  real *strip = u->strip, rest[TALL * LANES];
  for (long top = 0; top < u->d; top += STRIP) {
    const long rows = MIN(STRIP, u->d - top), at = top * u->wStride, count = rows * u->wStride;
    if (top % TALL == 0) {
      memset(rest, 0, sizeof rest);
      for (long from = 0; from < u->n; from += BLOCK) {
        const struct Panels tall = {x + from * u->xStride + top, LANES, u->xStride};
        addColumns(0, MIN(TALL, u->d - top), u->h - vectors, MIN(BLOCK, u->n - from), tall,
                   dout + from * u->doutStride + vectors, u->doutStride, rest, LANES);
      }
    }
    memset(strip, 0, count * sizeof(real));
    for (long from = 0; from < u->n; from += BLOCK) {
      const struct Panels few = {x + from * u->xStride + top, LANES, u->xStride};
      addVectors(rows, u->h, MIN(BLOCK, u->n - from), few, dout + from * u->doutStride, u->doutStride, strip,
                 u->wStride);
    }
    for (long i = 0; i < rows; i++)
      for (long j = vectors; j < u->h; j++) strip[i * u->wStride + j] = rest[(top % TALL + i) * LANES + j - vectors];
    if (reg != 0) regularize(count, reg, (real *)u->w + at, strip);
    applyRule(u, at, count);
  }
}
