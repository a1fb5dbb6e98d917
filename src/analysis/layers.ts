/** The layers of a cell's nets: figures averaged over its trials, and theory's predictions. */
import { scaleOf } from '../nn/initial-weights.ts';
import type { DiagnosedStep, DiagnosticName } from '../records/diagnostics.ts';
import type { Cell } from './cells.ts';

/** The diagnosed steps of each trial that has some. */
export type Diagnosed = readonly (readonly DiagnosedStep[])[];

/** Reads the records of trials that ask for diagnostics, and of no others. */
export const diagnosedOf = ({ results }: Cell): Diagnosed =>
  results.flatMap(result => {
    const steps = (result.trial.settings.diagnostics && result.record().diagnostics) || [];
    return steps.length > 0 ? [steps] : [];
  });

/**
 * The mean of a figure over trials at one step (from 0; -1 is the last) and layer (from 1); null where no trial has it.
 * Averages values, not logarithms, even where they span powers of ten.
 */
export function layerMean(
  trials: Diagnosed,
  step: number,
  layer: number,
  name: DiagnosticName,
): number | null {
  const figures = trials.flatMap(steps => steps.at(step)?.layers[layer - 1]?.[name] ?? []);
  return figures.length === 0 ? null : figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

/**
 * The factor by which a layer multiplies the size of a signal that comes from ReLUs: s sqrt(n / 2) for n inputs and
 * weights of deviation s (He et al. 2015, equation 8). With weights of the critical scale, sqrt(2 / n), it is 1.
 * @param layer from 2
 */
export function gainOf({ results: [result] }: Cell, layer: number): number {
  const { hiddenDims, weightScale, hiddenWeightFactor } = result!.trial.settings;
  const n = hiddenDims[layer - 2]!;
  const factor = layer <= hiddenDims.length ? hiddenWeightFactor : 1;
  return factor * scaleOf(weightScale, n) * Math.sqrt(n / 2);
}

/** The size of an update, relative to the weights, that is usual in nets that learn well (the course's notes). */
const USUAL_UPDATE = 1e-3;

/**
 * Theory's prediction of a figure at the first iteration; null if it has none. In a normalized net, preactivations have the size of
 * the layer's gain. In a plain net, they have the size of the first layer's, times all gains.
 * @param trials those of the cell
 */
export function theoryOf(cell: Cell, trials: Diagnosed, layer: number, name: DiagnosticName): number | null {
  if (name === 'updateRatio') return USUAL_UPDATE;
  if (name !== 'preactivationStd' || layer === 1) return null;
  if (cell.results[0]!.trial.settings.normalization !== 'none') return gainOf(cell, layer);
  const first = layerMean(trials, 0, 1, name);
  if (first === null) return null;
  let size = first;
  for (let l = 2; l <= layer; l++) size *= gainOf(cell, l);
  return size;
}
