import { describe, expect, it } from 'vitest';
import { trainingLog } from '../../src/report/log.ts';
import { sharedFolder, sharedPath } from '../shared.ts';
import { accuracy, hasPython, python, resultsOf } from './results.ts';

/** The reference's own Solver, with losses and accuracies that are dealt to it. */
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
    it.skipIf(!sharedFolder || !hasPython)(
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
          solver,
          JSON.stringify({ ...shape, losses, accuracies: dealt }),
          sharedPath('peers'),
        );
        const [result] = resultsOf({ axes: shape, losses, accuracies });
        expect([...trainingLog(result!)]).toEqual(printed.trimEnd().split('\n'));
      },
    );
  }

  it('ends with the iteration at which the loss was no number', () => {
    const [result] = resultsOf({
      status: 'diverged',
      losses: [2.3, 1e9],
      accuracies: [accuracy(0, 0.1, 0.2)],
    });
    expect([...trainingLog(result!)]).toEqual([
      '(Iteration 1 / 200) loss: 2.300000',
      '(Epoch 0 / 10) train acc: 0.100000; val_acc: 0.200000',
      '(Iteration 3 / 200) loss: not finite',
    ]);
  });
});
