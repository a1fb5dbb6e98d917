/** The memory layout of matrices. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allocateMatrix, bumpAllocator } from '../../src/kernels/matrix.ts';
import { dtypes } from '../../src/kernels/numerics.ts';

const shapes = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2000 })), {
  minLength: 1,
  maxLength: 10,
});

it.each(dtypes)(
  '%s matrices start at cache lines, have strides of a multiple of 32 bytes, and do not overlap',
  dtype => {
    fc.assert(
      fc.property(shapes, fc.nat(10_000), (all, bottom) => {
        const to = bumpAllocator(dtype, bottom);
        let end = bottom;
        for (const [rows, cols] of all) {
          const { pointer, stride } = allocateMatrix(to, rows, cols);
          expect(pointer).toBeGreaterThanOrEqual(end);
          expect([pointer % 64, stride % 32]).toEqual([0, 0]);
          expect(stride % 1024).not.toBe(0);
          expect(stride).toBeGreaterThanOrEqual(cols * to.bytesPerReal);
          end = pointer + 4 * Math.ceil(rows / 4) * stride;
          expect(to.top()).toBeGreaterThanOrEqual(end);
        }
      }),
    );
  },
);
