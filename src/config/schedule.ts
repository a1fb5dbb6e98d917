/** How many iterations a trial's settings mean, and how many random images it draws: the course's Solver in numbers. */
import type { Settings } from './schema.ts';

/** Training accuracy is measured on at most so many images, drawn anew each time: the course's num_train_samples. */
export const MAX_TRAIN_SAMPLES = 1000;

type Schedule = { readonly perEpoch: number; readonly iterations: number };

export function scheduleOf({ trainImages, batchSize, epochs }: Readonly<Settings>): Schedule {
  const perEpoch = Math.max(Math.floor(trainImages / batchSize), 1);
  return { perEpoch, iterations: epochs * perEpoch };
}

/** Images drawn from the training images over a whole training: the minibatches, and the samples of accuracy checks. */
export function drawnImages(settings: Readonly<Settings>): number {
  const { perEpoch, iterations } = scheduleOf(settings);
  const minibatches = iterations * settings.batchSize;
  if (settings.trainImages <= MAX_TRAIN_SAMPLES) return minibatches;
  const afterFirst = perEpoch > 1 ? 1 : 0;
  return minibatches + (settings.epochs + afterFirst) * MAX_TRAIN_SAMPLES;
}
