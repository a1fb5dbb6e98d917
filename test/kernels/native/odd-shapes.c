/*
 * Runs every native kernel variant that this processor supports over odd shapes, and compares each element with the
 * definition, bit for bit. Operands end where their memory blocks end. AddressSanitizer checks half of the blocks; the
 * other half end at a protected page, because the sanitizer does not see masked loads. sanitize.js compiles and runs
 * this program.
 */
#include "kernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096

/* Whether blocks end at a protected page. */
static int guarded = 0;

static void *allocate(size_t bytes) {
  if (!guarded) return malloc(bytes);
  const size_t whole = ROUND_UP(bytes, PAGE);
  char *pages = mmap(NULL, whole + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(pages + whole, PAGE, PROT_NONE);
  return pages + whole - bytes;
}

static void release(void *at, size_t bytes) {
  const size_t whole = ROUND_UP(bytes, PAGE);
  if (guarded) munmap((char *)at + bytes - whole, whole + PAGE);
  else free(at);
}

/* A matrix of the variant's dtype. */
struct Matrix {
  long rows, cols, stride, size;
  char *at;
  size_t bytes;
};

static uint32_t state = 1;
static double randomNumber(void) {
  state = state * 1664525u + 1013904223u;
  return state / 4294967296.0;
}

static double get(const struct Matrix *m, long i, long j) {
  const char *at = m->at + (i * m->stride + j) * m->size;
  return m->size == 4 ? *(const float *)at : *(const double *)at;
}

static void set(const struct Matrix *m, long i, long j, double value) {
  char *at = m->at + (i * m->stride + j) * m->size;
  if (m->size == 4) *(float *)at = (float)value;
  else *(double *)at = value;
}

/* A matrix of numbers between -0.5 and 0.5, padded with zeros; its block ends after `width` reals of the last row. */
static struct Matrix matrix(long rows, long cols, long width, long stride, long size) {
  struct Matrix m = {rows, cols, stride, size, NULL, ((rows - 1) * stride + width) * size};
  m.at = allocate(m.bytes);
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < width; j++) set(&m, i, j, j < cols ? randomNumber() - 0.5 : 0);
  return m;
}

static struct Matrix copyOf(const struct Matrix *m) {
  struct Matrix copy = *m;
  copy.at = allocate(m->bytes);
  memcpy(copy.at, m->at, m->bytes);
  return copy;
}

static void releaseMatrix(const struct Matrix *m) { release(m->at, m->bytes); }

static double rounded(double value, long size) { return size == 4 ? (float)value : value; }

/* acc + a b in the variant's numerics. A product of two f32 is exact in f64. */
static double multiplyAdd(double acc, double a, double b, long size, int fused) {
  if (!fused) return rounded(acc + rounded(a * b, size), size);
  return size == 4 ? fmaf((float)a, (float)b, (float)acc) : fma(a, b, acc);
}

/* The arithmetic: sums of this many products are added in order. */
#define SUMMED 256

/* The sum over p of A(i, p) B(p, j), in blocks. If `kMajor` is set, A is stored as (k, m). */
static double dot(const struct Matrix *a, int kMajor, long i, const struct Matrix *b, long j, long k, double start,
                  int fused) {
  double total = start;
  for (long from = 0; from < k; from += SUMMED) {
    double sum = 0;
    for (long p = from; p < MIN(from + SUMMED, k); p++)
      sum = multiplyAdd(sum, kMajor ? get(a, p, i) : get(a, i, p), get(b, p, j), a->size, fused);
    total = rounded(total + sum, a->size);
  }
  return total;
}

static int differs(const struct Variant *v, const char *kernel, long i, long j, double actual, double expected) {
  if (actual == expected) return 0;
  printf("%s %s %s %s: element (%ld, %ld) is %a, not %a\n", kernel, v->set, v->dtype, v->numerics, i, j, actual, expected);
  return 1;
}

static int product(const struct Variant *v, long m, long n, long k, int images, int kept) {
  const long size = v->realBytes, width = ROW_BYTES(n, size) / size;
  const int fused = !strcmp(v->numerics, "fused");
  struct Matrix a = matrix(m, k, k, k + 1, size), b = matrix(k, n, n, n + 2, size);
  struct Matrix bias = matrix(1, n, width, width, size), c = matrix(m, n, width, width, size);
  uint8_t *pixels = allocate(m * k);
  struct Matrix high = matrix(1, k, k, k, size), low = matrix(1, k, k, k, size);
  for (long i = 0; i < m * k; i++) pixels[i] = (uint8_t)(256 * randomNumber());
  if (images) {
    const struct GemmImages g = {m,       n,    k,     a.stride, b.stride, c.stride, pixels, high.at, low.at,
                                 kept ? a.at : NULL, b.at, bias.at, c.at};
    v->gemmImages(&g);
  } else {
    const struct Gemm g = {m, n, k, a.stride, b.stride, c.stride, a.at, b.at, bias.at, c.at};
    v->gemmNN(&g);
  }
  int wrong = 0;
  for (long i = 0; images && i < m; i++)
    for (long p = 0; p < k; p++) {
      const double x = rounded(rounded(pixels[i * k + p] - get(&high, 0, p), size) - get(&low, 0, p), size);
      if (kept) wrong += differs(v, "pixels", i, p, get(&a, i, p), x);
      set(&a, i, p, x);
    }
  for (long i = 0; i < m; i++)
    for (long j = 0; j < n; j++)
      wrong += differs(v, images ? "gemmImages" : "gemmNN", i, j, get(&c, i, j),
                       dot(&a, 0, i, &b, j, k, get(&bias, 0, j), fused));
  releaseMatrix(&a), releaseMatrix(&b), releaseMatrix(&bias), releaseMatrix(&c);
  releaseMatrix(&high), releaseMatrix(&low), release(pixels, m * k);
  return wrong;
}

/* w and its state after one step, as the rules' docstrings in assembly/update.ts define it. */
static void step(long rule, double dw, double *w, double *s1, double *s2, const struct Matrix *hyper, int fused) {
  const long size = hyper->size;
  double h[MAX_HYPER];
  for (int i = 0; i < MAX_HYPER; i++) h[i] = get(hyper, 0, i);
#define R(value) rounded(value, size)
  switch (rule) {
    case 0: *w = R(*w - R(h[0] * dw)); break;
    case 1:
      *s1 = R(R(h[1] * *s1) - R(h[0] * dw));
      *w = R(*w + *s1);
      break;
    case 2:
      *s1 = multiplyAdd(R(h[1] * *s1), h[2], R(dw * dw), size, fused);
      *w = R(*w - R(R(h[0] * dw) / R(R(sqrt(*s1)) + h[3])));
      break;
    default:
      *s1 = multiplyAdd(R(h[1] * *s1), h[2], dw, size, fused);
      *s2 = multiplyAdd(R(h[3] * *s2), h[4], R(dw * dw), size, fused);
      *w = R(*w - R(R(h[0] * *s1) / R(R(sqrt(R(h[5] * *s2))) + h[6])));
  }
}

static int update(const struct Variant *v, long n, long d, long h, long rule) {
  const long size = v->realBytes;
  const int fused = !strcmp(v->numerics, "fused");
  struct Matrix x = matrix(n, d, d, d + 3, size), dout = matrix(n, h, h, h, size);
  struct Matrix hyper = matrix(1, MAX_HYPER, MAX_HYPER, MAX_HYPER, size);
  for (int i = 0; i < MAX_HYPER; i++) set(&hyper, 0, i, fabs(get(&hyper, 0, i)) + 0.1);
  /* The rules work on whole rows, including padding. */
  const long stride = ROUND_UP(h, 32 / size);
  struct Matrix w[4];
  for (int i = 0; i < 4; i++) w[i] = matrix(i == 3 ? MIN(STRIP, d) : d, h, stride, stride, size);
  /* The rules take square roots of the state. */
  for (int s = 1; s < 3; s++)
    for (long i = 0; i < d; i++)
      for (long j = 0; j < h; j++) set(&w[s], i, j, fabs(get(&w[s], i, j)));
  struct Matrix before[3] = {copyOf(&w[0]), copyOf(&w[1]), copyOf(&w[2])};
  const double reg = rule == 1 ? 0 : 0.1;
  const struct WeightUpdate u = {n,       d,       h,       x.stride, dout.stride, stride,  rule,    reg,
                                 x.at,    dout.at, w[0].at, w[1].at,  w[2].at,     w[3].at, hyper.at};
  v->weightUpdate(&u);
  int wrong = 0;
  for (long i = 0; i < d; i++)
    for (long j = 0; j < h; j++) {
      double was[3];
      for (int s = 0; s < 3; s++) was[s] = get(&before[s], i, j);
      double dw = dot(&x, 1, i, &dout, j, n, 0, fused);
      if (reg != 0) dw = multiplyAdd(dw, rounded(reg, size), was[0], size, fused);
      step(rule, dw, &was[0], &was[1], &was[2], &hyper, fused);
      for (int s = 0; s < 3; s++) wrong += differs(v, "weightUpdate", i, j, get(&w[s], i, j), was[s]);
    }
  for (int i = 0; i < 4; i++) releaseMatrix(&w[i]);
  for (int i = 0; i < 3; i++) releaseMatrix(&before[i]);
  releaseMatrix(&x), releaseMatrix(&dout), releaseMatrix(&hyper);
  return wrong;
}

/* Sizes around every tile's edge. Few are large, because the definition is slow. */
static const long ROWS[] = {1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 50, 64, 65, 79};
static const long COLUMNS[] = {1, 2, 3, 5, 8, 10, 15, 16, 17, 24, 31, 33, 48, 50, 51, 100};
static const long STEPS[] = {1, 2, 3, 4, 5, 12, 255, 256, 257, 519};
#define COUNT(list) (long)(sizeof list / sizeof *list)

int main(void) {
  int wrong = 0, ran = 0;
  for (int i = 0; i < VARIANTS; i++) {
    const struct Variant *v = variants[i];
    if (!isSupported(v)) continue;
    ran++;
    for (long r = 0; r < COUNT(ROWS); r++)
      for (long c = 0; c < COUNT(COLUMNS); c++) {
        guarded = (r + c / 2) % 2;
        /* Some shapes have long sums, each of a different length. */
        const long k = STEPS[(r + c) % COUNT(STEPS)];
        wrong += product(v, ROWS[r], COLUMNS[c], k, 0, 0);
        wrong += product(v, ROWS[r], COLUMNS[c], k, 1, (r + c) % 2);
        wrong += update(v, k, ROWS[r], COLUMNS[c], (r + c) % RULES);
      }
  }
  printf("%d variants, %d wrong elements\n", ran, wrong);
  return wrong != 0 || ran == 0;
}
