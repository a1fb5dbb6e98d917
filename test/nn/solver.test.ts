/** The Solver's reports, and its memory. */
import { describe, expect, it } from 'vitest';
import {
  experimentSchema,
  type Normalization,
  type Settings,
  type UpdateRule,
} from '../../src/config/schema.ts';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { compileProgram } from '../../src/kernels/choose-backend.ts';
import { Engine } from '../../src/kernels/engine.ts';
import { type Dtype, dtypes } from '../../src/kernels/numerics.ts';
import { bytesNeeded } from '../../src/nn/net-of-settings.ts';
import { normalizations } from '../../src/nn/normalizations.ts';
import { type EpochReport, Solver, type TrainingData } from '../../src/nn/solver.ts';
import { updateRules } from '../../src/nn/update-rules.ts';
import { RandomState } from '../../src/random/random-state.ts';

const settingsOf = (some: Partial<Settings>): Settings => ({ ...experimentSchema.parse({}), ...some });

const random = new RandomState(1);
const data: TrainingData = {
  pixels: Uint8Array.from(random.randint(0, 256, new Int32Array(60 * IMAGE_SIZE))),
  labels: Uint8Array.from(random.randint(0, 10, new Int32Array(60))),
  mean: new Float64Array(IMAGE_SIZE).fill(127),
  numTraining: 40,
  numValidation: 20,
};

const solverOf = (settings: Settings, engine = new Engine(compileProgram(settings.dtype))) =>
  new Solver(engine, settings, data, new RandomState(2));

describe('reports', () => {
  const settings = settingsOf({ hiddenDims: [6], epochs: 3, batchSize: 8, trainImages: 40 });

  it('come after the first iteration and after each epoch, and together hold the history', () => {
    const reports: EpochReport[] = [];
    const { losses, accuracies } = solverOf(settings).train({ onEpoch: report => reports.push(report) });
    expect(reports.map(({ epoch, epochs, iteration }) => [epoch, epochs, iteration])).toEqual([
      [0, 3, 1],
      [1, 3, 5],
      [2, 3, 10],
      [3, 3, 15],
    ]);
    expect(reports.flatMap(report => report.losses)).toEqual(losses);
    const measured = ({ epoch, trainAccuracy, valAccuracy }: (typeof accuracies)[number]) => ({
      epoch,
      trainAccuracy,
      valAccuracy,
    });
    expect(reports.map(measured)).toEqual(accuracies);
  });

  it('do not change the history', () => {
    const reported = solverOf(settings).train({ onEpoch: () => {} });
    expect(reported).toEqual(solverOf(settings).train());
  });

  it('end when the loss is no longer finite', () => {
    const reports: EpochReport[] = [];
    const wild = { ...settings, normalization: 'none', updateRule: 'sgd', learningRate: 1e30 } as const;
    const { status, losses } = solverOf(wild).train({ onEpoch: report => reports.push(report) });
    expect(status).toBe('diverged');
    expect(losses.length).toBeLessThan(15);
    expect(reports.length).toBeLessThan(4);
  });
});

describe.each(dtypes)('%s images', dtype => {
  const settings = settingsOf({ hiddenDims: [6], epochs: 2, batchSize: 8, trainImages: 40, dtype });
  const train = (some: Partial<TrainingData>) =>
    new Solver(new Engine(compileProgram(dtype)), settings, { ...data, ...some }, new RandomState(2)).train();
  const means = {
    'that has two terms': Float64Array.from({ length: IMAGE_SIZE }, (_, j) => (j * 40 + 1) / 490),
    'that has no terms': new Float64Array(IMAGE_SIZE).fill(-1000 - 1 / 3),
  };

  it.each(Object.entries(means))('train to the same bits as their numbers, with a mean %s', (_, mean) => {
    const deviation = new Float64Array(IMAGE_SIZE).fill(1);
    expect(train({ mean })).toEqual(train({ mean, deviation, preprocessing: 'standardize' }));
  });
});

describe('memory', () => {
  const names = Object.keys(normalizations) as Normalization[];
  const rules = Object.keys(updateRules) as UpdateRule[];
  const engines = new Map<Dtype, Engine>(dtypes.map(dtype => [dtype, new Engine(compileProgram(dtype))]));

  it.each(names.flatMap(normalization => rules.map(updateRule => ({ normalization, updateRule }))))(
    'bytesNeeded is what a solver takes and at most 64 KiB more ($normalization, $updateRule)',
    some => {
      for (const dtype of dtypes) {
        for (const [hiddenDims, batchSize] of [
          [[], 1],
          [[3, 129, 64], 50],
          [[256], 301],
        ] as const) {
          const settings = settingsOf({ ...some, dtype, hiddenDims: [...hiddenDims], batchSize });
          const engine = engines.get(dtype)!;
          engine.reset();
          solverOf(settings, engine);
          const spare = bytesNeeded(settings) - engine.bytesUsed;
          expect(spare).toBeGreaterThanOrEqual(0);
          expect(spare).toBeLessThanOrEqual(65_536);
        }
      }
    },
  );
});
