/** Which figures of two cells are compared: those of one seed, at the same point of training. */

import { evaluationsOf } from '../config/schedule.ts';
import type { MeasureName } from '../records/measures.ts';
import { type Cell, figureOf } from './cells.ts';
import type { Result } from './results.ts';

/** Two cells and the figures of the seeds that have one in both. */
export interface Paired {
  readonly baseline: Cell;
  readonly candidate: Cell;
  readonly seeds: readonly number[];
  /** The figures of the candidate, and of the baseline, in the order of `seeds`. */
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Seeds that both cells ran and at least one has no figure for. */
  readonly leftOut: number;
  /** Seeds whose two trials were evaluated differently often, so that their best figures cannot be compared. */
  readonly unequal: number;
  /** Trials whose seed the other cell did not run. */
  readonly unpaired: number;
}

/** Pairs the trials of two cells by seed. */
export function pairUp(baseline: Cell, candidate: Cell, measure: MeasureName): Paired {
  const bySeed = new Map(baseline.results.map(result => [result.trial.seed, result]));
  const both = candidate.results.flatMap(result => {
    const other = bySeed.get(result.trial.seed);
    return other ? [{ seed: result.trial.seed, figures: likeFigures(result, other, measure) }] : [];
  });
  const pairs = both.flatMap(({ seed, figures }) =>
    Array.isArray(figures) && figures.every(figure => figure !== null) ? [{ seed, figures }] : [],
  );
  const unequal = both.filter(({ figures }) => figures === 'unequal').length;
  return {
    ...{ baseline, candidate, seeds: pairs.map(({ seed }) => seed) },
    ...{ a: pairs.map(({ figures }) => figures[0]!), b: pairs.map(({ figures }) => figures[1]!) },
    ...{ unequal, leftOut: both.length - pairs.length - unequal },
    unpaired: baseline.results.length + candidate.results.length - 2 * both.length,
  };
}

const BEST = /^best/;
const LAST = /^last.*Accuracy$/;

/**
 * The figures of two trials at the same point. The best of many evaluations is compared only with the best of as many.
 * The last accuracy of a trial that ended early is compared with the other's at that epoch; where the number of epochs is itself
 * what differs, each is taken at its own end.
 */
function likeFigures(
  a: Result,
  b: Result,
  measure: MeasureName,
): readonly [number | null, number | null] | 'unequal' {
  const own = [figureOf(a, measure), figureOf(b, measure)] as const;
  if (own.includes(null)) return own;
  const evaluations = [a, b].map(({ trial, summary }) => evaluationsOf(trial.settings, summary.iterations));
  if (evaluations[0] === evaluations[1]) return own;
  if (BEST.test(measure)) return 'unequal';
  if (!LAST.test(measure) || a.trial.settings.epochs !== b.trial.settings.epochs) return own;
  const [one, other] = [a, b].map(result => result.record().accuracies);
  const epoch = Math.min(one!.at(-1)?.epoch ?? 0, other!.at(-1)?.epoch ?? 0);
  const key = measure === 'lastTrainAccuracy' ? 'trainAccuracy' : 'valAccuracy';
  const at = (accuracies: typeof one) => accuracies!.findLast(each => each.epoch <= epoch)?.[key] ?? null;
  return [at(one), at(other)];
}
