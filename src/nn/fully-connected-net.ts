/**
 * The course's FullyConnectedNet: {affine, normalization, ReLU} x (L - 1), affine, softmax. The constructor allocates
 * everything in its engine's memory; a training step allocates nothing.
 */
import { isWhole, wrongArgument } from '../arguments.ts';
import { CifarNormError } from '../errors.ts';
import type { Engine } from '../kernels/engine.ts';
import { type Matrix, type Pointer, rowOf, rowsFrom } from '../kernels/matrix.ts';
import type { MeanTerms } from '../kernels/mean-terms.ts';
import type { RandomState } from '../random/random-state.ts';
import type { LayerDiagnostics } from '../records/diagnostics.ts';
import { observeStep, type StepObserver } from './diagnostics.ts';
import { scaleOf, type WeightScale } from './initial-weights.ts';
import {
  affineBackward,
  affineForward,
  affineForwardImages,
  biasGradient,
  type ImageInput,
  softmaxLoss,
  updateRows,
  updateWeights,
  weightGradient,
} from './layers.ts';
import { type Layer, layOutNet, type NetLayout, type NetShape, rowNames } from './net-layout.ts';
import { type Mode, type NormalizationRow, normalizations } from './normalizations.ts';
import type { RuleConstants } from './update-rules.ts';

export interface NetOptions extends NetShape {
  /** A standard deviation, or a rule by name (see initial-weights.ts). */
  readonly weightScale: WeightScale;
  readonly reg: number;
  /** Multiplies the initial weights of hidden layers; 1 by default. */
  readonly hiddenWeightFactor?: number;
  /** Multiplies the learning rate of hidden layers' weights and biases; 1 by default. */
  readonly hiddenRateFactor?: number;
  /** The course's by default. */
  readonly ruleConstants?: RuleConstants;
  /** Subtracted from images that are given as bytes; absent if the input is given as numbers. */
  readonly mean?: MeanTerms;
}

export class FullyConnectedNet {
  /** (maxRows, inputDim): the input of the next pass. Write it with engine.write, unless the net has `images`. */
  readonly input: Matrix;
  /** In a net with a mean image: pixels, (maxRows, inputDim) uint8, is the input of the next pass. */
  readonly images: ImageInput | undefined;
  /** (maxRows) uint8: the labels of the input. */
  readonly labels: Pointer;
  readonly #engine: Engine;
  readonly #options: NetOptions;
  readonly #normalization: NormalizationRow;
  readonly #layout: NetLayout;
  readonly #layers: readonly Layer[];
  #dataLoss = Number.NaN;

  /** The data's part of the loss of the last training step. */
  get dataLoss(): number {
    return this.#dataLoss;
  }

  /**
   * Draws W1 .. WL row by row from N(0, weightScale^2); b and beta start at 0, gamma at 1. In hidden layers,
   * hiddenWeightFactor multiplies the deviation.
   * @throws RangeError if the net does not fit into WebAssembly's 4 GiB
   */
  constructor(engine: Engine, options: NetOptions, random: RandomState) {
    this.#engine = engine;
    this.#options = options;
    this.#normalization = normalizations[options.normalization];
    this.#layout = layOutNet(engine, options, options.mean !== undefined);
    this.#layers = this.#layout.layers;
    this.input = this.#layout.input;
    this.images = this.#layout.images;
    this.labels = this.#layout.labels;
    if (this.images && options.mean) {
      engine.write(rowOf(this.images.mean, 0), options.mean.high);
      engine.write(rowOf(this.images.mean, 1), options.mean.low);
    }
    for (const [i, layer] of this.#layers.entries()) this.#initialize(layer, i, random);
  }

  /** Every parameter by the course's name (W1, b1, gamma1, beta1, .. WL, bL). */
  get params(): ReadonlyMap<string, Matrix> {
    return new Map(
      this.#layers.flatMap((layer, i) => [
        [`W${i + 1}`, layer.w] as const,
        ...named(layer, layer.rows, i + 1),
      ]),
    );
  }

  /**
   * The loss of the first n rows of the input in training mode, and the gradient of each parameter: float64 copies,
   * row-major. For gradient checks: allocates.
   */
  lossAndGradients(n: number): { loss: number; gradients: Map<string, Float64Array> } {
    const gradients = new Map<string, Float64Array>();
    const [data, regularization] = this.loss(n);
    this.#backward(n, (layer, x, number) => {
      const dw = this.#engine.matrix(layer.w.rows, layer.w.cols);
      weightGradient(this.#engine, n, x, layer.dout, this.#options.reg, layer.w, dw);
      gradients.set(`W${number}`, this.#engine.read(dw));
      for (const [name, row] of named(layer, layer.drows, number))
        gradients.set(name, this.#engine.read(row));
    });
    return { loss: data + regularization, gradients };
  }

  /** The loss of the first n rows of the input in training mode, which is the sum of its two parts. */
  loss(n: number, observer?: StepObserver): readonly [data: number, regularization: number] {
    this.#forward(n, 'train', observer);
    const { out, dout } = this.#layers.at(-1)!;
    const data = softmaxLoss(this.#engine, n, out, this.labels, dout);
    const { reg } = this.#options;
    if (reg === 0) return [data, 0];
    const { kernels } = this.#engine;
    const squares = this.#layers.map(({ w }) => kernels.sumOfSquares(w.rows, w.cols, w.pointer, w.stride));
    return [data, squares.reduce((sum, square) => sum + 0.5 * reg * square, 0)];
  }

  /**
   * One step of training on the first n rows of the input, in a net with a rule. Returns their loss before the step. t
   * counts steps from 1.
   */
  trainStep(n: number, learningRate: number, t: number, observer?: StepObserver): number {
    this.#expectRule();
    const { reg, hiddenRateFactor = 1 } = this.#options;
    const { hyper, hiddenHyper, states } = this.#layout;
    this.#setHyper(hyper, learningRate, t);
    this.#setHyper(hiddenHyper, hiddenRateFactor * learningRate, t);
    const [data, regularization] = this.loss(n, observer);
    this.#dataLoss = data;
    this.#backward(n, (layer, x, number) => {
      const { w, b, norm, strip } = states[number - 1]!;
      observer?.gradients(layer, x, number);
      updateWeights(this.#engine, n, x, layer.dout, reg, layer.w, strip, w);
      observer?.updated(layer, number);
      updateRows(this.#engine, rowOf(layer.rows, 0), rowOf(layer.drows, 0), b);
      if (layer.rows.rows > 1)
        updateRows(this.#engine, rowsFrom(layer.rows, 1), rowsFrom(layer.drows, 1), norm);
    });
    return data + regularization;
  }

  /** The same step, bit for bit, which also returns the figures of each layer. Needs a net with diagnostics. */
  diagnosedStep(n: number, learningRate: number, t: number): { loss: number; layers: LayerDiagnostics[] } {
    const { reg } = this.#options;
    const depth = this.#layers.length;
    if (!this.#options.diagnostics)
      throw new CifarNormError(
        'usage',
        'the net has no room for diagnostics',
        'make it with diagnostics: true',
      );
    const observer = observeStep(this.#engine, { n, reg, depth, gradient: this.#layout.gradient });
    return { loss: this.trainStep(n, learningRate, t, observer), layers: observer.figures() };
  }

  /** The scores of the first n rows of the input in test mode: (n, numClasses) float64, row-major. */
  scores(n: number): Float64Array {
    this.#forward(n, 'test');
    return this.#engine.read({ ...this.#layers.at(-1)!.out, rows: n });
  }

  /**
   * The class with the greatest score for each of the first n rows of the input, in test mode: (n) uint8. The first of
   * equal scores wins; NaN is greater than any number.
   */
  predict(n: number): Uint8Array {
    const { numClasses } = this.#options;
    const scores = this.scores(n);
    return Uint8Array.from({ length: n }, (_, i) =>
      greatest(scores.subarray(i * numClasses, (i + 1) * numClasses)),
    );
  }

  /** How many of the first n rows of the input `predict` gives their label. Allocates nothing. */
  countCorrect(n: number): number {
    this.#forward(n, 'test');
    const { pointer, cols, stride } = this.#layers.at(-1)!.out;
    return this.#engine.kernels.countCorrect(n, cols, pointer, this.labels, stride);
  }

  /** Saves a copy of all parameters and running statistics, in a net with a rule. */
  saveBest(): void {
    this.#expectRule();
    const { parameters, best } = this.#layout;
    this.#copy(parameters.pointer, best);
  }

  /** Restores the copy. */
  restoreBest(): void {
    this.#expectRule();
    const { parameters, best } = this.#layout;
    this.#copy(best, parameters.pointer);
  }

  #expectRule(): void {
    if (this.#options.rule === undefined)
      throw new CifarNormError('usage', 'the net has no update rule', 'give it one: rule: updateRules.adam');
  }

  #copy(from: Pointer, to: Pointer): void {
    const { bytes } = this.#layout.parameters;
    this.#engine.bytes(to, bytes).set(this.#engine.bytes(from, bytes));
  }

  #setHyper(to: Pointer, learningRate: number, t: number): void {
    const { rule, ruleConstants } = this.#options;
    const numbers = rule!.hyper(learningRate, t, ruleConstants);
    const reals = this.#engine.reals(to, numbers.length);
    for (let i = 0; i < numbers.length; i++) reals[i] = numbers[i]!;
  }

  #initialize({ w, rows, normalization }: Layer, index: number, random: RandomState): void {
    const { weightScale, hiddenDims, hiddenWeightFactor = 1 } = this.#options;
    const factor = index < hiddenDims.length ? hiddenWeightFactor : 1;
    const scale = factor * scaleOf(weightScale, w.rows);
    const values = random.randn(new Float64Array(w.rows * w.cols));
    for (let i = 0; i < values.length; i++) values[i]! *= scale;
    this.#engine.write(w, values);
    for (const [i, value] of Object.values(normalization.parameters).entries()) {
      this.#engine.write(rowOf(rows, i + 1), new Float64Array(rows.cols).fill(value));
    }
  }

  #forward(n: number, mode: Mode, observer?: StepObserver): void {
    const { maxRows } = this.#options;
    if (!isWhole(n, 1, maxRows))
      throw wrongArgument('FullyConnectedNet: n', n, `a whole number of rows from 1 to ${maxRows}`);
    const { packing } = this.#layout;
    const last = this.#layers.at(-1)!;
    let x = this.input;
    for (const [i, layer] of this.#layers.entries()) {
      const { w, b, out } = layer;
      if (x === this.input && this.images) {
        affineForwardImages(this.#engine, n, this.images, mode === 'train', x, w, b, out, packing);
      } else affineForward(this.#engine, n, x, w, b, out, packing);
      observer?.preactivations(layer, i + 1);
      if (layer !== last) this.#normalization.forward(this.#engine, n, layer, mode);
      x = out;
    }
  }

  /**
   * Walks from the gradient of the scores, which the loss leaves in the last layer's dout, to the first layer. Calls
   * `visit` for each layer, with its input and its number from 1, when its gradients can be computed and its weights are
   * no longer needed. Does not compute the gradient of the input.
   */
  #backward(n: number, visit: (layer: Layer, x: Matrix, number: number) => void): void {
    const { dout, db } = this.#layers.at(-1)!;
    biasGradient(this.#engine, n, dout, db);
    for (let i = this.#layers.length; i > 1; i--) {
      const layer = this.#layers[i - 1]!;
      const below = this.#layers[i - 2]!;
      affineBackward(this.#engine, n, layer.dout, layer.w, below.dout);
      visit(layer, below.out, i);
      this.#normalization.backward(this.#engine, n, below);
    }
    visit(this.#layers[0]!, this.input, 1);
  }
}

/** A layer's parameters of h numbers, or their gradients, by name. */
const named = ({ normalization }: Layer, rows: Matrix, layer: number) =>
  rowNames(normalization).map((name, i) => [`${name}${layer}`, rowOf(rows, i)] as const);

function greatest(scores: Float64Array): number {
  let at = 0;
  for (let j = 1; j < scores.length && !Number.isNaN(scores[at]!); j++)
    if (!(scores[j]! <= scores[at]!)) at = j;
  return at;
}
