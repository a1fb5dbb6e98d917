/** What a worker thread runs: one trial at a time, on images that all threads share. */
import { workerData } from 'node:worker_threads';
import type { EpochReport, TrainingImages } from '../../nn/solver.ts';
import type { Trial } from '../../plan/trial.ts';
import type { TrialRecord } from '../../records/record.ts';
import { createRunner, type Programs } from '../run-trial.ts';

export interface WorkerData {
  readonly images: TrainingImages;
  readonly programs: Programs;
}

export interface WorkerTask {
  readonly trial: Trial;
}

/** Least time between reports, because a message takes longer than an epoch of a tiny net. */
const PAUSE_MS = 20;

const { images, programs } = workerData as WorkerData;
const runTrial = createRunner(images, programs);

/** @param report takes the epochs since the last report */
export function run({ trial }: WorkerTask, report: (epochs: readonly EpochReport[]) => void): TrialRecord {
  let epochs: EpochReport[] = [];
  let sentAt = performance.now();
  const send = () => {
    report(epochs);
    [epochs, sentAt] = [[], performance.now()];
  };
  const record = runTrial(trial, epoch => {
    epochs.push(epoch);
    if (performance.now() - sentAt > PAUSE_MS) send();
  });
  send();
  return record;
}
