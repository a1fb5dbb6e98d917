/* Every family of kernels, once per variant. */
#include "kernels.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define SHARED static __attribute__((noinline))
#define LINE_ALIGNED __attribute__((aligned(64)))

#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512vl,avx512bw,avx512dq")
#define SET avx512
#define VECTOR 64
#include "variants.h"
#undef SET
#undef VECTOR
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define SET avx2
#define VECTOR 32
#include "variants.h"
#undef SET
#undef VECTOR
#pragma GCC pop_options

const struct Variant *const variants[VARIANTS] = {
    &variant_avx512_f32_0, &variant_avx512_f32_1, &variant_avx512_f64_0, &variant_avx512_f64_1,
    &variant_avx2_f32_0,   &variant_avx2_f32_1,   &variant_avx2_f64_0,   &variant_avx2_f64_1,
};

int isSupported(const struct Variant *variant) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  if (!strcmp(variant->set, "avx2")) return 1;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}
