/** What the notebook measures of single normalization layers, on the float64 kernels. */
import type { Normalization } from '../config/schema.ts';
import { compileProgram } from '../kernels/choose-backend.ts';
import { Engine } from '../kernels/engine.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { affineForward, reluForward } from '../nn/layers.ts';
import { allocateLayer, allocateParameters } from '../nn/net-layout.ts';
import {
  batchnormBackwardStaged,
  COURSE_CONSTANTS,
  type NormalizationRow,
  type NormalizedLayer,
  normalizations,
} from '../nn/normalizations.ts';
import { RandomState } from '../random/random-state.ts';
import type { Measured } from './check.ts';
import { largestDifference, numericGradient, relativeError } from './numeric-gradient.ts';

const SEED = 231;
const FEATURES = 3;
/** For group norm. */
export const GROUPS = 2;

const { batchnorm } = normalizations;

/** Means and standard deviations before and after the normalization: over the batch, or over the features. */
export function forwardStatistics(
  name: Normalization,
  scale: { gamma: readonly number[]; beta: readonly number[] },
): Measured {
  const { over, forward } = normalizations[name];
  const count = over === 'batch' ? 200 : 4;
  const net = twoLayerNet(name, count);
  const { engine, layer } = net;
  for (const matrix of [net.x, ...net.weights]) net.draw(matrix);
  net.run();
  const x = engine.read(layer.out);
  const normalized = (gamma: readonly number[], beta: readonly number[]) => {
    setScaleAndShift(engine, layer, gamma, beta);
    engine.write(layer.out, x);
    forward(engine, count, layer, 'train');
    return engine.read(layer.out);
  };
  const measure = over === 'batch' ? columnStatistics : rowStatistics;
  const before = measure(x, FEATURES);
  const unit = measure(normalized([1, 1, 1], [0, 0, 0]), FEATURES);
  const scaled = measure(normalized(scale.gamma, scale.beta), FEATURES);
  return {
    beforeMeans: before.means,
    beforeStds: before.stds,
    unitMeans: unit.means,
    unitStds: unit.stds,
    scaledMeans: scaled.means,
    scaledStds: scaled.stds,
  };
}

/** Statistics of a batch normalized in test mode, after 50 batches in training mode. */
export function batchnormTestStatistics(): Measured {
  const net = twoLayerNet('batchnorm', 200);
  const { engine, layer } = net;
  for (const matrix of net.weights) net.draw(matrix);
  setScaleAndShift(engine, layer, [1, 1, 1], [0, 0, 0]);
  const batch = (mode: 'train' | 'test') => {
    net.draw(net.x);
    net.run();
    batchnorm.forward(engine, 200, layer, mode);
  };
  for (let i = 0; i < 50; i++) batch('train');
  batch('test');
  return columnStatistics(engine.read(layer.out), FEATURES);
}

/** The notebook's constants of batch norm. */
const MOMENTUM = 0.9;
const EPS = 1e-5;

/**
 * Relative errors of batch norm's running statistics after three small batches, and of its output in test mode, against the
 * formulas in plain numbers. The batches differ in mean and in spread, and are narrow enough for eps to matter.
 */
export function runningStatisticsErrors(): Measured {
  const [n, d] = [5, 3];
  const { engine, layer, x, gamma, beta } = randomLayer('batchnorm', n, d);
  setScaleAndShift(engine, layer, gamma, beta);
  const run = (batch: Float64Array, mode: 'train' | 'test') => {
    engine.write(layer.out, batch);
    batchnorm.forward(engine, n, layer, mode);
    return engine.read(layer.out);
  };
  let [mean, variance] = [new Float64Array(d), new Float64Array(d)];
  for (const step of [1, 2, 3]) {
    const batch = x.map(value => (step * value) / 1000 + step);
    const { means, stds } = columnStatistics(batch, d);
    run(batch, 'train');
    mean = mean.map((old, j) => MOMENTUM * old + (1 - MOMENTUM) * means[j]!);
    variance = variance.map((old, j) => MOMENTUM * old + (1 - MOMENTUM) * stds[j]! ** 2);
  }
  const expected = x.map((value, i) => {
    const j = i % d;
    return (gamma[j]! * (value - mean[j]!)) / Math.sqrt(variance[j]! + EPS) + beta[j]!;
  });
  return {
    runningMean: relativeError(readRow(engine, layer.runningMean, d), mean),
    runningVar: relativeError(readRow(engine, layer.runningVar, d), variance),
    out: relativeError(run(x, 'test'), expected),
  };
}

/**
 * Relative errors of the backward pass (batch norm: the staged one) against numeric gradients, for a batch of 4 with 5
 * features (6 in 2 groups): `dx`, and d and its name for each parameter.
 */
export function backwardErrors(name: Normalization): Measured {
  const { forward, parameters, over } = normalizations[name];
  const [n, d] = over === 'groups' ? [4, 3 * GROUPS] : [4, 5];
  const backward = name === 'batchnorm' ? batchnormBackwardStaged : normalizations[name].backward;
  const { engine, layer, x, gamma, beta, dout } = randomLayer(name, n, d);
  const output = () => {
    setScaleAndShift(engine, layer, gamma, beta);
    engine.write(layer.out, x);
    forward(engine, n, layer, 'train');
    return engine.read(layer.out);
  };
  output();
  engine.write(layer.dout, dout);
  backward(engine, n, layer);
  const analytic = {
    dx: [engine.read(layer.dout), x],
    dgamma: [readRow(engine, layer.dgamma, d), gamma],
    dbeta: [readRow(engine, layer.dbeta, d), beta],
  } as const;
  const quantities = [
    'dx',
    ...Object.keys(parameters).map(parameter => `d${parameter}`),
  ] as (keyof typeof analytic)[];
  return Object.fromEntries(
    quantities.map(quantity => {
      const [gradient, at] = analytic[quantity];
      return [quantity, relativeError(numericGradient(output, dout, at), gradient)];
    }),
  );
}

/**
 * The staged and the simplified backward pass for a batch of 100 with 500 features: how far apart they are, and how many
 * times faster the second is. `now` returns milliseconds.
 */
export function alternativeBackward(now: () => number): Measured {
  const [n, d, passes] = [100, 500, 20];
  const { engine, layer, x, gamma, beta, dout } = randomLayer('batchnorm', n, d);
  setScaleAndShift(engine, layer, gamma, beta);
  engine.write(layer.out, x);
  batchnorm.forward(engine, n, layer, 'train');
  const run = (backward: NormalizationRow['backward']) => {
    let milliseconds = 0;
    for (let i = 0; i < passes; i++) {
      engine.write(layer.dout, dout);
      const start = now();
      backward(engine, n, layer);
      milliseconds += now() - start;
    }
    const [dgamma, dbeta] = [readRow(engine, layer.dgamma, d), readRow(engine, layer.dbeta, d)];
    return { milliseconds, dx: engine.read(layer.dout), dgamma, dbeta };
  };
  run(batchnormBackwardStaged);
  run(batchnorm.backward);
  const staged = run(batchnormBackwardStaged);
  const alternative = run(batchnorm.backward);
  return {
    dxDifference: relativeError(staged.dx, alternative.dx),
    dgammaDifference: largestDifference(staged.dgamma, alternative.dgamma),
    dbetaDifference: largestDifference(staged.dbeta, alternative.dbeta),
    speedUp: staged.milliseconds / alternative.milliseconds,
  };
}

/** relu(X W1) W2 with X (count, 50), W1 (50, 60), W2 (60, 3), followed by a normalization. */
function twoLayerNet(name: Normalization, count: number) {
  const random = new RandomState(SEED);
  const engine = new Engine(compileProgram('float64'));
  const [x, w1, hidden, w2] = [
    engine.matrix(count, 50),
    engine.matrix(50, 60),
    engine.matrix(count, 60),
    engine.matrix(60, FEATURES),
  ];
  const noBias = engine.matrix(1, 60).pointer;
  const packing = engine.packing(count);
  const layer = standaloneLayer(engine, name, count, FEATURES);
  return {
    engine,
    layer,
    weights: [w1, w2],
    x,
    draw(matrix: Matrix) {
      engine.write(matrix, random.randn(new Float64Array(matrix.rows * matrix.cols)));
    },
    run() {
      affineForward(engine, count, x, w1, noBias, hidden, packing);
      reluForward(engine, count, hidden);
      affineForward(engine, count, hidden, w2, noBias, layer.out, packing);
    },
  };
}

/** The notebook's x = 5 randn + 12, gamma, beta and dout, drawn in this order. */
function randomLayer(name: Normalization, n: number, d: number) {
  const random = new RandomState(SEED);
  const draw = (count: number) => random.randn(new Float64Array(count));
  const engine = new Engine(compileProgram('float64'));
  const layer = standaloneLayer(engine, name, n, d, normalizations[name].over === 'groups' ? GROUPS : 1);
  return {
    engine,
    layer,
    x: draw(n * d).map(v => 5 * v + 12),
    gamma: draw(d),
    beta: draw(d),
    dout: draw(n * d),
  };
}

/** A normalization of (n, h) by itself, without a ReLU. */
export function standaloneLayer(
  engine: Engine,
  name: Normalization,
  n: number,
  h: number,
  groups = 1,
): NormalizedLayer {
  const constants = { ...COURSE_CONSTANTS, groups };
  return allocateLayer(engine, allocateParameters(engine, normalizations[name], h), n, false, constants);
}

/** Sets those of the two parameters that the layer has. */
export function setScaleAndShift(
  engine: Engine,
  layer: NormalizedLayer,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
) {
  if (layer.gamma) engine.reals(layer.gamma, gamma.length).set(gamma);
  if (layer.beta) engine.reals(layer.beta, beta.length).set(beta);
}

const readRow = (engine: Engine, pointer: number, count: number) => engine.reals(pointer, count).slice();

const columnStatistics = (values: Float64Array, cols: number) =>
  statistics(Array.from({ length: cols }, (_, j) => values.filter((_, i) => i % cols === j)));

const rowStatistics = (values: Float64Array, cols: number) =>
  statistics(
    Array.from({ length: values.length / cols }, (_, i) => values.subarray(i * cols, (i + 1) * cols)),
  );

function statistics(samples: readonly Float64Array[]) {
  const mean = (v: Float64Array) => v.reduce((sum, x) => sum + x, 0) / v.length;
  const std = (v: Float64Array) => Math.sqrt(mean(v.map(x => (x - mean(v)) * (x - mean(v)))));
  return { means: samples.map(mean), stds: samples.map(std) };
}
