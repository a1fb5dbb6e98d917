/** Gradients of whole nets against centred differences: the notebook's nets, and the nets of an experiment. */
import type { Normalization, Settings } from '../config/schema.ts';
import { compileProgram } from '../kernels/choose-backend.ts';
import { Engine } from '../kernels/engine.ts';
import { FullyConnectedNet, type NetOptions } from '../nn/fully-connected-net.ts';
import { COURSE_CONSTANTS, normalizations } from '../nn/normalizations.ts';
import { RandomState } from '../random/random-state.ts';
import { atMost, type CheckResult, type Measured, resultsOf } from './check.ts';
import { GROUPS } from './layer-checks.ts';
import { largestSize, numericGradient, relativeError, relativeErrorOfNorms } from './numeric-gradient.ts';

const SEED = 231;
const NUM_CLASSES = 10;

/** The notebook's nets. It builds one for each reg, one after the other, from one random stream. */
const NOTEBOOK = {
  inputDim: 15,
  hiddenDims: [20, 30],
  numClasses: NUM_CLASSES,
  weightScale: 5e-2,
  maxRows: 2,
};
const REGS = [0, 3.14];

/** The expectation for a bias that the normalization cancels. */
export const ZERO_GRADIENT = atMost(
  1e-9,
  'the normalization cancels this bias, so its true gradient is 0: the largest absolute value',
);

/**
 * The notebook's net: `initialLoss`, and by parameter the relative error of its gradient; for a bias that the
 * normalization cancels, the largest absolute value of either gradient.
 */
export function netErrors(normalization: Normalization, reg: number): Measured {
  const random = new RandomState(SEED);
  const images = random.randn(new Float64Array(NOTEBOOK.maxRows * NOTEBOOK.inputDim));
  const labels = random.randint(0, NUM_CLASSES, new Int32Array(NOTEBOOK.maxRows));
  const nets = REGS.slice(0, REGS.indexOf(reg) + 1).map(reg =>
    buildNet({ ...NOTEBOOK, normalization, reg }, random),
  );
  const { loss, errors } = gradientErrors(nets.at(-1)!, images, labels, relativeError);
  return { initialLoss: loss, ...errors };
}

/** The nets of experiments are checked at small widths. */
const SMALL = { inputDim: 6, numClasses: NUM_CLASSES, weightScale: 0.5, maxRows: 5 };
const WIDTH = 8;
/** Deeper nets are checked at this depth: they repeat the same layer. */
const MAX_DEPTH = 10;

/**
 * Checks the nets that an experiment trains: for each distinct normalization, number of hidden layers and reg, the
 * gradients of a small float64 net with random parameters.
 * @param settings those of all trials; their order is the order of the results
 */
export function checkExperiment(settings: readonly Readonly<Settings>[]): CheckResult[] {
  const nets = new Map(
    settings.map(({ normalization, hiddenDims, reg }) => {
      const depth = Math.min(hiddenDims.length, MAX_DEPTH);
      return [`net-${normalization}-depth-${depth}-reg-${reg}`, { normalization, depth, reg }];
    }),
  );
  return [...nets].flatMap(([name, { normalization, depth, reg }]) => {
    const errors = smallNetErrors(normalization, depth, reg);
    const expected = Object.fromEntries(
      Object.keys(errors).map(parameter => [
        parameter,
        isCancelled(parameter, normalization, depth) ? ZERO_GRADIENT : atMost(1e-6),
      ]),
    );
    const cell = `${normalization}, ${depth} hidden ${depth === 1 ? 'layer' : 'layers'}, reg ${reg}`;
    return resultsOf({ name, cell, measure: () => errors, expected }, () => 0);
  });
}

function smallNetErrors(normalization: Normalization, depth: number, reg: number): Measured {
  const random = new RandomState(SEED);
  const built = buildNet(
    { ...SMALL, hiddenDims: Array<number>(depth).fill(WIDTH), normalization, reg },
    random,
  );
  // At their initial values, biases put dead units on the kink of their ReLU, where there is no gradient.
  for (const [name, matrix] of built.net.params) {
    if (name.startsWith('W')) continue;
    const middle = name.startsWith('gamma') ? 1 : 0;
    const values = random.randn(new Float64Array(matrix.cols)).map(v => middle + 0.3 * v);
    built.engine.write(matrix, values);
  }
  const images = random.randn(new Float64Array(SMALL.maxRows * SMALL.inputDim));
  const labels = random.randint(0, NUM_CLASSES, new Int32Array(SMALL.maxRows));
  return gradientErrors(built, images, labels, relativeErrorOfNorms).errors;
}

interface BuiltNet {
  readonly engine: Engine;
  readonly net: FullyConnectedNet;
  readonly options: NetOptions;
}

function buildNet(options: NetOptions, random: RandomState): BuiltNet {
  const engine = new Engine(compileProgram('float64'));
  const net = new FullyConnectedNet(engine, { normConstants, ...options }, random);
  return { engine, net, options };
}

/** All widths here are even. Groups of one unit would have no gradient. */
const normConstants = { ...COURSE_CONSTANTS, groups: GROUPS };

const isCancelled = (parameter: string, normalization: Normalization, depth: number): boolean =>
  normalizations[normalization].cancelsBias && /^b\d+$/.test(parameter) && parameter !== `b${depth + 1}`;

/**
 * The loss, and by parameter how far apart its gradient and the numeric one are.
 * @param images (maxRows, inputDim), @param labels (maxRows)
 */
function gradientErrors(
  { engine, net, options: { maxRows, hiddenDims, normalization } }: BuiltNet,
  images: Float64Array,
  labels: Int32Array,
  errorOf: (a: Float64Array, b: Float64Array) => number,
): { loss: number; errors: Record<string, number> } {
  engine.write(net.input, images);
  engine.bytes(net.labels, maxRows).set(labels);
  const { loss, gradients } = net.lossAndGradients(maxRows);
  const errors = [...net.params].map(([name, matrix]) => {
    const stride = matrix.stride / engine.bytesPerReal;
    const inMemory = engine.reals(matrix.pointer, matrix.rows * stride) as Float64Array;
    const indices = Array.from(
      { length: matrix.rows * matrix.cols },
      (_, i) => Math.floor(i / matrix.cols) * stride + (i % matrix.cols),
    );
    const numeric = numericGradient(() => net.loss(maxRows), [1, 1], inMemory, indices);
    const analytic = gradients.get(name)!;
    const error = isCancelled(name, normalization, hiddenDims.length)
      ? Math.max(largestSize(numeric), largestSize(analytic))
      : errorOf(numeric, analytic);
    return [name, error] as const;
  });
  return { loss, errors: Object.fromEntries(errors) };
}
