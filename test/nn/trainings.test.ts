/** Whole trainings against NumPy's (test/truth/trainings-231.json): every setting that changes a number, over many steps. */
import { describe, expect, it } from 'vitest';
import {
  type Experiment,
  type ExperimentInput,
  experimentSchema,
  type Preprocessing,
} from '../../src/config/schema.ts';
import { type PixelStatistics, pixelStatistics } from '../../src/data/preprocessing.ts';
import { compileProgram } from '../../src/kernels/choose-backend.ts';
import { Engine } from '../../src/kernels/engine.ts';
import { type Dtype, NUMERICS } from '../../src/kernels/numerics.ts';
import { FullyConnectedNet } from '../../src/nn/fully-connected-net.ts';
import { type History, Solver } from '../../src/nn/solver.ts';
import { updateRules } from '../../src/nn/update-rules.ts';
import { planTrials } from '../../src/plan/plan.ts';
import { RandomState } from '../../src/random/random-state.ts';
import type { DiagnosedStep } from '../../src/records/diagnostics.ts';
import { truth } from '../shared.ts';
import { madeUpImages } from '../truth/made-up.ts';

/** By parameter: the sum of its sizes, and its first three numbers. */
type Sizes = Record<string, number[]>;

interface Truth {
  images: { first: number[]; sum: number; labels: number[] };
  steps: Record<keyof typeof updateRules, Sizes>;
  cases: {
    what: string;
    experiment: ExperimentInput;
    trials: (Omit<History, 'status'> & { parameters: Sizes; scores: number[][] })[];
  }[];
}

const { cases, ...golden }: Truth = JSON.parse(truth('trainings-231.json'));
const images = madeUpImages();

it('the images are those of the golden figures', () => {
  expect([...images.pixels.slice(0, 5)]).toEqual(golden.images.first);
  expect(images.pixels.reduce((sum, pixel) => sum + pixel, 0)).toBe(golden.images.sum);
  expect([...images.labels.slice(0, 20)]).toEqual(golden.images.labels);
});

describe.each(cases)('$what', ({ experiment, trials }) => {
  const named = trials.map((expected, index) => ({
    expected,
    index,
    net: JSON.stringify((experiment.sweep as unknown[])[index]),
  }));

  it.each(named)('$net: losses, accuracies, and the weights at the end', ({ expected, index }) => {
    const { history, parameters, scores } = train(experiment, index, 'float64');
    const { losses, accuracies, lastEpochDataLoss } = expected;
    expect(history.status).toBe('completed');
    expect(history.accuracies).toEqual(accuracies);
    expectNear(history.losses, losses);
    if (lastEpochDataLoss !== undefined) expectNear([history.lastEpochDataLoss!], [lastEpochDataLoss]);
    expectNear(scores, expected.scores.flat());
    expectDiagnostics(history.diagnostics ?? [], expected.diagnostics ?? []);
    expectSizes(parameters, expected.parameters);
  });

  it.each(named)('$net: losses in float32', ({ expected, index }) => {
    const { history } = train(experiment, index, 'float32');
    expect(history.losses.length).toBe(expected.losses.length);
    // Later ones differ by more where RMSProp or Adam divides by a gradient near 0.
    expectNear(history.losses.slice(0, 12), expected.losses.slice(0, 12), 1e-4);
  });
});

it.each(Object.keys(updateRules) as (keyof typeof updateRules)[])(
  "%s has the course's constants in a net built without settings",
  rule => {
    const engine = new Engine(compileProgram('float64'));
    const shape = { inputDim: 15, hiddenDims: [20, 30], numClasses: 10, maxRows: 6, weightScale: 5e-2 };
    const net = new FullyConnectedNet(
      engine,
      { ...shape, normalization: 'batchnorm', reg: 0.1, rule: updateRules[rule] },
      new RandomState(3),
    );
    engine.write(net.input, new RandomState(4).randn(new Float64Array(6 * 15)));
    engine.bytes(net.labels, 6).set([0, 1, 2, 3, 4, 5]);
    for (let t = 1; t <= 4; t++) net.trainStep(6, 0.01, t);
    expectSizes(sizesOf(engine, net), golden.steps[rule]);
  },
);

const known = new Map<Preprocessing, PixelStatistics>();
function statisticsFor({ preprocessing, numTraining }: Experiment): PixelStatistics {
  const statistics = known.get(preprocessing) ?? pixelStatistics(preprocessing, images, numTraining);
  known.set(preprocessing, statistics);
  return statistics;
}

/** Trains one net of an experiment as a run does. */
function train(input: ExperimentInput, index: number, dtype: Dtype) {
  const experiment = experimentSchema.parse({ ...input, dtype });
  const trial = planTrials(experiment, { fingerprint: '', numerics: NUMERICS.portable })[index]!;
  const { settings, split, streams } = trial;
  const engine = new Engine(compileProgram(dtype));
  const data = { ...images, ...statisticsFor(experiment), ...split };
  const solver = new Solver(engine, settings, data, new RandomState(streams.init));
  const history = solver.train({ random: streams.training && new RandomState(streams.training) });
  // The input still holds the validation images, which are measured last.
  return { history, parameters: sizesOf(engine, solver.net), scores: solver.net.scores(2) };
}

const sizesOf = (engine: Engine, net: FullyConnectedNet): Sizes =>
  Object.fromEntries(
    [...net.params].map(([name, matrix]) => {
      const values = engine.read(matrix);
      return [name, [values.reduce((sum, v) => sum + Math.abs(v), 0), ...values.slice(0, 3)]];
    }),
  );

function expectSizes(actual: Sizes, expected: Sizes): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, sizes] of Object.entries(expected)) expectNear(actual[name]!, sizes);
}

/** The same steps, layers and figures. A figure of a net with small weights is itself small: the bound is relative. */
function expectDiagnostics(actual: readonly DiagnosedStep[], expected: readonly DiagnosedStep[]): void {
  const places = (steps: readonly DiagnosedStep[]) =>
    steps.map(({ layers, ...step }) => ({ ...step, layers: layers.map(row => Object.keys(row).sort()) }));
  expect(places(actual)).toEqual(places(expected));
  for (const [i, { layers }] of expected.entries()) {
    for (const [l, row] of layers.entries()) {
      for (const [name, value] of Object.entries(row)) {
        const own = actual[i]!.layers[l]![name as keyof typeof row]!;
        expect(Math.abs(own - value), `${name}: ${own}, ${value}`).toBeLessThanOrEqual(
          1e-8 * Math.abs(value),
        );
      }
    }
  }
}

/** Equal to a share of the largest, or of 1: a bias that batch norm cancels has moved by round-off. */
function expectNear(actual: ArrayLike<number>, expected: readonly number[], share = 1e-9): void {
  expect(actual.length).toBe(expected.length);
  const apart = expected.map((value, i) => Math.abs(value - actual[i]!));
  const scale = Math.max(1, ...expected.map(Math.abs));
  expect(Math.max(...apart), `${apart}`).toBeLessThan(share * scale);
}
