/** Runs trials in the calling thread, one after the other: for tests, debugging and `--workers 0`. */
import type { TrainingImages } from '../../nn/solver.ts';
import type { Executor } from '../executor.ts';
import { createRunner, type Programs } from '../run-trial.ts';

export function inlineExecutor(images: TrainingImages, programs: Programs): Executor {
  const runTrial = createRunner(images, programs);
  return {
    slots: 1,
    async run(trial, { signal, onProgress }) {
      onProgress({ kind: 'started', worker: 0 });
      // Lets timers and signals in between two trials.
      await new Promise(setImmediate);
      return runTrial(trial, report => {
        onProgress({ kind: 'epoch', worker: 0, ...report });
        // Only here can a trial end early.
        signal.throwIfAborted();
      });
    },
    async close() {},
  };
}
