import { MAX_TRAIN_SAMPLES, scheduleOf } from '../config/schedule.ts';
import type { Settings } from '../config/schema.ts';
import { IMAGE_SIZE, NUM_CLASSES } from '../data/dataset.ts';
import type { PlannedTrial } from './trial.ts';

/** Numbers in W1 .. WL. */
export function weightCount({ hiddenDims }: Readonly<Settings>): number {
  const dims = [IMAGE_SIZE, ...hiddenDims, NUM_CLASSES];
  return dims.slice(1).reduce((count, h, i) => count + dims[i]! * h, 0);
}

/** Estimated work of a trial, in multiplications. It decides the order in which workers take trials. */
export function costOf({ settings, split }: Pick<PlannedTrial, 'settings' | 'split'>): number {
  const { iterations } = scheduleOf(settings);
  const weights = weightCount(settings);
  const training = 3 * iterations * settings.batchSize * weights;
  // An update costs about as much as the products of ten images: it is bound by memory.
  const updates = 10 * iterations * weights;
  const checks =
    (settings.epochs + 1) *
    (Math.min(settings.trainImages, MAX_TRAIN_SAMPLES) + split.numValidation) *
    weights;
  const perNumber = settings.dtype === 'float64' ? 2 : 1;
  return (training + updates + checks) * perNumber;
}
