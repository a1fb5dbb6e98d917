/** The images that a run needs, and their preprocessing. */
import type { Experiment, Preprocessing } from '../config/schema.ts';
import { type Cell, sweepCells } from '../config/sweep-cells.ts';
import { pow } from '../kernels/base.ts';

export interface Need {
  readonly preprocessing: Preprocessing;
  readonly numTraining: number;
  readonly numValidation: number;
  /** How many images of the training split are trained on, counted from the first: the largest number of any trial. */
  readonly trainImages: number;
}

/** @param cells those of the experiment, if they are known already */
export function needOf(experiment: Experiment, cells: readonly Cell[] = sweepCells(experiment, pow)): Need {
  const { preprocessing, numTraining, numValidation } = experiment;
  const trainImages = cells.reduce((most, { settings }) => Math.max(most, settings.trainImages), 0);
  return { preprocessing, numTraining, numValidation, trainImages };
}
