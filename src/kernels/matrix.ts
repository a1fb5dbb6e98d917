/** Matrices in a back end's memory: how they are laid out, and how much memory they take. */
import type { Dtype } from './numerics.ts';
import { BLOCK } from './signatures.ts';

/** An address in a memory, in bytes. */
export type Pointer = number;

/** `rows` by `cols` reals; `stride` is the number of bytes from one row to the next. */
export interface Matrix {
  readonly pointer: Pointer;
  readonly rows: number;
  readonly cols: number;
  readonly stride: number;
}

/** Allocates memory: an engine, or a bump allocator that only counts. */
export interface Allocator {
  /** 4 or 8. */
  readonly bytesPerReal: number;
  allocate(bytes: number): Pointer;
}

/** A cache line. Every allocation starts at one. */
export const LINE = 64;
/** Rows are rounded up to this: the tiles of the products are 4 rows high. */
const TILE = 4;
/** Strides are rounded up to this, so that no operand of a 256-bit operation lies in two cache lines. */
const WIDE = 32;

export const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;
/** A number of rows, rounded up to whole tiles. */
export const wholeTiles = (rows: number): number => roundUp(rows, TILE);
export const bytesPerRealOf = (dtype: Dtype): 4 | 8 => (dtype === 'float32' ? 4 : 8);

/**
 * A matrix of whole tiles. A stride that is a multiple of 1 KiB would put a column into few sets of the first-level
 * cache, so it is made a cache line longer.
 */
export function allocateMatrix(to: Allocator, rows: number, cols: number): Matrix {
  let stride = roundUp(cols * to.bytesPerReal, WIDE);
  if (stride % 1024 === 0) stride += LINE;
  return { pointer: to.allocate(wholeTiles(rows) * stride), rows, cols, stride };
}

/** Room for the panels that a product of `rows` rows packs at a time. */
export function allocatePacking(to: Allocator, rows: number): Pointer {
  return to.allocate(wholeTiles(rows) * BLOCK * to.bytesPerReal);
}

/** Row `index` of a matrix, as a matrix. */
export const rowOf = ({ pointer, cols, stride }: Matrix, index: number): Matrix => ({
  pointer: pointer + index * stride,
  rows: 1,
  cols,
  stride,
});

/** The rows of a matrix from `index` on, as a matrix. */
export const rowsFrom = ({ pointer, rows, cols, stride }: Matrix, index: number): Matrix => ({
  pointer: pointer + index * stride,
  rows: rows - index,
  cols,
  stride,
});

/** Hands out addresses from `bottom` up and touches no memory: counts what a layout takes. */
export function bumpAllocator(dtype: Dtype, bottom: Pointer) {
  let top = roundUp(bottom, LINE);
  return {
    bytesPerReal: bytesPerRealOf(dtype),
    allocate(bytes: number): Pointer {
      const pointer = top;
      top = roundUp(pointer + bytes, LINE);
      return pointer;
    },
    /** The first address that is free. */
    top: () => top,
  };
}
