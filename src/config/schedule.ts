/** How many iterations a trial runs and how many random images it draws, as in the course's Solver. */
import type { Settings } from './schema.ts';

/** Most images in a check of the training accuracy, drawn anew each time: the course's num_train_samples. */
export const MAX_TRAIN_SAMPLES = 1000;

type Schedule = { readonly perEpoch: number; readonly iterations: number };

export function scheduleOf({ trainImages, batchSize, epochs }: Readonly<Settings>): Schedule {
  const perEpoch = Math.max(Math.floor(trainImages / batchSize), 1);
  return { perEpoch, iterations: epochs * perEpoch };
}

/** How often a trial measures accuracies: after the first iteration and after each epoch; by default in a whole training. */
export function evaluationsOf(settings: Readonly<Settings>, iterations?: number): number {
  const { perEpoch, iterations: all } = scheduleOf(settings);
  const done = iterations ?? all;
  return Math.floor(done / perEpoch) + (perEpoch > 1 && done > 0 ? 1 : 0);
}

/** Random images that a whole training draws: minibatches, and samples for checks of the training accuracy. */
export function drawnImages(settings: Readonly<Settings>): number {
  const { perEpoch, iterations } = scheduleOf(settings);
  const minibatches = iterations * settings.batchSize;
  if (settings.trainImages <= MAX_TRAIN_SAMPLES) return minibatches;
  const afterFirst = perEpoch > 1 ? 1 : 0;
  return minibatches + (settings.epochs + afterFirst) * MAX_TRAIN_SAMPLES;
}
