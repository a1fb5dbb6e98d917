/** What became of a cell: does the net learn, stay at chance, or blow up? */
import { type Cell, estimate, figureOf } from './cells.ts';
import type { Result } from './results.ts';
import { isAboveChance } from './statistics.ts';

/**
 * - `learns`: no trial blows up, and the best validation accuracy is above chance;
 * - `at chance`: no trial blows up, and it is not above chance;
 * - `blows up`: at least one trial does;
 * - `undecided`: the spread over the seeds is too wide to say whether it is above chance;
 * - `failed`: no trial was measured.
 */
export type Outcome = 'learns' | 'at chance' | 'blows up' | 'undecided' | 'failed';

/** A net that guesses has a loss of ln 10; above ten times that, or if it is not finite, training has blown up. */
export const BLOW_UP_LOSS = 10 * Math.LN10;

/** Whether a trial's loss over its last epoch is not finite or above `BLOW_UP_LOSS`; null if the trial failed. */
export function blowsUp(result: Result): boolean | null {
  if (result.status === 'failed') return null;
  if (result.status === 'diverged') return true;
  const loss = figureOf(result, 'lastEpochTrainLoss');
  return loss === null || loss > BLOW_UP_LOSS;
}

/** The number of trials of a cell that blow up. */
export const blownUp = ({ results }: Cell): number => results.filter(blowsUp).length;

/**
 * Chance is what guessing can reach on the validation images: 0.1 and three binomial standard errors. One seed is above
 * it if its figure is. Replicates are if their 95 % t interval is: they share the images, so the bound stays where it is
 * however many there are, and always naming one class, which about a tenth of the images have, never counts as learning.
 */
export function outcomeOf(cell: Cell): Outcome {
  if (cell.results.every(({ status }) => status === 'failed')) return 'failed';
  if (blownUp(cell) > 0) return 'blows up';
  const { low, high, mean } = estimate(cell, 'bestValAccuracy');
  if (mean === null) return 'failed';
  const above = (accuracy: number) => isAboveChance(accuracy, imagesOf(cell));
  if (above(low ?? mean)) return 'learns';
  return above(high ?? mean) ? 'undecided' : 'at chance';
}

/** The validation images of a cell. */
export const imagesOf = ({ results }: Cell): number => results[0]!.trial.split.numValidation;
