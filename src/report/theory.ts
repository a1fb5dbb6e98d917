/** Values that theory predicts, as lines across a chart. */
import { type Result, shortText } from '../analysis/results.ts';
import { NUM_CLASSES } from '../data/dataset.ts';
import { scaleOf } from '../nn/initial-weights.ts';
import type { Measure } from '../records/measures.ts';
import type { TheoryLine } from './model.ts';

/**
 * A loss that includes regularization is above ln 10 even if the net guesses, so it has no line.
 * @param x the setting on the horizontal axis; undefined if it is none
 */
export function theoryLines(
  unit: Measure['unit'],
  x: string | undefined,
  results: readonly Result[],
): TheoryLine[] {
  const guessing: TheoryLine =
    unit === 'fraction'
      ? { axis: 'y', at: 1 / NUM_CLASSES, label: 'chance' }
      : { axis: 'y', at: Math.log(NUM_CLASSES), label: `guessing, ln ${NUM_CLASSES}` };
  const pure = unit === 'fraction' || results.every(({ trial }) => trial.settings.reg === 0);
  return [...(pure ? [guessing] : []), ...(x === 'weightScale' ? criticalScale(results) : [])];
}

/**
 * The weight scale sqrt(2 / n) at which a plain layer of width n with ReLU keeps the size of its signal (K. He et al.,
 * arXiv 1502.01852, equation 10): smaller weights make it fade from layer to layer, larger ones make it grow.
 */
function criticalScale(results: readonly Result[]): TheoryLine[] {
  const plain = results.filter(({ trial }) => trial.settings.normalization === 'none');
  const [width, ...others] = new Set(plain.flatMap(({ trial }) => trial.settings.hiddenDims));
  if (width === undefined || others.length > 0) return [];
  const at = scaleOf('he', width);
  return [{ axis: 'x', at, label: `plain net keeps its signal: √(2/${width}) = ${shortText(at)}` }];
}
