/** The course's Solver: trains a net on minibatches, and measures its accuracy as it goes. */

import { MAX_TRAIN_SAMPLES, scheduleOf } from '../config/schedule.ts';
import type { Settings } from '../config/schema.ts';
import { IMAGE_SIZE, type Images, NUM_CLASSES } from '../data/dataset.ts';
import type { Engine } from '../kernels/engine.ts';
import type { RandomState } from '../random/random-state.ts';
import { FullyConnectedNet } from './fully-connected-net.ts';
import { updateRules } from './update-rules.ts';

/** Images in a chunk of an accuracy check: enough for the products' full rate, few enough for the second-level cache. */
const CHECK_ROWS = 100;

/** Images as bytes, labels, and the mean image (3072, float64) that is subtracted from each. */
export interface TrainingImages extends Pick<Images, 'pixels' | 'labels'> {
  readonly mean: Float64Array;
}

/** With the notebook's split: training images from 0, validation images from `numTraining`. */
export interface TrainingData extends TrainingImages {
  readonly numTraining: number;
  readonly numValidation: number;
}

export interface History {
  readonly status: 'completed' | 'diverged';
  /** Training loss of each iteration, up to the first that is not finite. */
  readonly losses: number[];
  /** Accuracies after the first iteration (epoch 0), after each epoch and after the last iteration. */
  readonly accuracies: { epoch: number; trainAccuracy: number; valAccuracy: number }[];
}

export class Solver {
  readonly net: FullyConnectedNet;
  readonly #settings: Readonly<Settings>;
  readonly #data: TrainingData;
  readonly #random: RandomState;
  readonly #pixels: Uint8Array;
  readonly #labels: Uint8Array;
  /** One view an image, made when first needed: a step makes no garbage. */
  readonly #images: (Uint8Array | undefined)[] = [];

  /** Draws the net's weights from `random`; the engine's memory is this solver's until it is reset. */
  constructor(engine: Engine, settings: Readonly<Settings>, data: TrainingData, random: RandomState) {
    this.#settings = settings;
    this.#data = data;
    this.#random = random;
    const maxRows = Math.max(settings.batchSize, CHECK_ROWS);
    this.net = new FullyConnectedNet(
      engine,
      {
        inputDim: IMAGE_SIZE,
        hiddenDims: settings.hiddenDims,
        numClasses: NUM_CLASSES,
        normalization: settings.normalization,
        weightScale: settings.weightScale,
        reg: settings.reg,
        maxRows,
        mean: data.mean,
        rule: updateRules[settings.updateRule],
      },
      random,
    );
    this.#pixels = engine.bytes(this.net.images!.pixels, maxRows * IMAGE_SIZE);
    this.#labels = engine.bytes(this.net.labels, maxRows);
  }

  /**
   * Trains for settings.epochs, drawing minibatches with replacement from `random`, by default where the weights' draws
   * left it. Ends at the first loss that is not finite. Afterwards the net has the parameters that were best on the
   * validation images.
   */
  train(random: RandomState = this.#random): History {
    const { batchSize, trainImages, lrDecay } = this.#settings;
    const { perEpoch, iterations } = scheduleOf(this.#settings);
    const minibatch = new Int32Array(batchSize);
    const losses: number[] = [];
    const accuracies: History['accuracies'] = [];
    let { learningRate } = this.#settings;
    let best = -1;

    for (let t = 1; t <= iterations; t++) {
      random.choice(trainImages, minibatch);
      this.#load(minibatch, 0, batchSize);
      const loss = this.net.trainStep(batchSize, learningRate, t);
      if (!Number.isFinite(loss)) return { status: 'diverged', losses, accuracies };
      losses.push(loss);
      const epochEnds = t % perEpoch === 0;
      if (epochEnds) learningRate *= lrDecay;
      if (t === 1 || epochEnds) {
        const epoch = Math.floor(t / perEpoch);
        const trainAccuracy = this.#trainAccuracy(random);
        const valAccuracy = this.#accuracy(validationIndices(this.#data));
        accuracies.push({ epoch, trainAccuracy, valAccuracy });
        if (valAccuracy > best) {
          best = valAccuracy;
          this.net.keep();
        }
      }
    }
    this.net.restoreKept();
    return { status: 'completed', losses, accuracies };
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

  /** Puts `count` images and labels, named by their indices from `from` on, into the net's input. */
  #load(indices: Int32Array, from: number, count: number): void {
    const { pixels, labels } = this.#data;
    for (let i = 0; i < count; i++) {
      const index = indices[from + i]!;
      this.#images[index] ??= pixels.subarray(index * IMAGE_SIZE, (index + 1) * IMAGE_SIZE);
      this.#pixels.set(this.#images[index]!, i * IMAGE_SIZE);
      this.#labels[i] = labels[index]!;
    }
  }
}

const range = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
const validationIndices = ({ numTraining, numValidation }: TrainingData) => range(numTraining, numValidation);
