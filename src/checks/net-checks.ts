/** What the notebook checks of the whole net: its initial loss, and every parameter's gradient. */
import type { Normalization } from '../config/schema.ts';
import { Engine } from '../kernels/engine.ts';
import { FullyConnectedNet } from '../nn/fully-connected-net.ts';
import { RandomState } from '../random/random-state.ts';
import type { Measured } from './layer-checks.ts';
import { largestSize, numericGradient, relativeError } from './numeric-gradient.ts';

const SEED = 231;
const [BATCH, INPUT_DIM, NUM_CLASSES] = [2, 15, 10];
const HIDDEN_DIMS = [20, 30];
/** The notebook builds one net for each, one after the other, from one random stream. */
const REGS = [0, 3.14];

/** Batch norm takes the mean away: a bias just before it changes nothing, and the true gradient is 0. */
export const hasNoEffect = (parameter: string, normalization: Normalization): boolean =>
  normalization === 'batchnorm' && /^b\d+$/.test(parameter) && parameter !== `b${HIDDEN_DIMS.length + 1}`;

/**
 * `initialLoss`, and for each parameter the relative error of its gradient against the numeric one; where the true
 * gradient is 0 the largest absolute value of either.
 */
export function netErrors(normalization: Normalization, reg: number): Measured {
  const random = new RandomState(SEED);
  const images = random.randn(new Float64Array(BATCH * INPUT_DIM));
  const labels = random.randint(0, NUM_CLASSES, new Int32Array(BATCH));
  const build = (strength: number) => {
    const engine = new Engine('float64');
    const options = { inputDim: INPUT_DIM, hiddenDims: HIDDEN_DIMS, numClasses: NUM_CLASSES, normalization };
    return {
      engine,
      net: new FullyConnectedNet(
        engine,
        { ...options, weightScale: 5e-2, reg: strength, maxRows: BATCH },
        random,
      ),
    };
  };
  const { engine, net } = REGS.slice(0, REGS.indexOf(reg) + 1)
    .map(build)
    .at(-1)!;
  engine.write(net.input, images);
  engine.bytes(net.labels, BATCH).set(labels);

  const { loss, gradients } = net.lossAndGradients(BATCH);
  const errors = [...net.params].map(([name, matrix]) => {
    const perReal = engine.bytesPerReal;
    const inMemory = engine.reals(matrix.pointer, (matrix.rows * matrix.row) / perReal) as Float64Array;
    const indices = Array.from(
      { length: matrix.rows * matrix.cols },
      (_, i) => Math.floor(i / matrix.cols) * (matrix.row / perReal) + (i % matrix.cols),
    );
    const numeric = numericGradient(() => net.loss(BATCH), [1, 1], inMemory, indices);
    const analytic = gradients.get(name)!;
    const error = hasNoEffect(name, normalization)
      ? Math.max(largestSize(numeric), largestSize(analytic))
      : relativeError(numeric, analytic);
    return [name, error] as const;
  });
  return { initialLoss: loss, ...Object.fromEntries(errors) };
}
