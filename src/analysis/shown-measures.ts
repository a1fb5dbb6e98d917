/** Which measures sum up a run, and what they average. */
import { scheduleOf } from '../config/schedule.ts';
import { type MeasureName, measures } from '../records/measures.ts';
import type { Result } from './results.ts';

/**
 * The measures of tables and usual charts. The notebook's final loss averages 100 iterations, which are half an epoch
 * at batch size 5 and five epochs at 50: where trials differ in iterations per epoch, the last epoch is averaged.
 */
export function shownMeasures(results: readonly Result[]): MeasureName[] {
  const perEpochs = new Set(results.map(({ trial }) => scheduleOf(trial.settings).perEpoch));
  return [
    'bestValAccuracy',
    'bestTrainAccuracy',
    perEpochs.size > 1 ? 'lastEpochTrainLoss' : 'finalTrainLoss',
  ];
}

/** A measure's caption, and what it averages where trainings are shorter than it asks for. */
export function captionOf(name: MeasureName, results: readonly Result[]): string {
  const { caption, window } = measures[name];
  if (!window) return caption;
  const schedules = results.map(({ trial }) => scheduleOf(trial.settings));
  const short = schedules.filter(({ perEpoch, iterations }) => iterations < window(perEpoch));
  if (short.length === 0) return caption;
  const [first, ...others] = new Set(schedules.map(({ iterations }) => iterations));
  return others.length === 0 ? `${caption} (here all ${first})` : `${caption}, or of all if there are fewer`;
}
