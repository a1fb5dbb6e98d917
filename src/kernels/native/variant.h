/* One variant: its vocabulary, its families and its row of the table. */
#include "vector.h"

#include "gemm.c"
#include "images.c"
#include "update.c"

static const struct Variant NAME(variant) = {
    TEXT(SET), REAL_BYTES == 4 ? "float32" : "float64", FUSED ? "fused" : "portable", sizeof(real),
    gemmNN,    gemmImages,                              weightUpdate,
};

#undef SPLAT
#undef FMA
#undef LOAD_LANES
