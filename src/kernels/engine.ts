/** Kernels for one number type, with the memory they work in. */
import { compileKernels, isWidened } from './wasm.ts';

export type Dtype = 'float32' | 'float64';
type Reals = Float32Array | Float64Array;

/** A pointer into an engine's memory, in bytes. */
export type Pointer = number;

/** A matrix in an engine's memory: `rows` by `cols` reals, `row` bytes from one row to the next. */
export interface Matrix {
  readonly pointer: Pointer;
  readonly rows: number;
  readonly cols: number;
  readonly row: number;
}

/** The exports of src/kernels/assembly/index.ts, which documents them. `row` arguments are strides in bytes. */
export interface Kernels {
  // biome-ignore format: one line a kernel, as in the assembly
  gemmNN(m: number, n: number, k: number, a: Pointer, aRow: number, b: Pointer, bRow: number, bias: Pointer, c: Pointer, cRow: number, packed: Pointer): void;
  // biome-ignore format: one line a kernel
  gemmImages(m: number, n: number, k: number, pixels: Pointer, mean: Pointer, x: Pointer, xRow: number, b: Pointer, bRow: number, bias: Pointer, c: Pointer, cRow: number, packed: Pointer): void;
  // biome-ignore format: one line a kernel
  gemmTN(m: number, n: number, k: number, a: Pointer, aRow: number, b: Pointer, bRow: number, c: Pointer, cRow: number): void;
  // biome-ignore format: one line a kernel
  gemmNT(m: number, n: number, k: number, a: Pointer, aRow: number, b: Pointer, bRow: number, c: Pointer, cRow: number): void;
  // biome-ignore format: one line a kernel
  weightGradient(n: number, d: number, h: number, x: Pointer, xRow: number, dout: Pointer, doutRow: number, reg: number, w: Pointer, dw: Pointer, wRow: number): void;
  // biome-ignore format: one line a kernel
  weightUpdate(n: number, d: number, h: number, x: Pointer, xRow: number, dout: Pointer, doutRow: number, reg: number, rule: number, w: Pointer, s1: Pointer, s2: Pointer, wRow: number, strip: Pointer, hyper: Pointer): void;
  sumOfSquares(d: number, h: number, w: Pointer, wRow: number): number;
  // biome-ignore format: one line a kernel
  update(rule: number, bytes: number, w: Pointer, dw: Pointer, s1: Pointer, s2: Pointer, hyper: Pointer): void;
  reluForward(n: number, h: number, x: Pointer, row: number): void;
  reluBackward(n: number, h: number, dout: Pointer, out: Pointer, row: number, db: Pointer): void;
  columnSums(n: number, h: number, dout: Pointer, row: number, db: Pointer): void;
  // biome-ignore format: one line a kernel
  batchnormForward(n: number, h: number, x: Pointer, gamma: Pointer, beta: Pointer, eps: number, momentum: number, runningMean: Pointer, runningVar: Pointer, xhat: Pointer, std: Pointer, out: Pointer, row: number, activate: number): void;
  // biome-ignore format: one line a kernel
  batchnormTest(n: number, h: number, x: Pointer, gamma: Pointer, beta: Pointer, eps: number, runningMean: Pointer, runningVar: Pointer, out: Pointer, row: number, activate: number): void;
  // biome-ignore format: one line a kernel
  batchnormBackward(n: number, h: number, dout: Pointer, xhat: Pointer, std: Pointer, gamma: Pointer, dgamma: Pointer, dbeta: Pointer, row: number): void;
  // biome-ignore format: one line a kernel
  batchnormBackwardAlt(n: number, h: number, dout: Pointer, out: Pointer, xhat: Pointer, std: Pointer, gamma: Pointer, dgamma: Pointer, dbeta: Pointer, db: Pointer, row: number): void;
  // biome-ignore format: one line a kernel
  layernormForward(n: number, h: number, x: Pointer, gamma: Pointer, beta: Pointer, eps: number, xhat: Pointer, std: Pointer, out: Pointer, row: number, activate: number): void;
  // biome-ignore format: one line a kernel
  layernormBackward(n: number, h: number, dout: Pointer, out: Pointer, xhat: Pointer, std: Pointer, gamma: Pointer, dgamma: Pointer, dbeta: Pointer, db: Pointer, row: number): void;
  softmaxLoss(n: number, c: number, scores: Pointer, labels: Pointer, dscores: Pointer, row: number): number;
  countCorrect(n: number, c: number, scores: Pointer, labels: Pointer, row: number): number;
  useWideTiles(on: boolean): void;
  /** Reals for each row of A that gemmNN and gemmImages need in `packed`. */
  BLOCK: WebAssembly.Global;
  /** Rows of weights that weightUpdate holds in its strip. */
  STRIP: WebAssembly.Global;
  /** First byte that is not the module's own. */
  heapBase(): Pointer;
}

const PAGE = 65_536;
const LINE = 64;
const MAX_BYTES = 65_536 * PAGE;

/** Rows of a matrix are rounded up to this: the tiles of the products are 4 or 2 rows high. */
const TILE = 4;
/** Bytes that a row is rounded up to, 8 or 4 numbers: no operand of a 256-bit operation then lies in two cache lines. */
const WIDE = 32;

const up = (n: number, multiple: number) => Math.ceil(n / multiple) * multiple;

/**
 * An engine owns one memory, given out from the bottom up and taken back all at once. Memory may grow while matrices are
 * laid out, never while kernels run; views are made anew by `view`, for growth detaches them.
 */
export class Engine {
  readonly dtype: Dtype;
  readonly kernels: Kernels;
  readonly bytesPerReal: number;
  readonly #memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536 });
  readonly #bottom: number;
  #top: number;

  /** @param module its kernels, compiled by `compileKernels`; a worker thread is handed them by the main thread */
  constructor(dtype: Dtype, module: WebAssembly.Module = compileKernels(dtype)) {
    this.dtype = dtype;
    this.bytesPerReal = dtype === 'float32' ? 4 : 8;
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.kernels = instance.exports as unknown as Kernels;
    if (isWidened(module)) this.kernels.useWideTiles(true);
    this.#bottom = up(this.kernels.heapBase(), LINE);
    this.#top = this.#bottom;
  }

  /** Takes back everything that was allocated. */
  reset(): void {
    this.#top = this.#bottom;
  }

  /** `bytes` of zeroed memory, at the start of a cache line. Throws RangeError beyond 4 GiB. */
  allocate(bytes: number): Pointer {
    const pointer = this.#top;
    const top = up(pointer + bytes, LINE);
    if (top > MAX_BYTES)
      throw new RangeError(`a net of this size needs more than the 4 GiB that WebAssembly can address`);
    const missing = top - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    this.#top = top;
    new Uint8Array(this.#memory.buffer, pointer, top - pointer).fill(0);
    return pointer;
  }

  /**
   * A zeroed matrix, padded to whole tiles. A stride that is a multiple of 1 KiB would put a column
   * into a few sets of the first-level cache; it is moved on by a line.
   */
  matrix(rows: number, cols: number): Matrix {
    let row = up(cols * this.bytesPerReal, WIDE);
    if (row % 1024 === 0) row += LINE;
    return { pointer: this.allocate(up(rows, TILE) * row), rows, cols, row };
  }

  /** A view of `count` reals at a pointer, good until the next allocation. */
  reals(pointer: Pointer, count: number): Reals {
    const Type = this.dtype === 'float32' ? Float32Array : Float64Array;
    return new Type(this.#memory.buffer, pointer, count);
  }

  /** Room for what a product packs of up to `rows` rows at a time. */
  packing(rows: number): Pointer {
    return this.allocate(up(rows, TILE) * (this.kernels.BLOCK.value as number) * this.bytesPerReal);
  }

  bytes(pointer: Pointer, count: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, pointer, count);
  }

  doubles(pointer: Pointer, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer, pointer, count);
  }

  /** Copies row-major numbers into a matrix, rounded to its type. */
  write(matrix: Matrix, values: ArrayLike<number>): void {
    const all = this.reals(matrix.pointer, (matrix.rows * matrix.row) / this.bytesPerReal);
    const stride = matrix.row / this.bytesPerReal;
    for (let i = 0; i < matrix.rows; i++) {
      for (let j = 0; j < matrix.cols; j++) all[i * stride + j] = values[i * matrix.cols + j] ?? 0;
    }
  }

  /** A matrix's numbers, row-major, without the padding. */
  read(matrix: Matrix): Float64Array {
    const all = this.reals(matrix.pointer, (matrix.rows * matrix.row) / this.bytesPerReal);
    const stride = matrix.row / this.bytesPerReal;
    const values = new Float64Array(matrix.rows * matrix.cols);
    for (let i = 0; i < matrix.rows; i++) {
      for (let j = 0; j < matrix.cols; j++) values[i * matrix.cols + j] = all[i * stride + j]!;
    }
    return values;
  }
}
