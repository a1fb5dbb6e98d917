/** One trial, from its plan to its record. */
import type { Program } from '../kernels/backend.ts';
import { Engine } from '../kernels/engine.ts';
import type { Dtype } from '../kernels/numerics.ts';
import { type EpochReport, Solver, type TrainingImages } from '../nn/solver.ts';
import type { Trial } from '../plan/trial.ts';
import { RandomState } from '../random/random-state.ts';
import type { TrialRecord } from '../records/record.ts';

/** The kernels of each number type that a run needs. */
export type Programs = Readonly<Partial<Record<Dtype, Program>>>;

/**
 * Runs trials one after the other, with one engine for each number type, whose memory every trial lays out anew. A net that
 * diverges is an outcome, not an error.
 * @throws RangeError if the net does not fit into WebAssembly's 4 GiB
 */
export function createRunner(
  images: TrainingImages,
  programs: Programs,
): (trial: Trial, onEpoch: (report: EpochReport) => void) => TrialRecord {
  const engines = new Map<Dtype, Engine>();
  return (trial, onEpoch) => {
    const start = performance.now();
    const { dtype } = trial.settings;
    const engine = engines.get(dtype) ?? new Engine(programs[dtype]!);
    engines.set(dtype, engine);
    engine.reset();
    const { init, training } = trial.streams;
    const random = new RandomState(init);
    const solver = new Solver(engine, trial.settings, { ...images, ...trial.split }, random);
    const { status, ...histories } = solver.train({
      random: training && new RandomState(training),
      onEpoch,
    });
    const seconds = Math.round(performance.now() - start) / 1000;
    return { id: trial.id, status, iterations: histories.losses.length, ...histories, seconds };
  };
}
