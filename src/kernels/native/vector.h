/*
 * The vocabulary of one variant: an instruction set, a number type and numerics. It is included once per variant, with
 *
 *   SET    avx2 or avx512    VECTOR  32 or 64, the bytes of a vector
 *   REAL   f32 or f64        FUSED   1 to round a product and its addition once, 0 to round each
 *
 * There is no include guard, for all of it belongs to the variant. Strides and steps are in reals.
 */
#define PASTE(name, set, type, fused) name##_##set##_##type##_##fused
#define EXPAND(name, set, type, fused) PASTE(name, set, type, fused)
#define NAME(name) EXPAND(name, SET, REAL, FUSED)
#define QUOTE(word) #word
#define TEXT(word) QUOTE(word)

#define real NAME(real)
#define vec NAME(vec)
#define quad NAME(quad)
#define quadIndex NAME(quadIndex)
#define lanesMask NAME(lanesMask)

#if REAL_BYTES == 4
typedef float real;
typedef int32_t quadIndex __attribute__((vector_size(16)));
#else
typedef double real;
typedef int64_t quadIndex __attribute__((vector_size(32)));
#endif

/* A vector, at the alignment of a real. */
typedef real vec __attribute__((vector_size(VECTOR), aligned(REAL_BYTES), may_alias));
/* Four reals, the side of a transpose. */
typedef real quad __attribute__((vector_size(4 * REAL_BYTES), aligned(REAL_BYTES), may_alias));

#define LANES (VECTOR / REAL_BYTES)
/* Rows that a product packs at a time. With a block of steps they take 32 KiB in AVX2, 64 KiB in AVX-512. */
#define TALL (4 * LANES)

/* What has no operator on the compiler's vector types. */
#if VECTOR == 64 && REAL_BYTES == 4
typedef __mmask16 lanesMask;
#define SPLAT _mm512_set1_ps
#define FMA _mm512_fmadd_ps
#define LOAD_LANES(p, mask) _mm512_maskz_loadu_ps(mask, p)
#elif VECTOR == 64
typedef __mmask8 lanesMask;
#define SPLAT _mm512_set1_pd
#define FMA _mm512_fmadd_pd
#define LOAD_LANES(p, mask) _mm512_maskz_loadu_pd(mask, p)
#elif REAL_BYTES == 4
typedef __m256i lanesMask;
#define SPLAT _mm256_set1_ps
#define FMA _mm256_fmadd_ps
#define LOAD_LANES(p, mask) _mm256_maskload_ps(p, mask)
#else
typedef __m256i lanesMask;
#define SPLAT _mm256_set1_pd
#define FMA _mm256_fmadd_pd
#define LOAD_LANES(p, mask) _mm256_maskload_pd(p, mask)
#endif

#define load NAME(load)
INLINE vec load(const real *p) { return *(const vec *)p; }

#define store NAME(store)
INLINE void store(real *p, vec v) { *(vec *)p = v; }

/* acc + a b, rounded as the variant's numerics say. */
#define multiplyAdd NAME(multiplyAdd)
INLINE vec multiplyAdd(vec acc, vec a, vec b) {
#if FUSED
  return FMA(a, b, acc);
#else
  return acc + a * b;
#endif
}

/* The same for one real, in loops that the compiler vectorizes. */
#define multiplyAddReal NAME(multiplyAddReal)
INLINE real multiplyAddReal(real acc, real a, real b) {
#if FUSED && REAL_BYTES == 4
  return __builtin_fmaf(a, b, acc);
#elif FUSED
  return __builtin_fma(a, b, acc);
#else
  return acc + a * b;
#endif
}

/* The lanes below `count`, which may lie outside 0..LANES. */
#define lanesBelow NAME(lanesBelow)
INLINE lanesMask lanesBelow(long count) {
  if (count < 0) count = 0;
  if (count > LANES) count = LANES;
#if VECTOR == 64
  return (lanesMask)((1u << count) - 1);
#else
  static const int32_t ones[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
  return _mm256_loadu_si256((const __m256i *)(ones + 8 - count * (REAL_BYTES / 4)));
#endif
}
