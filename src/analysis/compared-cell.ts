/** One cell of a comparison: the same seeds in two nets. */
import type { SettingValue } from '../config/schema.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import { type Cell, type Estimate, estimateOf } from './cells.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import type { PairedComparison } from './paired.ts';
import type { Paired } from './pairing.ts';
import { type MarginProbabilities, marginProbabilities, pairsToDetect } from './statistics.ts';
import type { Verdict } from './verdicts.ts';
import { axesText, netName, type SettingWriter } from './words.ts';

export type Axes = Readonly<Record<string, SettingValue>>;

/** The difference that `pairsToTell` counts seeds for, unless a margin is given. */
export const DEFAULT_MARGIN = 0.01;

/** Why two cells are not compared. */
export type Obstacle =
  | { readonly kind: 'outcome'; readonly candidate: Outcome; readonly baseline: Outcome }
  | { readonly kind: 'no shared seed' | 'no figure' | 'unequal evaluations' };

/** One cell against another, over the seeds that have the figure in both. */
export interface ComparedCell {
  readonly baseline: Side;
  readonly candidate: Side;
  /** The seeds of the pairs. */
  readonly seeds: readonly number[];
  /** Seeds that both cells ran and at least one has no figure for. */
  readonly leftOut: number;
  /** Seeds whose trials were evaluated differently often, where the best over epochs is compared. */
  readonly unequal: number;
  /** Trials whose seed only one of the two cells ran. */
  readonly unpaired: number;
  /** Whether the two train for different numbers of epochs: each is measured at its own end. */
  readonly ownEnds: boolean;
  /** Candidate - baseline; null without pairs. */
  readonly pairs: PairedComparison | null;
  /** Pairs in which the candidate is better or worse, by the direction of the measure. */
  readonly better: number;
  readonly worse: number;
  /** Probabilities that the true difference is worse than the margin, within it, and better; null without a margin or below two pairs. */
  readonly probabilities: {
    readonly worse: number;
    readonly equivalent: number;
    readonly better: number;
  } | null;
  /** The two-sided p of the paired t test, alone and corrected for `family` comparisons (Holm); null if it is not tested. */
  readonly p: number | null;
  readonly adjustedP: number | null;
  /** About how many seeds would tell a difference of the margin apart, judged by this spread; null if no spread was seen. */
  readonly pairsToTell: number | null;
  /** See verdicts.ts; null if the pairs permit none. */
  readonly verdict: Verdict | null;
  /** Why it is not compared; null if it is. */
  readonly obstacle: Obstacle | null;
}

export interface Side {
  /** What it is called, by the settings that tell candidates from baselines: `batch norm`. */
  readonly name: string;
  /** Where it stands on the other axes: `batchSize 5`; empty if there are none. */
  readonly at: string;
  /** The settings that tell candidates from baselines. */
  readonly net: Axes;
  readonly axes: Axes;
  /** Over the pairs alone, so that the difference of the two means is the mean difference. */
  readonly estimate: Estimate;
}

/** A net that guesses or blows up has an outcome, not a difference. */
export function obstacleOf({ baseline, candidate, a, unequal, leftOut }: Paired): Obstacle | null {
  const outcomes = { candidate: outcomeOf(candidate), baseline: outcomeOf(baseline) };
  const told = [outcomes.candidate, outcomes.baseline].some(
    outcome => outcome === 'at chance' || outcome === 'blows up' || outcome === 'failed',
  );
  if (told) return { kind: 'outcome', ...outcomes };
  if (a.length > 0) return null;
  if (unequal > 0) return { kind: 'unequal evaluations' };
  return { kind: leftOut > 0 ? 'no figure' : 'no shared seed' };
}

/** All of it but the verdict, which needs the other cells. */
export function comparedCell(
  { baseline, candidate, seeds, a, b, leftOut, unequal, unpaired }: Paired,
  pairs: PairedComparison | null,
  { higher, margin, ...naming }: { readonly higher: boolean; readonly margin: number | undefined } & Naming,
): Omit<ComparedCell, 'p' | 'adjustedP' | 'verdict' | 'obstacle'> {
  const [better, worse] =
    pairs === null ? [0, 0] : higher ? [pairs.above, pairs.below] : [pairs.below, pairs.above];
  const sd = pairs?.difference.sd ?? null;
  const within = pairs && margin !== undefined ? marginProbabilities(pairs.difference, margin) : null;
  const needed = sd === null || sd === 0 ? null : pairsToDetect(margin ?? DEFAULT_MARGIN, sd);
  return {
    baseline: sideOf(baseline, 'the first run', naming, estimateOf(b, b.length + leftOut)),
    candidate: sideOf(candidate, 'the second run', naming, estimateOf(a, a.length + leftOut)),
    ...{ seeds, leftOut, unequal, unpaired, pairs, better, worse },
    ownEnds: epochsOf(baseline) !== epochsOf(candidate),
    probabilities: within && byDirection(within, higher),
    pairsToTell: needed !== null && Number.isFinite(needed) ? needed : null,
  };
}

const byDirection = ({ below, within, above }: MarginProbabilities, higher: boolean) =>
  higher
    ? { worse: below, equivalent: within, better: above }
    : { worse: above, equivalent: within, better: below };

interface Naming {
  readonly differs: readonly string[];
  readonly write: SettingWriter;
}

/** @param run what the side is called if no setting tells it from the other, as in two runs of one experiment */
function sideOf({ results }: Cell, run: string, { differs, write }: Naming, estimate: Estimate): Side {
  const { trial } = results[0]!;
  const net = netOf(trial, differs);
  const rest = Object.fromEntries(Object.entries(trial.axes).filter(([key]) => !differs.includes(key)));
  const name = differs.length === 0 ? run : netName(net, write);
  return { name, at: axesText(rest, write), net, axes: trial.axes, estimate };
}

/** The settings that tell candidates from baselines, of one trial. */
export const netOf = ({ settings }: PlannedTrial, differs: readonly string[]): Axes =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => differs.includes(key)));

const epochsOf = ({ results }: Cell): number => results[0]!.trial.settings.epochs;
