/** Entry of a worker thread: shares the images, owns an engine, runs one trial at a time. */
import { workerData } from 'node:worker_threads';
import type { TrainingImages } from '../nn/solver.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from './record.ts';
import { runTrial } from './run-trial.ts';

const images = workerData as TrainingImages;

export const run = (trial: Trial): TrialRecord => runTrial(trial, images);
