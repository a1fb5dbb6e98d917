/* The variants of one instruction set: two number types, two numerics. */
#define REAL f32
#define REAL_BYTES 4
#define SQRT sqrtf
#define FUSED 0
#include "variant.h"
#undef FUSED
#define FUSED 1
#include "variant.h"
#undef FUSED
#undef REAL
#undef REAL_BYTES
#undef SQRT

#define REAL f64
#define REAL_BYTES 8
#define SQRT sqrt
#define FUSED 0
#include "variant.h"
#undef FUSED
#define FUSED 1
#include "variant.h"
#undef FUSED
#undef REAL
#undef REAL_BYTES
#undef SQRT
