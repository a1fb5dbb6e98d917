/** From an experiment to its cells, each of which fits into memory. */
import type { Power } from '../config/axis-values.ts';
import type { Experiment } from '../config/schema.ts';
import { type Cell, sweepCells } from '../config/sweep-cells.ts';
import { ensureFits } from './cost.ts';

export type { Cell } from '../config/sweep-cells.ts';

/**
 * The cells of an experiment's grids, see `sweepCells`.
 * @throws CifarNormError (config) if the sweep cannot be expanded, or a net does not fit into memory
 */
export function expandAxes(experiment: Experiment, pow: Power): Cell[] {
  const cells = sweepCells(experiment, pow);
  for (const { settings } of cells) ensureFits(settings);
  return cells;
}
