/*
 * The processor's peak: multiplies and adds float32 numbers in registers only. Prints the GFLOP/s of one core. BITS is the width of a
 * vector; compiled with -mfma and -ffp-contract=fast, each product and its addition are one instruction.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef float vector __attribute__((vector_size(BITS / 8)));

enum { SIDE = 3, STEPS = 20000000 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

int main(void) {
  vector x[SIDE], y[SIDE], sum[SIDE][SIDE];
  for (int i = 0; i < SIDE; i++) {
    x[i] = (vector){0} + 1e-3f;
    y[i] = (vector){0} + 1e-3f;
  }
  memset(sum, 0, sizeof sum);
  double start = seconds();
  /* Nine sums hide each other's latency. With their operands they fit into 16 registers. */
  for (int step = 0; step < STEPS; step++) {
    /* Keeps the compiler from seeing that the operands stay the same. */
    for (int i = 0; i < SIDE; i++) __asm__ volatile("" : "+x"(x[i]), "+x"(y[i]));
    for (int i = 0; i < SIDE; i++)
      for (int j = 0; j < SIDE; j++) sum[i][j] += x[i] * y[j];
  }
  double taken = seconds() - start;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) __asm__ volatile("" : : "x"(sum[i][j]));
  printf("%.2f\n", 2.0 * SIDE * SIDE * (BITS / 32) * STEPS / taken / 1e9);
  return 0;
}
