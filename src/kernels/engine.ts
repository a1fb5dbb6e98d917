/** Kernels for one number type, with the memory that they work on. */
import { expectArgument, isWhole } from '../arguments.ts';
import type { Kernels, Program } from './backend.ts';
import { bind } from './choose-backend.ts';
import {
  type Allocator,
  allocateMatrix,
  allocatePacking,
  bytesPerRealOf,
  LINE,
  type Matrix,
  type Pointer,
  roundUp,
} from './matrix.ts';
import type { Dtype } from './numerics.ts';
import { newMemory } from './wasm/memory.ts';

type Reals = Float32Array | Float64Array;

const PAGE = 65_536;
/** What WebAssembly can address: 4 GiB. */
export const ADDRESSABLE = 65_536 * PAGE;

/**
 * Owns one memory, allocates it from the bottom up and frees it all at once. The memory may grow while matrices are
 * allocated, never while kernels run. Growth detaches views: ask for a new one after an allocation.
 */
export class Engine implements Allocator {
  readonly dtype: Dtype;
  readonly kernels: Kernels;
  readonly bytesPerReal: number;
  readonly #memory = newMemory({ initial: 16, maximum: ADDRESSABLE / PAGE });
  readonly #bottom: number;
  #top: number;

  /** @param program from compileProgram */
  constructor(program: Program) {
    this.dtype = program.dtype;
    this.bytesPerReal = bytesPerRealOf(program.dtype);
    this.kernels = bind(program, this.#memory);
    this.#bottom = roundUp(this.kernels.heapBase(), LINE);
    this.#top = this.#bottom;
  }

  /** Bytes in use, the kernels' own data included. */
  get bytesUsed(): number {
    return this.#top;
  }

  /** Frees everything. */
  reset(): void {
    this.#top = this.#bottom;
  }

  /**
   * Allocates zeroed memory that starts at a cache line.
   * @throws RangeError beyond 4 GiB
   */
  allocate(bytes: number): Pointer {
    const pointer = this.#top;
    const top = roundUp(pointer + bytes, LINE);
    if (top > ADDRESSABLE)
      throw new RangeError('the net needs more than the 4 GiB of memory that WebAssembly can address');
    const missing = top - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    this.#top = top;
    new Uint8Array(this.#memory.buffer, pointer, top - pointer).fill(0);
    return pointer;
  }

  /** A zeroed matrix. */
  matrix(rows: number, cols: number): Matrix {
    for (const size of [rows, cols])
      expectArgument(
        isWhole(size, 1, ADDRESSABLE),
        'Engine: matrix',
        size,
        'whole numbers of rows and columns',
      );
    return allocateMatrix(this, rows, cols);
  }

  /** Room for the panels that a product of up to `rows` rows packs at a time. */
  packing(rows: number): Pointer {
    return allocatePacking(this, rows);
  }

  /** A view of `count` reals at a pointer, valid until the next allocation. */
  reals(pointer: Pointer, count: number): Reals {
    const Type = this.dtype === 'float32' ? Float32Array : Float64Array;
    return new Type(this.#memory.buffer, pointer, count);
  }

  /** A view of bytes, valid until the next allocation. */
  bytes(pointer: Pointer, count: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, pointer, count);
  }

  /** Stores row-major numbers in a matrix, rounded to its number type. Missing numbers are 0. */
  write(matrix: Matrix, values: ArrayLike<number>): void {
    const { all, stride } = this.#elements(matrix);
    for (let i = 0; i < matrix.rows; i++) {
      for (let j = 0; j < matrix.cols; j++) all[i * stride + j] = values[i * matrix.cols + j] ?? 0;
    }
  }

  /** A copy of a matrix: row-major, without padding. */
  read(matrix: Matrix): Float64Array {
    const { all, stride } = this.#elements(matrix);
    const values = new Float64Array(matrix.rows * matrix.cols);
    for (let i = 0; i < matrix.rows; i++) {
      for (let j = 0; j < matrix.cols; j++) values[i * matrix.cols + j] = all[i * stride + j]!;
    }
    return values;
  }

  /** A matrix's memory with its padding, and its stride in reals. */
  #elements({ pointer, rows, stride }: Matrix) {
    const all = this.reals(pointer, (rows * stride) / this.bytesPerReal);
    return { all, stride: stride / this.bytesPerReal };
  }
}
