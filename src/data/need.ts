/** Which images a run reads, and what it does to them. */
import { axisBounds } from '../config/axis-bounds.ts';
import type { Experiment, Preprocessing } from '../config/schema.ts';
import { axisOf } from '../config/sweep-schema.ts';

export interface Need {
  readonly preprocessing: Preprocessing;
  readonly numTraining: number;
  readonly numValidation: number;
  /** Images of the training split that are trained on, from the first: the most of any trial. */
  readonly trainImages: number;
}

export function needOf({ sweep, ...experiment }: Experiment): Need {
  const { preprocessing, numTraining, numValidation } = experiment;
  const most = sweep.map(grid => axisBounds(axisOf(grid, 'trainImages') ?? experiment.trainImages)[1]);
  return { preprocessing, numTraining, numValidation, trainImages: Math.ceil(Math.max(...most)) };
}
