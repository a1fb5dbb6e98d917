import { scheduleOf } from '../config/schedule.ts';
import type { Result } from '../analysis/results.ts';

/** The notebook's `print_every`. */
const PRINT_EVERY = 20;

/**
 * The training log of one trial as the course's Solver prints it with `print_every=20`: iterations counted from 1, and the
 * accuracies of epoch 0 after the first of them, those of epoch e after its last.
 */
export function* trainingLog(result: Result): Generator<string> {
  const { trial } = result;
  const record = result.record();
  const { epochs } = trial.settings;
  const { perEpoch, iterations } = scheduleOf(trial.settings);
  const accuracies = record.accuracies.values();
  let accuracy = accuracies.next();
  for (const [index, loss] of record.losses.entries()) {
    if (index % PRINT_EVERY === 0) yield `(Iteration ${index + 1} / ${iterations}) loss: ${loss.toFixed(6)}`;
    while (!accuracy.done && index + 1 >= accuracy.value.epoch * perEpoch) {
      const { epoch, trainAccuracy, valAccuracy } = accuracy.value;
      yield `(Epoch ${epoch} / ${epochs}) train acc: ${trainAccuracy.toFixed(6)}; val_acc: ${valAccuracy.toFixed(6)}`;
      accuracy = accuracies.next();
    }
  }
  if (record.status === 'diverged')
    yield `(Iteration ${record.iterations + 1} / ${iterations}) loss: not finite`;
}
