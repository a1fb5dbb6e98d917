/** One trial, from its plan to its record; what happens inside a worker. */
import type { Program } from '../kernels/backend.ts';
import { Engine } from '../kernels/engine.ts';
import type { Dtype } from '../kernels/numerics.ts';
import { Solver, type TrainingImages } from '../nn/solver.ts';
import type { Trial } from '../plan/trial.ts';
import { RandomState } from '../random/random-state.ts';
import type { TrialRecord } from './record.ts';

/** The program of each number type that a run needs. */
export type Programs = Readonly<Partial<Record<Dtype, Program>>>;

/** What runs trials one after the other: an engine for each number type, whose memory is laid out anew for each trial. */
export function createRunner(images: TrainingImages, programs: Programs): (trial: Trial) => TrialRecord {
  const engines = new Map<Dtype, Engine>();
  return trial => {
    const { dtype } = trial.settings;
    const engine = engines.get(dtype) ?? new Engine(programs[dtype]!);
    engines.set(dtype, engine);
    engine.reset();
    return runTrial(trial, images, engine);
  };
}

/**
 * Trains the trial's net on the images. A net that diverges is an outcome, not an error.
 * @throws RangeError if the net does not fit into WebAssembly's 4 GiB
 */
function runTrial(trial: Trial, images: TrainingImages, engine: Engine): TrialRecord {
  const start = performance.now();
  const { init, training } = trial.streams;
  const random = new RandomState(init);
  const solver = new Solver(engine, trial.settings, { ...images, ...trial.split }, random);
  const { status, losses, accuracies } = solver.train({ random: training && new RandomState(training) });
  const seconds = Math.round(performance.now() - start) / 1000;
  return { id: trial.id, status, iterations: losses.length, losses, accuracies, seconds };
}
