import { scheduleOf } from '../config/schedule.ts';
import { IMAGE_SIZE, NUM_CLASSES } from '../data/dataset.ts';
import type { Trial } from './trial.ts';

/** Estimated work of a trial, in multiplications: what decides the order in which workers take trials. */
export function costOf({ settings, split }: Trial): number {
  const { iterations } = scheduleOf(settings);
  const dims = [IMAGE_SIZE, ...settings.hiddenDims, NUM_CLASSES];
  const weights = dims.slice(1).reduce((sum, h, i) => sum + dims[i]! * h, 0);
  const training = 3 * iterations * settings.batchSize * weights;
  // An update costs about as much as the products of ten images: it is bound by memory.
  const updates = 10 * iterations * weights;
  const checks =
    (settings.epochs + 1) * (Math.min(settings.trainImages, 1000) + split.numValidation) * weights;
  const perNumber = settings.dtype === 'float64' ? 2 : 1;
  return (training + updates + checks) * perNumber;
}
