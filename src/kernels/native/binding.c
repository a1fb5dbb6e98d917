/*
 * The kernels as JavaScript functions. The addon exports `kernels(set, dtype, numerics)`, which returns undefined
 * where the processor lacks the instructions. Each kernel takes a Uint8Array of the whole memory, then the
 * arguments of its namesake in assembly/: pointers are byte offsets into the memory, strides are in bytes. (The
 * room to pack is not used: rows are packed on the stack.) Every operand must lie in the memory, so that a wrong
 * matrix is an error and not a corruption. Nothing is kept between calls, so any thread may call a kernel with any
 * memory.
 */
#include <node_api.h>
#include <stdio.h>
#include <string.h>
#include "kernels.h"

#define MAX_ARGUMENTS 16

/* A call in progress. The first fault is kept, and thrown once all arguments are read. */
struct Call {
  napi_env env;
  const struct Variant *variant;
  uint8_t *memory;
  size_t bytes;
  size_t given;
  napi_value argument[MAX_ARGUMENTS];
  char fault[128];
};

#define FAULT(call, ...) \
  do { \
    if (!(call)->fault[0]) snprintf((call)->fault, sizeof (call)->fault, __VA_ARGS__); \
  } while (0)

static void begin(struct Call *call, napi_env env, napi_callback_info info) {
  void *variant = NULL;
  napi_typedarray_type type = napi_float64_array;
  call->env = env;
  call->given = MAX_ARGUMENTS;
  call->fault[0] = 0;
  napi_get_cb_info(env, info, &call->given, call->argument, NULL, &variant);
  call->variant = variant;
  if (napi_get_typedarray_info(env, call->argument[0], &type, &call->bytes, (void **)&call->memory, NULL, NULL) !=
          napi_ok ||
      type != napi_uint8_array)
    FAULT(call, "the first argument is not a Uint8Array");
}

/* Throws the fault, if there is one; returns whether the kernel may run. */
static int isValid(const struct Call *call, const char *kernel) {
  if (!call->fault[0]) return 1;
  char message[192];
  snprintf(message, sizeof message, "%s: %s", kernel, call->fault);
  napi_throw_range_error(call->env, NULL, message);
  return 0;
}

static double number(struct Call *call, int index) {
  double value = 0;
  if (napi_get_value_double(call->env, call->argument[index], &value) != napi_ok)
    FAULT(call, "argument %d is not a number", index);
  return value;
}

/* A whole number below 2^32, so that products of two fit in 64 bits. */
static uint64_t whole(struct Call *call, int index) {
  const double value = number(call, index);
  if (value >= 0 && value < 4294967296.0 && value == (double)(uint64_t)value) return (uint64_t)value;
  FAULT(call, "argument %d is not a whole number from 0 to 2^32 - 1", index);
  return 0;
}

/* The address of `bytes` bytes at a pointer. */
static void *block(struct Call *call, int index, uint64_t bytes) {
  const uint64_t at = whole(call, index);
  if (at > call->bytes || bytes > call->bytes - at)
    FAULT(call, "argument %d: %llu bytes at %llu lie outside the memory of %zu", index, (unsigned long long)bytes,
          (unsigned long long)at, call->bytes);
  return call->memory + at;
}

/* The address of a matrix of `rows` rows of `width` bytes. `stride` is set to argument `strideIndex`, in reals. */
static void *matrix(struct Call *call, int index, uint64_t rows, uint64_t width, int strideIndex, long *stride) {
  const uint64_t bytes = whole(call, strideIndex);
  if (bytes % call->variant->realBytes || bytes < width)
    FAULT(call, "argument %d: a stride of %llu bytes, for rows of %llu", strideIndex, (unsigned long long)bytes,
          (unsigned long long)width);
  *stride = (long)(bytes / call->variant->realBytes);
  return block(call, index, rows * bytes);
}

static napi_value gemmNN(napi_env env, napi_callback_info info) {
  struct Call call;
  begin(&call, env, info);
  const uint64_t size = call.variant->realBytes, m = whole(&call, 1), n = whole(&call, 2), k = whole(&call, 3);
  struct Gemm g = {.m = (long)m, .n = (long)n, .k = (long)k};
  g.a = matrix(&call, 4, m, k * size, 5, &g.aStride);
  g.b = matrix(&call, 6, k, n * size, 7, &g.bStride);
  g.bias = block(&call, 8, ROW_BYTES(n, size));
  g.c = matrix(&call, 9, m, ROW_BYTES(n, size), 10, &g.cStride);
  if (isValid(&call, "gemmNN")) call.variant->gemmNN(&g);
  return NULL;
}

static napi_value gemmImages(napi_env env, napi_callback_info info) {
  struct Call call;
  begin(&call, env, info);
  const uint64_t size = call.variant->realBytes, m = whole(&call, 1), n = whole(&call, 2), k = whole(&call, 3);
  struct GemmImages g = {.m = (long)m, .n = (long)n, .k = (long)k};
  g.pixels = block(&call, 4, m * k);
  g.high = block(&call, 5, k * size);
  g.low = block(&call, 6, k * size);
  g.x = whole(&call, 7) ? matrix(&call, 7, m, k * size, 8, &g.xStride) : NULL;
  g.b = matrix(&call, 9, k, n * size, 10, &g.bStride);
  g.bias = block(&call, 11, ROW_BYTES(n, size));
  g.c = matrix(&call, 12, m, ROW_BYTES(n, size), 13, &g.cStride);
  if (isValid(&call, "gemmImages")) call.variant->gemmImages(&g);
  return NULL;
}

static napi_value weightUpdate(napi_env env, napi_callback_info info) {
  struct Call call;
  begin(&call, env, info);
  const uint64_t size = call.variant->realBytes, n = whole(&call, 1), d = whole(&call, 2), h = whole(&call, 3);
  struct WeightUpdate u = {.n = (long)n, .d = (long)d, .h = (long)h};
  u.x = matrix(&call, 4, n, d * size, 5, &u.xStride);
  u.dout = matrix(&call, 6, n, h * size, 7, &u.doutStride);
  u.reg = number(&call, 8);
  u.rule = (long)whole(&call, 9);
  if (u.rule >= RULES) FAULT(&call, "argument 9: there is no rule %ld", u.rule);
  u.w = matrix(&call, 10, d, h * size, 13, &u.wStride);
  u.s1 = matrix(&call, 11, d, h * size, 13, &u.wStride);
  u.s2 = matrix(&call, 12, d, h * size, 13, &u.wStride);
  u.strip = block(&call, 14, (uint64_t)(MIN(STRIP, d) * u.wStride) * size);
  u.hyper = block(&call, 15, MAX_HYPER * size);
  if (isValid(&call, "weightUpdate")) call.variant->weightUpdate(&u);
  return NULL;
}

static const struct {
  const char *name;
  napi_callback call;
} methods[] = {{"gemmNN", gemmNN}, {"gemmImages", gemmImages}, {"weightUpdate", weightUpdate}};

/* An object with the kernels of one variant. */
static napi_value kernels(napi_env env, napi_callback_info info) {
  napi_value argument[3], object = NULL;
  size_t given = 3;
  char name[3][16] = {"", "", ""};
  napi_get_cb_info(env, info, &given, argument, NULL, NULL);
  for (int i = 0; i < 3; i++) napi_get_value_string_utf8(env, argument[i], name[i], sizeof name[i], NULL);
  for (int i = 0; i < VARIANTS; i++) {
    const struct Variant *v = variants[i];
    if (strcmp(v->set, name[0]) || strcmp(v->dtype, name[1]) || strcmp(v->numerics, name[2]) || !isSupported(v))
      continue;
    napi_create_object(env, &object);
    for (size_t j = 0; j < sizeof methods / sizeof *methods; j++) {
      napi_value method;
      napi_create_function(env, methods[j].name, NAPI_AUTO_LENGTH, methods[j].call, (void *)v, &method);
      napi_set_named_property(env, object, methods[j].name, method);
    }
    return object;
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "kernels", NAPI_AUTO_LENGTH, kernels, NULL, &function);
  napi_set_named_property(env, exports, "kernels", function);
  return exports;
}
