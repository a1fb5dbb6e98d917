/**
 * The course's FullyConnectedNet: {affine, normalization, ReLU} x (L - 1), affine, softmax. Everything it needs is laid
 * out in its engine's memory by the constructor; a step allocates nothing.
 */
import type { Normalization } from '../config/schema.ts';
import type { Engine, Kernels, Matrix, Pointer } from '../kernels/engine.ts';
import type { RandomState } from '../random/random-state.ts';
import { MAX_HYPER, type updateRules } from './update-rules.ts';

type Rule = (typeof updateRules)[keyof typeof updateRules];

const EPS = 1e-5;
const MOMENTUM = 0.9;

export interface NetOptions {
  readonly inputDim: number;
  readonly hiddenDims: readonly number[];
  readonly numClasses: number;
  readonly normalization: Normalization;
  readonly weightScale: number;
  readonly reg: number;
  /** The most rows that a forward or backward pass will be given. */
  readonly maxRows: number;
  /** The rule that `update` will be called with; absent for a net whose gradients are only looked at. */
  readonly rule?: Rule;
}

interface Layer {
  readonly d: number;
  readonly h: number;
  /** (d, h) */
  readonly w: Matrix;
  /** The parameters that are rows of h: b and, where the layer is normalized, gamma and beta. One above the other. */
  readonly rows: Matrix;
  readonly drows: Matrix;
  readonly b: Pointer;
  readonly gamma: Pointer;
  readonly beta: Pointer;
  readonly db: Pointer;
  readonly dgamma: Pointer;
  readonly dbeta: Pointer;
  readonly runningMean: Pointer;
  readonly runningVar: Pointer;
  /** (maxRows, h): the layer's output, and the gradient that comes back to it. */
  readonly out: Matrix;
  readonly dout: Matrix;
  /** Kept for the backward pass of a normalization: (maxRows, h), and (h) or (maxRows). */
  readonly xhat: Matrix;
  readonly std: Pointer;
}

/** What a rule needs beside a layer's parameters. */
interface LayerState {
  readonly w: readonly [Pointer, Pointer];
  readonly rows: readonly [Pointer, Pointer];
  readonly strip: Pointer;
}

export class FullyConnectedNet {
  /** (maxRows, inputDim): the images of the next pass. */
  readonly input: Matrix;
  /** (maxRows) uint8: their labels. */
  readonly labels: Pointer;
  readonly #engine: Engine;
  readonly #kernels: Kernels;
  readonly #options: NetOptions;
  readonly #layers: readonly Layer[];
  readonly #states: readonly LayerState[];
  readonly #hyper: Pointer;
  /** Parameters and running statistics lie side by side, so that a copy of all is one copy. */
  readonly #parameters: { readonly from: Pointer; readonly bytes: number };
  readonly #kept: Pointer;

  /**
   * Draws W1 .. WL row by row from N(0, weightScale^2); b and beta are 0, gamma is 1.
   * @throws RangeError if it does not fit into WebAssembly's 4 GiB
   */
  constructor(engine: Engine, options: NetOptions, random: RandomState) {
    this.#engine = engine;
    this.#kernels = engine.kernels;
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
        d: w.rows,
        h: w.cols,
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
        std: rows.rows === 3 ? engine.matrix(1, Math.max(maxRows, w.cols)).pointer : 0,
      };
    });
    this.#states = options.rule ? this.#layers.map(layer => this.#allocateState(layer)) : [];
    this.#hyper = engine.allocate(MAX_HYPER * engine.bytesPerReal);
    this.input = engine.matrix(maxRows, options.inputDim);
    this.labels = engine.allocate(maxRows);
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
    const loss = this.#forwardLoss(n);
    this.#backward(n, (layer, x, i) => {
      const { d, h, w, dout } = layer;
      const dw = this.#engine.matrix(d, h);
      // biome-ignore format: the kernel's arguments, matrix by matrix
      this.#kernels.weightGradient(n, d, h, x.pointer, x.row, dout.pointer, dout.row, reg, w.pointer, dw.pointer, w.row);
      gradients.set(`W${i}`, this.#engine.read(dw));
      for (const [name, row] of rowsByName(layer.drows, i)) gradients.set(name, this.#engine.read(row));
    });
    return { loss, gradients };
  }

  /** Loss alone, in training mode. */
  loss(n: number): number {
    return this.#forwardLoss(n);
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
    const loss = this.#forwardLoss(n);
    this.#backward(n, ({ d, h, w, rows, drows, dout }, x, i) => {
      const state = this.#states[i - 1]!;
      // biome-ignore format: the kernel's arguments, matrix by matrix
      this.#kernels.weightUpdate(n, d, h, x.pointer, x.row, dout.pointer, dout.row, reg, rule.kernel, w.pointer, state.w[0], state.w[1], w.row, state.strip, this.#hyper);
      const bytes = rows.rows * rows.row;
      // biome-ignore format: the kernel's arguments
      this.#kernels.update(rule.kernel, bytes, rows.pointer, drows.pointer, state.rows[0], state.rows[1], this.#hyper);
    });
    return loss;
  }

  /** How many of the first n rows of the input have their best score at their label, in test mode. */
  countCorrect(n: number): number {
    this.#forward(n, 'test');
    const scores = this.#layers.at(-1)!.out;
    return this.#kernels.countCorrect(n, scores.cols, scores.pointer, this.labels, scores.row);
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

  #allocateState({ w, rows }: Layer): LayerState {
    const like = (m: Matrix) => this.#engine.matrix(m.rows, m.cols).pointer;
    const two = (m: Matrix): [Pointer, Pointer] => {
      const { states } = this.#options.rule!;
      const first = states > 0 ? like(m) : m.pointer;
      return [first, states > 1 ? like(m) : first];
    };
    const strip = this.#engine.allocate((this.#kernels.STRIP.value as number) * w.row);
    return { w: two(w), rows: two(rows), strip };
  }

  #initialize({ w, rows }: Layer, random: RandomState): void {
    const { weightScale } = this.#options;
    const values = random.randn(new Float64Array(w.rows * w.cols));
    for (let i = 0; i < values.length; i++) values[i]! *= weightScale;
    this.#engine.write(w, values);
    if (rows.rows === 3) this.#engine.write(rowOf(rows, 1), new Float64Array(rows.cols).fill(1));
  }

  #forwardLoss(n: number): number {
    this.#forward(n, 'train');
    const { out, dout } = this.#layers.at(-1)!;
    let loss = this.#kernels.softmaxLoss(n, out.cols, out.pointer, this.labels, dout.pointer, out.row);
    const { reg } = this.#options;
    if (reg !== 0) {
      for (const { d, h, w } of this.#layers) {
        loss += 0.5 * reg * this.#kernels.sumOfSquares(d, h, w.pointer, w.row);
      }
    }
    return loss;
  }

  #forward(n: number, mode: 'train' | 'test'): void {
    const tiled = Math.ceil(n / 5) * 5;
    const last = this.#layers.at(-1)!;
    let x = this.input;
    for (const layer of this.#layers) {
      const { d, h, w, b, out } = layer;
      // biome-ignore format: the kernel's arguments, matrix by matrix
      this.#kernels.gemmNN(tiled, h, d, x.pointer, x.row, w.pointer, w.row, b, out.pointer, out.row);
      if (layer !== last) this.#normalizeAndActivate(n, layer, mode);
      x = out;
    }
  }

  /** In place on layer.out. */
  #normalizeAndActivate(n: number, layer: Layer, mode: 'train' | 'test'): void {
    const { h, gamma, beta, runningMean, runningVar, xhat, std, out } = layer;
    const { pointer, row } = out;
    const { normalization } = this.#options;
    // biome-ignore-start format: the kernels' arguments
    switch (normalization) {
      case 'none':
        return this.#kernels.reluForward(n, h, pointer, row);
      case 'batchnorm':
        if (mode === 'test') {
          return this.#kernels.batchnormTest(
            n,
            h,
            pointer,
            gamma,
            beta,
            EPS,
            runningMean,
            runningVar,
            pointer,
            row,
            1,
          );
        }
        return this.#kernels.batchnormForward(
          n,
          h,
          pointer,
          gamma,
          beta,
          EPS,
          MOMENTUM,
          runningMean,
          runningVar,
          xhat.pointer,
          std,
          pointer,
          row,
          1,
        );
      case 'layernorm':
        return this.#kernels.layernormForward(
          n,
          h,
          pointer,
          gamma,
          beta,
          EPS,
          xhat.pointer,
          std,
          pointer,
          row,
          1,
        );
      default:
        normalization satisfies never;
    }
    // biome-ignore-end format: the kernels' arguments
  }

  /**
   * Walks from the scores' gradient (left in the last layer's dout by the loss) to the first layer. `spend` is called
   * for each layer, with its input and its number from 1, once its gradients can be made and its weights are no longer
   * needed. The gradient of the images is not computed.
   */
  #backward(n: number, spend: (layer: Layer, x: Matrix, number: number) => void): void {
    const even = Math.ceil(n / 2) * 2;
    const last = this.#layers.at(-1)!;
    this.#kernels.columnSums(n, last.h, last.dout.pointer, last.dout.row, last.db);
    for (let i = this.#layers.length; i > 1; i--) {
      const layer = this.#layers[i - 1]!;
      const below = this.#layers[i - 2]!;
      const { d, h, w, dout } = layer;
      // biome-ignore format: the kernel's arguments, matrix by matrix
      this.#kernels.gemmNT(even, d, h, dout.pointer, dout.row, w.pointer, w.row, below.dout.pointer, below.dout.row);
      spend(layer, below.out, i);
      this.#normalizeAndActivateBackward(n, below);
    }
    spend(this.#layers[0]!, this.input, 1);
  }

  /** In place on layer.dout. */
  #normalizeAndActivateBackward(n: number, layer: Layer): void {
    const { h, gamma, xhat, std, out, dout, db, dgamma, dbeta } = layer;
    const { normalization } = this.#options;
    // biome-ignore-start format: the kernels' arguments
    switch (normalization) {
      case 'none':
        return this.#kernels.reluBackward(n, h, dout.pointer, out.pointer, dout.row, db);
      case 'batchnorm':
        return this.#kernels.batchnormBackwardAlt(
          n,
          h,
          dout.pointer,
          out.pointer,
          xhat.pointer,
          std,
          gamma,
          dgamma,
          dbeta,
          db,
          dout.row,
        );
      case 'layernorm':
        return this.#kernels.layernormBackward(
          n,
          h,
          dout.pointer,
          out.pointer,
          xhat.pointer,
          std,
          gamma,
          dgamma,
          dbeta,
          db,
          dout.row,
        );
      default:
        normalization satisfies never;
    }
    // biome-ignore-end format: the kernels' arguments
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
