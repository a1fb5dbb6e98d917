import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/analysis/results.ts';
import { scheduleOf } from '../../src/config/schedule.ts';
import { type EpochReport, trainingLog } from '../../src/report/log.ts';
import { hasNumpy, python } from '../python.ts';
import { sharedFolder, sharedPath } from '../shared.ts';
import { accuracy, resultsOf } from './results.ts';

const logOf = ({ trial, record }: Result) => trainingLog(trial).finish(record());

/** The reference's own Solver, fed with losses and accuracies. */
const solver = `
import json, sys, numpy as np
sys.path.insert(0, sys.argv[1])
import notebook
run = json.load(sys.stdin)
losses, accuracies = iter(run["losses"]), iter(run["accuracies"])
class Net:
    params = {}
    def loss(self, X, y): return next(losses), {}
class Dealt(notebook.Solver):
    def accuracy(self, X, y, num_samples=None, batch_size=100): return next(accuracies)
n = run["trainImages"]
data = dict(X_train=np.zeros((n, 1)), y_train=np.zeros(n), X_val=np.zeros((1, 1)), y_val=np.zeros(1))
Dealt(Net(), data, num_epochs=run["epochs"], batch_size=run["batchSize"], print_every=20).train()`;

describe('trainingLog', () => {
  const shapes = [
    { trainImages: 1000, batchSize: 50, epochs: 10 },
    { trainImages: 1000, batchSize: 30, epochs: 3 },
    { trainImages: 100, batchSize: 100, epochs: 45 },
    { trainImages: 10, batchSize: 50, epochs: 1 },
    { trainImages: 45, batchSize: 2, epochs: 2 },
  ];
  for (const shape of shapes) {
    const { trainImages, batchSize, epochs } = shape;
    it.skipIf(!sharedFolder || !hasNumpy)(
      `prints what the notebook's Solver prints: ${trainImages} images, batches of ${batchSize}, ${epochs} epochs (needs the reference and NumPy)`,
      () => {
        const perEpoch = Math.max(Math.floor(trainImages / batchSize), 1);
        const losses = Array.from({ length: epochs * perEpoch }, (_, index) => 2.3 + Math.sin(index));
        // The Solver measures after the first iteration and after each epoch; the first may be both.
        const measured = Array.from({ length: epochs + 1 }, (_, epoch) => epoch).slice(
          perEpoch === 1 ? 1 : 0,
        );
        const accuracies = measured.map(epoch => accuracy(epoch, (epoch + 1) / 1000, (epoch + 7) / 1000));
        const dealt = accuracies.flatMap(({ trainAccuracy, valAccuracy }) => [trainAccuracy, valAccuracy]);
        const printed = python(
          ['-c', solver, sharedPath('peers')],
          JSON.stringify({ ...shape, losses, accuracies: dealt }),
        );
        const [result] = resultsOf({ settings: shape, losses, accuracies });
        expect(logOf(result!)).toEqual(printed.trimEnd().split('\n'));
      },
    );
  }

  it('ends with the iteration whose loss is not finite', () => {
    const [result] = resultsOf({
      status: 'diverged',
      losses: [2.3, 1e9],
      accuracies: [accuracy(0, 0.1, 0.2)],
    });
    expect(logOf(result!)).toEqual([
      '(Iteration 1 / 200) loss: 2.300000',
      '(Epoch 0 / 10) train acc: 0.100000; val_acc: 0.200000',
      '(Iteration 3 / 200) loss: not finite',
    ]);
  });

  it('ends with the reason of a failure', () => {
    const [result] = resultsOf({
      status: 'failed',
      error: 'out of\u001b[31m\nmemory',
      losses: [],
      accuracies: [],
    });
    expect(logOf(result!)).toEqual(['Failed: out of memory']);
  });

  const run = fc
    .record({
      trainImages: fc.integer({ min: 1, max: 60 }),
      batchSize: fc.integer({ min: 1, max: 70 }),
      epochs: fc.integer({ min: 1, max: 8 }),
      stopsAt: fc.option(fc.nat({ max: 200 }), { nil: undefined }),
    })
    .map(({ stopsAt, ...settings }) => {
      const [{ trial }] = resultsOf({ settings }) as [Result];
      const { perEpoch, iterations } = scheduleOf(trial.settings);
      const length = Math.min(iterations, stopsAt ?? iterations);
      const losses = Array.from({ length }, (_, index) => 1 / (index + 1));
      const reports: EpochReport[] = [];
      for (let given = 0, iteration = 1; iteration <= length; iteration++) {
        const epoch = iteration % perEpoch === 0 ? iteration / perEpoch : iteration === 1 ? 0 : undefined;
        if (epoch === undefined) continue;
        reports.push({ ...accuracy(epoch, iteration / 1000, 0.5), losses: losses.slice(given, iteration) });
        given = iteration;
      }
      const accuracies = reports.map(({ losses: _, ...measured }) => measured);
      const status = length < iterations ? 'diverged' : 'completed';
      const [result] = resultsOf({ settings, status, losses, accuracies }) as [Result];
      return { result, reports };
    });

  it('gives the same lines as they happen and afterwards, and repeats none after a retry', () => {
    fc.assert(
      fc.property(run, fc.nat(), fc.nat(), ({ result, reports }, heard, retried) => {
        const log = trainingLog(result.trial);
        const first = reports.slice(0, heard % (reports.length + 1));
        const again = reports.slice(0, retried % (reports.length + 1));
        const lines = [...first, ...again].flatMap(report => log.epoch(report));
        expect([...lines, ...log.finish(result.record())]).toEqual(logOf(result));
      }),
    );
  });
});
