/* The kernels as the binding sees them: their arguments, and the table of variants. Strides are in reals. */
#include <stdint.h>

/* Steps along k whose sum is added to C at once. The bits depend on it. */
#define BLOCK 256
/* Rows of weights whose gradient is held in `strip`. */
#define STRIP 8
/* Update rules, numbered as in assembly/update.ts, and the most reals that one of them has in `hyper`. */
#define RULES 4
#define MAX_HYPER 7

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define ROUND_UP(n, multiple) (((n) + (multiple) - 1) / (multiple) * (multiple))
/* Bytes of a row of n reals, in whole vectors of WebAssembly, as assembly/vector.ts counts them. */
#define ROW_BYTES(n, size) ROUND_UP((n) * (size), 16)

/* C = A B + bias. a: (m, k), b: (k, n), bias: (n), c: (m, n). */
struct Gemm {
  long m, n, k, aStride, bStride, cStride;
  const void *a, *b, *bias;
  void *c;
};

/* C = X B + bias, X = (pixels - high) - low. pixels: (m, k), high, low: (k), x: (m, k) or null. */
struct GemmImages {
  long m, n, k, xStride, bStride, cStride;
  const uint8_t *pixels;
  const void *high, *low;
  void *x;
  const void *b, *bias;
  void *c;
};

/*
 * w changes by its gradient x^T dout + reg w. x: (n, d), dout: (n, h), w, s1, s2: (d, h), strip: (STRIP, h), one
 * stride.
 */
struct WeightUpdate {
  long n, d, h, xStride, doutStride, wStride, rule;
  double reg;
  const void *x, *dout;
  void *w, *s1, *s2, *strip;
  const void *hyper;
};

struct Variant {
  const char *set, *dtype, *numerics;
  long realBytes;
  void (*gemmNN)(const struct Gemm *);
  void (*gemmImages)(const struct GemmImages *);
  void (*weightUpdate)(const struct WeightUpdate *);
};

#define VARIANTS 8
extern const struct Variant *const variants[VARIANTS];

/* Whether this processor has a variant's instructions. */
int isSupported(const struct Variant *variant);
