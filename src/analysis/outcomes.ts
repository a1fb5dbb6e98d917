/** What became of a cell: does the net learn, stay at chance, or blow up? */
import { evaluationsOf } from '../config/schedule.ts';
import { blownUp, type Cell, estimate } from './cells.ts';
import { guessingBound } from './statistics.ts';

/**
 * - `learns`: no trial blows up, and the best validation accuracy is above what a guesser reaches;
 * - `at chance`: no trial blows up, and it is not;
 * - `blows up`: at least one trial does;
 * - `undecided`: the seeds that were measured do not say whether it is above chance;
 * - `failed`: no trial was measured.
 */
export type Outcome = 'learns' | 'at chance' | 'blows up' | 'undecided' | 'failed';

/** At most this share of runs of guessers shows a learner. */
const FALSE_LEARNERS = 0.05;

/**
 * One seed learns if its accuracy is above the bound. Replicates do if their 95 % t interval is: they share the images, so the
 * bound stays where it is however many there are. A cell that lost all seeds but one is undecided.
 */
export function outcomeOf(cell: Cell): Outcome {
  if (cell.results.every(({ status }) => status === 'failed')) return 'failed';
  if (blownUp(cell) > 0) return 'blows up';
  const { low, high, mean, n } = estimate(cell, 'bestValAccuracy');
  if (mean === null) return 'failed';
  if (n === 1 && cell.run.seeds > 1) return 'undecided';
  const bound = learningBound(cell);
  if ((low ?? mean) >= bound) return 'learns';
  return (high ?? mean) >= bound ? 'undecided' : 'at chance';
}

/**
 * The accuracy that a guesser reaches somewhere in a whole run in at most 5 % of runs. The best accuracy is the best of all
 * evaluations of the trial, and a learner the best of all cells, so one measurement may reach it with a probability of .05 / (evaluations
 * x cells): an exact binomial quantile of the validation images (Bonferroni's correction).
 */
export function learningBound({ results: [first], run }: Cell): number {
  const { settings, split } = first!.trial;
  const alpha = FALSE_LEARNERS / (evaluationsOf(settings) * run.cells);
  return guessingBound(split.numValidation, alpha) / split.numValidation;
}
