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

export interface WorkerTask {
  readonly trial: Trial;
  /** Tells runs of one trial apart: two sweeps may share it. */
  readonly ticket: number;
}

/** What a worker reports of a task, in order; the record comes last. */
export type WorkerMessage = Pick<WorkerTask, 'ticket'> &
  ({ readonly progress: TrialProgress } | { readonly record: TrialRecord });

const { images, programs } = workerData as WorkerData;
const runTrial = createRunner(images, programs);

export function run({ trial, ticket }: WorkerTask): void {
  const send = (message: WorkerMessage) => parentPort!.postMessage(message);
  send({ ticket, progress: { kind: 'started', worker: threadId } });
  const record = runTrial(trial, report =>
    send({ ticket, progress: { kind: 'epoch', worker: threadId, ...report } }),
  );
  send({ ticket, record });
}
