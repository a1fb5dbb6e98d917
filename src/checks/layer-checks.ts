/** What the notebook measures of batch norm and layer norm by themselves, on the float64 kernels. */
import { Engine, type Matrix } from '../kernels/engine.ts';
import {
  affineForward,
  batchnormBackward,
  batchnormBackwardAlt,
  batchnormForward,
  layernormBackward,
  layernormForward,
  type Normalized,
  reluForward,
} from '../nn/layers.ts';
import { RandomState } from '../random/random-state.ts';
import { largestDifference, numericGradient, relativeError } from './numeric-gradient.ts';

export type Measured = Readonly<Record<string, number | readonly number[]>>;

const SEED = 231;
const FEATURES = 3;

type NormName = 'batchnorm' | 'layernorm';
const forward = { batchnorm: batchnormForward, layernorm: layernormForward } as const;

/** Means and standard deviations before and after the normalization, over each feature or over each row. */
export function forwardStatistics(
  name: NormName,
  scale: { gamma: readonly number[]; beta: readonly number[] },
): Measured {
  const count = name === 'batchnorm' ? 200 : 4;
  const net = twoLayerNet(count);
  const { engine, layer } = net;
  for (const matrix of [net.x, ...net.weights]) net.draw(matrix);
  net.run();
  const x = engine.read(layer.out);
  const normalized = (gamma: readonly number[], beta: readonly number[]) => {
    setScaleAndShift(engine, layer, gamma, beta);
    engine.write(layer.out, x);
    forward[name](engine, count, layer, 'train');
    return engine.read(layer.out);
  };
  const measure = name === 'batchnorm' ? columnStatistics : rowStatistics;
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

/** Test mode after 50 batches of training mode: the statistics of a new batch under the running mean and variance. */
export function batchnormTestStatistics(): Measured {
  const net = twoLayerNet(200);
  const { engine, layer } = net;
  for (const matrix of net.weights) net.draw(matrix);
  setScaleAndShift(engine, layer, [1, 1, 1], [0, 0, 0]);
  const batch = (mode: 'train' | 'test') => {
    net.draw(net.x);
    net.run();
    batchnormForward(engine, 200, layer, mode);
  };
  for (let i = 0; i < 50; i++) batch('train');
  batch('test');
  return columnStatistics(engine.read(layer.out), FEATURES);
}

/** Relative errors of the backward pass against numeric gradients, on a batch of 4 with 5 features. */
export function backwardErrors(name: NormName): Measured {
  const [n, d] = [4, 5];
  const { engine, layer, x, gamma, beta, dout } = randomLayer(n, d);
  const backward = name === 'batchnorm' ? batchnormBackward : layernormBackward;
  const output = () => {
    setScaleAndShift(engine, layer, gamma, beta);
    engine.write(layer.out, x);
    forward[name](engine, n, layer, 'train');
    return engine.read(layer.out);
  };
  output();
  engine.write(layer.dout, dout);
  backward(engine, n, layer);
  const dx = engine.read(layer.dout);
  const dgamma = readRow(engine, layer.dgamma, d);
  const dbeta = readRow(engine, layer.dbeta, d);
  return {
    dx: relativeError(numericGradient(output, dout, x), dx),
    dgamma: relativeError(numericGradient(output, dout, gamma), dgamma),
    dbeta: relativeError(numericGradient(output, dout, beta), dbeta),
  };
}

/**
 * The staged and the simplified backward pass on a batch of 100 with 500 features: how far apart, and how many times
 * faster the second is by `now` (milliseconds; each timed over several passes).
 */
export function alternativeBackward(now: () => number): Measured {
  const [n, d, passes] = [100, 500, 20];
  const { engine, layer, x, gamma, beta, dout } = randomLayer(n, d);
  setScaleAndShift(engine, layer, gamma, beta);
  engine.write(layer.out, x);
  batchnormForward(engine, n, layer, 'train');
  const run = (backward: typeof batchnormBackward) => {
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
  run(batchnormBackward);
  run(batchnormBackwardAlt);
  const staged = run(batchnormBackward);
  const alternative = run(batchnormBackwardAlt);
  return {
    dxDifference: relativeError(staged.dx, alternative.dx),
    dgammaDifference: largestDifference(staged.dgamma, alternative.dgamma),
    dbetaDifference: largestDifference(staged.dbeta, alternative.dbeta),
    speedUp: staged.milliseconds / alternative.milliseconds,
  };
}

/** relu(X W1) W2 with X (count, 50), W1 (50, 60), W2 (60, 3), whose output goes into a normalization. */
function twoLayerNet(count: number) {
  const random = new RandomState(SEED);
  const engine = new Engine('float64');
  const [x, w1, hidden, w2] = [
    engine.matrix(count, 50),
    engine.matrix(50, 60),
    engine.matrix(count, 60),
    engine.matrix(60, FEATURES),
  ];
  const noBias = engine.matrix(1, 60).pointer;
  const packing = engine.packing(count);
  const layer = normalizedLayer(engine, count, FEATURES);
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

/** The notebook's x = 5 randn + 12, and gamma, beta, dout, drawn in this order. */
function randomLayer(n: number, d: number) {
  const random = new RandomState(SEED);
  const draw = (count: number) => random.randn(new Float64Array(count));
  const engine = new Engine('float64');
  const layer = normalizedLayer(engine, n, d);
  return {
    engine,
    layer,
    x: draw(n * d).map(v => 5 * v + 12),
    gamma: draw(d),
    beta: draw(d),
    dout: draw(n * d),
  };
}

export function normalizedLayer(engine: Engine, n: number, h: number): Normalized {
  const row = () => engine.matrix(1, h).pointer;
  return {
    out: engine.matrix(n, h),
    dout: engine.matrix(n, h),
    xhat: engine.matrix(n, h),
    std: engine.matrix(1, Math.max(n, h)).pointer,
    gamma: row(),
    beta: row(),
    dgamma: row(),
    dbeta: row(),
    db: row(),
    runningMean: row(),
    runningVar: row(),
    activated: false,
  };
}

export function setScaleAndShift(
  engine: Engine,
  layer: Normalized,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
) {
  engine.reals(layer.gamma, gamma.length).set(gamma);
  engine.reals(layer.beta, beta.length).set(beta);
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
