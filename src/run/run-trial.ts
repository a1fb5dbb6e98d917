/** One trial, from its plan to its record; what happens inside a worker. */
import { Engine } from '../kernels/engine.ts';
import { Solver, type TrainingImages } from '../nn/solver.ts';
import type { Trial } from '../plan/trial.ts';
import { RandomState } from '../random/random-state.ts';
import type { TrialRecord } from './record.ts';

const engines = new Map<Trial['settings']['dtype'], Engine>();

/** An engine's memory is laid out anew for each trial, but it is not given back between them. */
function engineFor(dtype: Trial['settings']['dtype']): Engine {
  const engine = engines.get(dtype) ?? new Engine(dtype);
  engines.set(dtype, engine);
  engine.reset();
  return engine;
}

/**
 * Trains the trial's net on the images. A net that diverges is an outcome, not an error.
 * @throws RangeError if the net does not fit into WebAssembly's 4 GiB
 */
export function runTrial(trial: Trial, images: TrainingImages): TrialRecord {
  const { init, training } = trial.streams;
  const random = new RandomState(init);
  const solver = new Solver(
    engineFor(trial.settings.dtype),
    trial.settings,
    { ...images, ...trial.split },
    random,
  );
  const { status, losses, accuracies } = solver.train(training && new RandomState(training));
  return { id: trial.id, status, iterations: losses.length, losses, accuracies };
}
