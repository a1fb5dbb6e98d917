/** The images that a run needs, and their preprocessing. */
import { axisBounds } from '../config/axis-bounds.ts';
import type { Experiment, Preprocessing } from '../config/schema.ts';
import { axisOf } from '../config/sweep-schema.ts';

export interface Need {
  readonly preprocessing: Preprocessing;
  readonly numTraining: number;
  readonly numValidation: number;
  /** How many images of the training split are trained on, counted from the first: the largest number of any trial. */
  readonly trainImages: number;
}

export function needOf({ sweep, ...experiment }: Experiment): Need {
  const { preprocessing, numTraining, numValidation } = experiment;
  const most = sweep.map(grid => axisBounds(axisOf(grid, 'trainImages') ?? experiment.trainImages)[1]);
  return { preprocessing, numTraining, numValidation, trainImages: Math.ceil(Math.max(...most)) };
}
