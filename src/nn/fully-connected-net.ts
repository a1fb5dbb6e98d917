/**
 * The course's FullyConnectedNet: {affine, normalization, ReLU} x (L - 1), affine, softmax. Everything it needs is laid
 * out in its engine's memory by the constructor; a step allocates nothing.
 */
import type { Normalization } from '../config/schema.ts';
import type { Engine, Matrix, Pointer } from '../kernels/engine.ts';
import type { RandomState } from '../random/random-state.ts';
import {
  affineBackward,
  affineForward,
  batchnormBackwardAlt,
  batchnormForward,
  layernormBackward,
  layernormForward,
  type Normalized,
  reluBackward,
  reluForward,
} from './layers.ts';
import { MAX_HYPER, type updateRules } from './update-rules.ts';

type Rule = (typeof updateRules)[keyof typeof updateRules];

export interface NetOptions {
  readonly inputDim: number;
  readonly hiddenDims: readonly number[];
  readonly numClasses: number;
  readonly normalization: Normalization;
  readonly weightScale: number;
  readonly reg: number;
  /** The most rows that a forward or backward pass will be given. */
  readonly maxRows: number;
  /** (inputDim) float64, subtracted from images that are given as bytes; absent for a net whose input is given as numbers. */
  readonly mean?: Float64Array;
  /** The rule that `update` will be called with; absent for a net whose gradients are only looked at. */
  readonly rule?: Rule;
}

/** The affine layer i and what follows it. The last has no normalization and no ReLU. */
interface Layer extends Normalized {
  /** (d, h) */
  readonly w: Matrix;
  /** The parameters that are rows of h: b and, where the layer is normalized, gamma and beta. One above the other. */
  readonly rows: Matrix;
  readonly drows: Matrix;
  readonly b: Pointer;
}

/** What a rule needs beside a layer's parameters. */
interface LayerState {
  readonly w: readonly [Pointer, Pointer];
  readonly rows: readonly [Pointer, Pointer];
  readonly strip: Pointer;
}

export class FullyConnectedNet {
  /** (maxRows, inputDim): the input of the next pass, to be written unless `images` is there. */
  readonly input: Matrix;
  /** Where a net with a mean image has the images of the next pass, (maxRows, inputDim) uint8, and that mean. */
  readonly images: { readonly pixels: Pointer; readonly mean: Pointer } | undefined;
  /** (maxRows) uint8: their labels. */
  readonly labels: Pointer;
  readonly #engine: Engine;
  readonly #options: NetOptions;
  readonly #layers: readonly Layer[];
  readonly #states: readonly LayerState[];
  readonly #hyper: Pointer;
  readonly #packing: Pointer;
  /** Parameters and running statistics lie side by side, so that a copy of all is one copy. */
  readonly #parameters: { readonly from: Pointer; readonly bytes: number };
  readonly #kept: Pointer;

  /**
   * Draws W1 .. WL row by row from N(0, weightScale^2); b and beta are 0, gamma is 1.
   * @throws RangeError if it does not fit into WebAssembly's 4 GiB
   */
  constructor(engine: Engine, options: NetOptions, random: RandomState) {
    this.#engine = engine;
    this.#options = options;
    const dims = [options.inputDim, ...options.hiddenDims, options.numClasses];
    const { maxRows } = options;

    const parameters = dims.slice(1).map((h, i) => {
      const normalized = options.normalization !== 'none' && i < options.hiddenDims.length;
      const w = engine.matrix(dims[i]!, h);
      const rows = engine.matrix(normalized ? 3 : 1, h);
      return { w, rows, running: engine.matrix(2, h) };
    });
    const from = parameters[0]!.w.pointer;
    this.#parameters = { from, bytes: engine.allocate(0) - from };
    this.#kept = options.rule ? engine.allocate(this.#parameters.bytes) : 0;

    this.#layers = parameters.map(({ w, rows, running }) => {
      const drows = engine.matrix(rows.rows, rows.cols);
      return {
        w,
        rows,
        drows,
        b: rows.pointer,
        gamma: rows.pointer + rows.row,
        beta: rows.pointer + 2 * rows.row,
        db: drows.pointer,
        dgamma: drows.pointer + drows.row,
        dbeta: drows.pointer + 2 * drows.row,
        runningMean: running.pointer,
        runningVar: running.pointer + running.row,
        out: engine.matrix(maxRows, w.cols),
        dout: engine.matrix(maxRows, w.cols),
        xhat: rows.rows === 3 ? engine.matrix(maxRows, w.cols) : rows,
        activated: true,
        std: rows.rows === 3 ? engine.matrix(1, Math.max(maxRows, w.cols)).pointer : 0,
      };
    });
    this.#states = options.rule ? this.#layers.map(layer => this.#allocateState(layer)) : [];
    this.#hyper = engine.allocate(MAX_HYPER * engine.bytesPerReal);
    this.#packing = engine.packing(maxRows);
    this.input = engine.matrix(maxRows, options.inputDim);
    this.labels = engine.allocate(maxRows);
    this.images = options.mean && this.#allocateImages(options.mean);
    for (const layer of this.#layers) this.#initialize(layer, random);
  }

  /** Every parameter under the course's name (W1, b1, gamma1, beta1, .. WL, bL). */
  get params(): ReadonlyMap<string, Matrix> {
    const named = this.#layers.flatMap((layer, i) => [
      [`W${i + 1}`, layer.w] as const,
      ...rowsByName(layer.rows, i + 1),
    ]);
    return new Map(named);
  }

  /**
   * Loss of the first n rows of the input and, for each parameter, its gradient (float64 copies, row-major), in training
   * mode. For gradient checks: it allocates.
   */
  lossAndGradients(n: number): { loss: number; gradients: Map<string, Float64Array> } {
    const { reg } = this.#options;
    const gradients = new Map<string, Float64Array>();
    const [data, regularization] = this.loss(n);
    this.#backward(n, ({ w, dout, drows }, x, i) => {
      const dw = this.#engine.matrix(w.rows, w.cols);
      // biome-ignore format: matrix by matrix
      this.#engine.kernels.weightGradient(n, w.rows, w.cols, x.pointer, x.row, dout.pointer, dout.row, reg, w.pointer, dw.pointer, w.row);
      gradients.set(`W${i}`, this.#engine.read(dw));
      for (const [name, row] of rowsByName(drows, i)) gradients.set(name, this.#engine.read(row));
    });
    return { loss: data + regularization, gradients };
  }

  /** Loss of the first n rows of the input in training mode: softmax loss and L2 regularization, of which it is the sum. */
  loss(n: number): readonly [data: number, regularization: number] {
    this.#forward(n, 'train');
    const { out, dout } = this.#layers.at(-1)!;
    const { kernels } = this.#engine;
    const data = kernels.softmaxLoss(n, out.cols, out.pointer, this.labels, dout.pointer, out.row);
    const { reg } = this.#options;
    if (reg === 0) return [data, 0];
    const squares = this.#layers.map(({ w }) => kernels.sumOfSquares(w.rows, w.cols, w.pointer, w.row));
    return [data, squares.reduce((sum, square) => sum + 0.5 * reg * square, 0)];
  }

  /**
   * One step of training on the first n rows of the input: returns their loss before the step. t counts steps from 1.
   */
  trainStep(n: number, learningRate: number, t: number): number {
    const rule = this.#options.rule!;
    const { reg } = this.#options;
    const numbers = rule.hyper(learningRate, t);
    const hyper = this.#engine.reals(this.#hyper, numbers.length);
    for (let i = 0; i < numbers.length; i++) hyper[i] = numbers[i]!;
    const [data, regularization] = this.loss(n);
    const { kernels } = this.#engine;
    this.#backward(n, ({ w, rows, drows, dout }, x, i) => {
      const state = this.#states[i - 1]!;
      // biome-ignore-start format: matrix by matrix
      kernels.weightUpdate(
        n,
        w.rows,
        w.cols,
        x.pointer,
        x.row,
        dout.pointer,
        dout.row,
        reg,
        rule.kernel,
        w.pointer,
        state.w[0],
        state.w[1],
        w.row,
        state.strip,
        this.#hyper,
      );
      kernels.update(
        rule.kernel,
        rows.rows * rows.row,
        rows.pointer,
        drows.pointer,
        state.rows[0],
        state.rows[1],
        this.#hyper,
      );
      // biome-ignore-end format: matrix by matrix
    });
    return data + regularization;
  }

  /** How many of the first n rows of the input have their best score at their label, in test mode. */
  countCorrect(n: number): number {
    this.#forward(n, 'test');
    const scores = this.#layers.at(-1)!.out;
    return this.#engine.kernels.countCorrect(n, scores.cols, scores.pointer, this.labels, scores.row);
  }

  /** Keeps a copy of all parameters and running statistics. */
  keep(): void {
    const { from, bytes } = this.#parameters;
    this.#engine.bytes(this.#kept, bytes).set(this.#engine.bytes(from, bytes));
  }

  /** Goes back to the copy. */
  restoreKept(): void {
    const { from, bytes } = this.#parameters;
    this.#engine.bytes(from, bytes).set(this.#engine.bytes(this.#kept, bytes));
  }

  #allocateImages(mean: Float64Array) {
    const { maxRows, inputDim } = this.#options;
    // The products' tiles may read up to four rows more.
    const pixels = this.#engine.allocate((maxRows + 4) * inputDim);
    const at = this.#engine.allocate(mean.byteLength);
    this.#engine.doubles(at, inputDim).set(mean);
    return { pixels, mean: at };
  }

  #allocateState({ w, rows }: Layer): LayerState {
    const like = (m: Matrix) => this.#engine.matrix(m.rows, m.cols).pointer;
    const two = (m: Matrix): [Pointer, Pointer] => {
      const { states } = this.#options.rule!;
      const first = states > 0 ? like(m) : m.pointer;
      return [first, states > 1 ? like(m) : first];
    };
    const strip = this.#engine.allocate((this.#engine.kernels.STRIP.value as number) * w.row);
    return { w: two(w), rows: two(rows), strip };
  }

  #initialize({ w, rows }: Layer, random: RandomState): void {
    const { weightScale } = this.#options;
    const values = random.randn(new Float64Array(w.rows * w.cols));
    for (let i = 0; i < values.length; i++) values[i]! *= weightScale;
    this.#engine.write(w, values);
    if (rows.rows === 3) this.#engine.write(rowOf(rows, 1), new Float64Array(rows.cols).fill(1));
  }

  #forward(n: number, mode: 'train' | 'test'): void {
    const last = this.#layers.at(-1)!;
    let x = this.input;
    for (const layer of this.#layers) {
      const { w, b, out } = layer;
      if (x === this.input && this.images) {
        const { pixels, mean } = this.images;
        // The backward pass needs the images as numbers too.
        const kept = mode === 'train' ? x.pointer : 0;
        // biome-ignore format: the kernel's arguments
        this.#engine.kernels.gemmImages(n, w.cols, w.rows, pixels, mean, kept, x.row, w.pointer, w.row, b, out.pointer, out.row, this.#packing);
      } else affineForward(this.#engine, n, x, w, b, out, this.#packing);
      if (layer !== last) this.#activate(n, layer, mode);
      x = out;
    }
  }

  #activate(n: number, layer: Layer, mode: 'train' | 'test'): void {
    const { normalization } = this.#options;
    switch (normalization) {
      case 'none':
        reluForward(this.#engine, n, layer.out);
        break;
      case 'batchnorm':
        batchnormForward(this.#engine, n, layer, mode);
        break;
      case 'layernorm':
        layernormForward(this.#engine, n, layer);
        break;
      default:
        normalization satisfies never;
    }
  }

  #activateBackward(n: number, layer: Layer): void {
    const { normalization } = this.#options;
    switch (normalization) {
      case 'none':
        reluBackward(this.#engine, n, layer.dout, layer.out, layer.db);
        break;
      case 'batchnorm':
        batchnormBackwardAlt(this.#engine, n, layer);
        break;
      case 'layernorm':
        layernormBackward(this.#engine, n, layer);
        break;
      default:
        normalization satisfies never;
    }
  }

  /**
   * Walks from the scores' gradient (left in the last layer's dout by the loss) to the first layer. `spend` is called
   * for each layer, with its input and its number from 1, once its gradients can be made and its weights are no longer
   * needed. The gradient of the images is not computed.
   */
  #backward(n: number, spend: (layer: Layer, x: Matrix, number: number) => void): void {
    const { dout, db } = this.#layers.at(-1)!;
    this.#engine.kernels.columnSums(n, dout.cols, dout.pointer, dout.row, db);
    for (let i = this.#layers.length; i > 1; i--) {
      const layer = this.#layers[i - 1]!;
      const below = this.#layers[i - 2]!;
      affineBackward(this.#engine, n, layer.dout, layer.w, below.dout);
      spend(layer, below.out, i);
      this.#activateBackward(n, below);
    }
    spend(this.#layers[0]!, this.input, 1);
  }
}

const rowOf = ({ pointer, cols, row }: Matrix, index: number): Matrix => ({
  pointer: pointer + index * row,
  rows: 1,
  cols,
  row,
});

const rowsByName = (rows: Matrix, layer: number) =>
  ['b', 'gamma', 'beta'].slice(0, rows.rows).map((name, i) => [`${name}${layer}`, rowOf(rows, i)] as const);
