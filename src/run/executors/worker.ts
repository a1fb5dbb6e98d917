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
  /** Distinguishes runs of one trial: two sweeps may share it. */
  readonly ticket: number;
}

/** A worker's report of a task, in order. The last message has the record. */
export interface WorkerMessage extends Pick<WorkerTask, 'ticket'> {
  readonly progress: readonly TrialProgress[];
  readonly record?: TrialRecord;
}

/** Least time between messages, because one takes longer than an epoch of a tiny net. */
const PAUSE_MS = 20;

const { images, programs } = workerData as WorkerData;
const runTrial = createRunner(images, programs);

export function run({ trial, ticket }: WorkerTask): void {
  let progress: TrialProgress[] = [{ kind: 'started', worker: threadId }];
  let sentAt = 0;
  const send = (record?: TrialRecord) => {
    parentPort!.postMessage({ ticket, progress, ...(record && { record }) } satisfies WorkerMessage);
    [progress, sentAt] = [[], performance.now()];
  };
  send();
  const record = runTrial(trial, report => {
    progress.push({ kind: 'epoch', worker: threadId, ...report });
    if (performance.now() - sentAt > PAUSE_MS) send();
  });
  send(record);
}
