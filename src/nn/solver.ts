/** The course's Solver: trains a net on minibatches and measures its accuracy after each epoch. */
import { MAX_TRAIN_SAMPLES, scheduleOf } from '../config/schedule.ts';
import type { Preprocessing, Settings } from '../config/schema.ts';
import { IMAGE_SIZE, type Images } from '../data/dataset.ts';
import { type PixelStatistics, type Prepare, preparations } from '../data/preprocessing.ts';
import type { Engine } from '../kernels/engine.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { meanTerms } from '../kernels/mean-terms.ts';
import type { RandomState } from '../random/random-state.ts';
import type { DiagnosedStep } from '../records/diagnostics.ts';
import { FullyConnectedNet } from './fully-connected-net.ts';
import { CHECK_ROWS, shapeOf } from './net-of-settings.ts';

/** Images as bytes, their labels, and the statistics for preprocessing (see pixelStatistics). */
export interface TrainingImages extends Pick<Images, 'pixels' | 'labels'>, Pick<PixelStatistics, 'mean'> {
  readonly deviation?: Float64Array;
}

/** Images with the notebook's split: training images start at 0, validation images at `numTraining`. */
export interface TrainingData extends TrainingImages {
  readonly numTraining: number;
  readonly numValidation: number;
  /** Default: `meanImage`. */
  readonly preprocessing?: Preprocessing;
}

export interface History {
  readonly status: 'completed' | 'diverged';
  /** The training loss of each iteration before the first that is not finite. */
  readonly losses: number[];
  /** Accuracies after the first iteration (epoch 0) and after each epoch. */
  readonly accuracies: { epoch: number; trainAccuracy: number; valAccuracy: number }[];
  /** With regularization, of a completed training: the mean over the last epoch of the data's part of the loss. */
  readonly lastEpochDataLoss?: number;
  /** With settings.diagnostics: the figures of the layers, measured in the same steps. */
  readonly diagnostics?: DiagnosedStep[];
}

/** What is reported when accuracies are measured: after the first iteration (epoch 0) and after each epoch. */
export interface EpochReport {
  readonly epoch: number;
  /** How many epochs there will be. */
  readonly epochs: number;
  /** Iterations so far. */
  readonly iteration: number;
  /** The training losses since the last report. */
  readonly losses: readonly number[];
  readonly trainAccuracy: number;
  readonly valAccuracy: number;
}

export interface TrainOptions {
  /** Draws the minibatches; by default the stream that drew the weights, continued. */
  readonly random?: RandomState | undefined;
  onEpoch?(report: EpochReport): void;
}

export class Solver {
  readonly net: FullyConnectedNet;
  readonly #settings: Readonly<Settings>;
  readonly #data: TrainingData;
  readonly #random: RandomState;
  readonly #setImage: (row: number, pixels: Uint8Array) => void;
  readonly #labels: Uint8Array;
  /** A view of each image, created at first use, so that steps leave no garbage. */
  readonly #images: (Uint8Array | undefined)[] = [];

  /**
   * Draws the net's weights from `random`. The solver uses the engine's memory until the engine is reset.
   * @throws RangeError if the net does not fit into WebAssembly's 4 GiB (see bytesNeeded)
   */
  constructor(engine: Engine, settings: Readonly<Settings>, data: TrainingData, random: RandomState) {
    this.#settings = settings;
    this.#data = data;
    this.#random = random;
    const shape = shapeOf(settings);
    const { weightScale, reg, hiddenWeightFactor, hiddenRateFactor } = settings;
    const own = { weightScale, reg, hiddenWeightFactor, hiddenRateFactor, ruleConstants: settings };
    const prepare = preparations[data.preprocessing ?? 'meanImage'];
    const mean = prepare ? undefined : meanTerms(data.mean, settings.dtype);
    this.net = new FullyConnectedNet(engine, { ...shape, ...own, ...(mean && { mean }) }, random);
    this.#setImage = mean
      ? byteWriter(engine, this.net)
      : numberWriter(engine, this.net.input, data, prepare ?? subtractMean);
    this.#labels = engine.bytes(this.net.labels, shape.maxRows);
  }

  /**
   * Trains for settings.epochs on minibatches drawn with replacement. Stops at the first loss that is not finite.
   * Otherwise the net ends with the parameters of the best validation accuracy.
   */
  train({ random = this.#random, onEpoch }: TrainOptions = {}): History {
    const { batchSize, trainImages, lrDecay, epochs, reg } = this.#settings;
    const { perEpoch, iterations } = scheduleOf(this.#settings);
    const minibatch = new Int32Array(batchSize);
    const losses: number[] = [];
    const accuracies: History['accuracies'] = [];
    const diagnostics: DiagnosedStep[] = [];
    const history = { losses, accuracies, ...(this.#settings.diagnostics && { diagnostics }) };
    let { learningRate } = this.#settings;
    let best = -1;
    let reported = 0;
    let dataLosses = 0;

    for (let t = 1; t <= iterations; t++) {
      random.choice(trainImages, minibatch);
      this.#load(minibatch, 0, batchSize);
      const epochEnds = t % perEpoch === 0;
      const measured = t === 1 || epochEnds;
      const epoch = Math.floor(t / perEpoch);
      let loss: number;
      if (measured && this.#settings.diagnostics) {
        const step = this.net.diagnosedStep(batchSize, learningRate, t);
        loss = step.loss;
        diagnostics.push({ iteration: t, epoch, layers: step.layers });
      } else loss = this.net.trainStep(batchSize, learningRate, t);
      if (!Number.isFinite(loss)) return { status: 'diverged', ...history };
      losses.push(loss);
      if (t > iterations - perEpoch) dataLosses += this.net.dataLoss;
      if (epochEnds) learningRate *= lrDecay;
      if (measured) {
        const trainAccuracy = this.#trainAccuracy(random);
        const valAccuracy = this.#accuracy(validationIndices(this.#data));
        accuracies.push({ epoch, trainAccuracy, valAccuracy });
        if (valAccuracy > best) {
          best = valAccuracy;
          this.net.saveBest();
        }
        if (onEpoch) {
          const report = { epoch, epochs, iteration: t, losses: losses.slice(reported) };
          onEpoch({ ...report, trainAccuracy, valAccuracy });
          reported = t;
        }
      }
    }
    this.net.restoreBest();
    return { status: 'completed', ...history, ...(reg > 0 && { lastEpochDataLoss: dataLosses / perEpoch }) };
  }

  #trainAccuracy(random: RandomState): number {
    const { trainImages } = this.#settings;
    if (trainImages <= MAX_TRAIN_SAMPLES) return this.#accuracy(range(0, trainImages));
    return this.#accuracy(random.choice(trainImages, new Int32Array(MAX_TRAIN_SAMPLES)));
  }

  #accuracy(indices: Int32Array): number {
    let correct = 0;
    for (let from = 0; from < indices.length; from += CHECK_ROWS) {
      const count = Math.min(CHECK_ROWS, indices.length - from);
      this.#load(indices, from, count);
      correct += this.net.countCorrect(count);
    }
    return correct / indices.length;
  }

  /** Copies the images and labels at indices[from .. from + count - 1] to the net's input. */
  #load(indices: Int32Array, from: number, count: number): void {
    const { pixels, labels } = this.#data;
    for (let i = 0; i < count; i++) {
      const index = indices[from + i]!;
      this.#images[index] ??= pixels.subarray(index * IMAGE_SIZE, (index + 1) * IMAGE_SIZE);
      this.#setImage(i, this.#images[index]!);
      this.#labels[i] = labels[index]!;
    }
  }
}

/** Copies an image's bytes to a row of a net's input. */
function byteWriter(engine: Engine, { images, input }: FullyConnectedNet) {
  const all = engine.bytes(images!.pixels, input.rows * IMAGE_SIZE);
  return (row: number, pixels: Uint8Array) => all.set(pixels, row * IMAGE_SIZE);
}

/** For mean images that cannot be split into two terms. */
const subtractMean: Prepare = (pixels, image, { mean }) => {
  for (let j = 0; j < IMAGE_SIZE; j++) image[j] = pixels[j]! - mean[j]!;
};

/** Writes the preprocessed numbers of an image to a row of a net's input. */
function numberWriter(engine: Engine, input: Matrix, data: TrainingData, prepare: Prepare) {
  const stride = input.stride / engine.bytesPerReal;
  const all = engine.reals(input.pointer, input.rows * stride);
  const image = new Float64Array(IMAGE_SIZE);
  const statistics = { mean: data.mean, deviation: data.deviation ?? new Float64Array(0) };
  return (row: number, pixels: Uint8Array) => {
    prepare(pixels, image, statistics);
    all.set(image, row * stride);
  };
}

const range = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
const validationIndices = ({ numTraining, numValidation }: TrainingData) => range(numTraining, numValidation);
