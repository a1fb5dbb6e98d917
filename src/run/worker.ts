/** Entry of a worker thread: it shares the images, and runs one trial at a time. */
import { workerData } from 'node:worker_threads';
import type { TrainingImages } from '../nn/solver.ts';
import { createRunner, type Programs } from './run-trial.ts';

export interface WorkerData {
  readonly images: TrainingImages;
  readonly programs: Programs;
}

const { images, programs } = workerData as WorkerData;

export const run = createRunner(images, programs);
