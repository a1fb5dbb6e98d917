/**
 * Measures what the result of an image depends on, as in the table of Ba, Kiros and Hinton (Layer normalization, 2016): for nets
 * with one hidden layer in training mode, and for the notebook's preprocessings. Also measures the noise of a batch's mean.
 */
import type { Normalization, Preprocessing } from '../config/schema.ts';
import { IMAGE_SIZE, type Images, NUM_CLASSES } from '../data/dataset.ts';
import { pixelStatistics, preparations } from '../data/preprocessing.ts';
import { compileProgram } from '../kernels/choose-backend.ts';
import { Engine } from '../kernels/engine.ts';
import { FullyConnectedNet } from '../nn/fully-connected-net.ts';
import { RandomState } from '../random/random-state.ts';

/** The largest relative change of the first image's result over all seeds, by the change made. */
export type Invariance = Readonly<Record<Change, number>>;

/** Each change returns new images, (rows, 3072) row-major, as numbers. The result of the first image is compared. */
const changes = {
  /** Replaces all images but the first. */
  otherImages: (x: Float64Array, others: Float64Array) => x.map((v, i) => (i < IMAGE_SIZE ? v : others[i]!)),
  /** Makes the first image twice as bright. */
  imageRescaled: (x: Float64Array) => x.map((v, i) => (i < IMAGE_SIZE ? 2 * v : v)),
  /** Makes one row of the first image's pixels twice as bright, in all channels. */
  rowRescaled: (x: Float64Array) =>
    x.map((v, i) => (i < IMAGE_SIZE && Math.floor(i / 32) % 32 === 16 ? 2 * v : v)),
  /** Adds a constant to every image. */
  dataRecentred: (x: Float64Array) => x.map(v => v + 80),
} as const;
export type Change = keyof typeof changes;
export const changeNames = Object.keys(changes) as Change[];

const ROWS = 20;
const HIDDEN = 50;

/** For a net with a normalization: compares the scores of the first image, in float64, with eps too small to matter. */
export function netInvariance(
  normalization: Normalization,
  images: Images,
  seeds: readonly number[],
): Invariance {
  return largest(images, seeds, seed => {
    const subject = netOf(normalization, seed);
    return x => preactivations(subject, x, 2, 1);
  });
}

/** For a preprocessing: compares the numbers that the first image becomes. The mean image is that of these images. */
export function preprocessingInvariance(
  kind: Preprocessing,
  images: Images,
  seeds: readonly number[],
): Invariance {
  return largest(images, seeds, () => x => {
    // Bytes end at 255, so the images are dark enough to be doubled or recentred.
    const pixels = Uint8Array.from(x);
    const statistics = pixelStatistics(kind, { count: ROWS, pixels, labels: new Uint8Array(ROWS) }, ROWS);
    const first = pixels.subarray(0, IMAGE_SIZE);
    const prepare = preparations[kind];
    if (!prepare) return Float64Array.from(first, (v, j) => v - statistics.mean[j]!);
    const image = new Float64Array(IMAGE_SIZE);
    prepare(first, image, statistics);
    return image;
  });
}

/**
 * The noise of a batch mean: the standard deviation, over minibatches, of the mean of a unit of the first hidden layer, divided by
 * that of the unit. Returns the root mean square over units and `seeds`. With replacement, theory says 1 / sqrt(batchSize).
 */
export function batchMeanNoise(images: Images, batchSize: number, seeds: readonly number[]): number {
  const batches = 200;
  let ratios = 0;
  for (const seed of seeds) {
    const subject = netOf('none', seed);
    const count = Math.min(images.count, 1000);
    const indices = new Int32Array(1);
    const x = new Float64Array(ROWS * IMAGE_SIZE);
    const values: Float64Array[] = [];
    for (let done = 0; done < batches * batchSize; done += ROWS) {
      for (let i = 0; i < ROWS; i++)
        x.set(imageAt(images, subject.random.choice(count, indices)[0]!), i * IMAGE_SIZE);
      const all = preactivations(subject, x, 1, ROWS);
      for (let i = 0; i < ROWS; i++) values.push(all.subarray(i * HIDDEN, (i + 1) * HIDDEN));
    }
    for (let unit = 0; unit < HIDDEN; unit++) {
      const all = values.slice(0, batches * batchSize).map(row => row[unit]!);
      const means = Array.from({ length: batches }, (_, b) =>
        mean(all.slice(b * batchSize, (b + 1) * batchSize)),
      );
      ratios += variance(means) / variance(all);
    }
  }
  return Math.sqrt(ratios / (HIDDEN * seeds.length));
}

/** @param resultBy for a seed, from images to the result of the first */
function largest(
  images: Images,
  seeds: readonly number[],
  resultBy: (seed: number) => (x: Float64Array) => Float64Array,
): Invariance {
  const most = Object.fromEntries(changeNames.map(name => [name, 0])) as Record<Change, number>;
  for (const seed of seeds) {
    const [x, others, result] = [drawn(images, seed), drawn(images, seed + 1000), resultBy(seed)];
    const before = result(x);
    for (const name of changeNames) {
      const after = result(changes[name](x, others));
      const change = norm(after.map((v, i) => v - before[i]!)) / (norm(before) || 1);
      most[name] = Math.max(most[name], change);
    }
  }
  return most;
}

function netOf(normalization: Normalization, seed: number) {
  const engine = new Engine(compileProgram('float64'));
  const random = new RandomState(seed);
  const options = {
    inputDim: IMAGE_SIZE,
    hiddenDims: [HIDDEN],
    numClasses: NUM_CLASSES,
    maxRows: ROWS,
    reg: 0,
  };
  const normConstants = { eps: 1e-12, momentum: 0.9, groups: 5 };
  const net = new FullyConnectedNet(
    engine,
    { ...options, normalization, normConstants, weightScale: 0.1 },
    random,
  );
  return { engine, net, random };
}

/** The first `rows` rows of what a layer (from 1) computes of images x, in training mode. */
function preactivations(
  { engine, net }: ReturnType<typeof netOf>,
  x: Float64Array,
  layer: number,
  rows: number,
): Float64Array {
  let found: Float64Array = new Float64Array(0);
  engine.write(net.input, x);
  net.loss(ROWS, {
    preactivations: ({ out }, number) => {
      if (number === layer) found = engine.read({ ...out, rows });
    },
    gradients: () => {},
    updated: () => {},
  });
  return found;
}

/** Random training images at a third of their brightness. */
function drawn(images: Images, seed: number): Float64Array {
  const indices = new RandomState(seed).choice(images.count, new Int32Array(ROWS));
  return Float64Array.from([...indices].flatMap(i => Array.from(imageAt(images, i), v => Math.floor(v / 3))));
}

const imageAt = ({ pixels }: Images, i: number) => pixels.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE);
const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
const variance = (values: readonly number[]) => {
  const middle = mean(values);
  return mean(values.map(v => (v - middle) ** 2));
};
