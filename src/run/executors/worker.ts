/** Entry of a worker thread: runs one trial at a time, on images that all threads share. */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import type { TrainingImages } from '../../nn/solver.ts';
import type { Trial } from '../../plan/trial.ts';
import type { TrialRecord } from '../../records/record.ts';
import type { TrialProgress } from '../executor.ts';
import { createRunner, type Programs } from '../run-trial.ts';

export interface WorkerData {
  readonly images: TrainingImages;
  readonly programs: Programs;
}

export interface WorkerMessage {
  /** Of the trial. */
  readonly id: string;
  readonly progress: TrialProgress;
}

const { images, programs } = workerData as WorkerData;
const runTrial = createRunner(images, programs);

export function run(trial: Trial): TrialRecord {
  const send = (progress: TrialProgress) =>
    parentPort!.postMessage({ id: trial.id, progress } satisfies WorkerMessage);
  send({ kind: 'started', worker: threadId });
  return runTrial(trial, report => send({ kind: 'epoch', worker: threadId, ...report }));
}
