/** Compares two nets, or two runs, cell by cell and seed by seed. */
import { valueKeys } from '../config/same-value.ts';
import { evaluationsOf } from '../config/schedule.ts';
import { type SettingKey, type SettingValue, settingKeys } from '../config/schema.ts';
import { agrees, type Where } from '../config/where-schema.ts';
import { CifarNormError } from '../errors.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import { type MeasureName, measures } from '../records/measures.ts';
import { axesOf } from './axes.ts';
import { type Cell, cellsOf, type Estimate, estimateOf, imagesOf } from './cells.ts';
import { groupBy } from './group-by.ts';
import { netsOf } from './nets.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import { comparePairs, type PairedComparison } from './paired.ts';
import { type Paired, pairUp } from './pairing.ts';
import { axisKeys, axisValues, type Result, shortText } from './results.ts';
import { type MarginProbabilities, marginProbabilities, pairsToDetect } from './statistics.ts';
import { judge, type Verdict } from './verdicts.ts';
import { axesText, netName, type SettingWriter, settingWriter } from './words.ts';

/** How the trials of a run draw: with `paired`, every net of a seed sees the same draws. */
export type Stream = 'notebook' | 'paired';

export interface ComparisonOptions {
  /** Default: see `usualMeasure`. */
  readonly measure?: MeasureName | undefined;
  readonly stream: Stream;
  /** The largest difference that does not matter, > 0, in the unit of the measure. */
  readonly equivalent?: number | undefined;
}

/** The nets that differ in one axis, against those that agree with the baseline. */
export interface ByOptions extends ComparisonOptions {
  readonly by: string;
  /** The cells to compare with. Default: the value `none` of the axis, else its first. */
  readonly baseline?: Where | undefined;
}

type Axes = Readonly<Record<string, SettingValue>>;

export interface Comparison {
  readonly measure: MeasureName;
  readonly stream: Stream;
  /** The margin that probabilities refer to; null if none was given. */
  readonly equivalent: number | null;
  /** What tells candidates from baselines: the axis and what moves with it, or the settings in which two runs differ. */
  readonly differs: readonly string[];
  /** In plan order. */
  readonly cells: readonly ComparedCell[];
  /** The number of comparisons that the p values are corrected for. */
  readonly family: number;
  /** Cells without a partner, of the candidates and of the baselines. */
  readonly unmatched: readonly Axes[];
  /** Training and validation images that every trial shares; null if their number varies. */
  readonly images: { readonly training: number | null; readonly validation: number | null };
}

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

/**
 * The measure that is compared unless another is asked for: the best validation accuracy; the last one where trials are
 * evaluated differently often, because the best of more evaluations is higher by chance.
 */
export function usualMeasure(results: readonly Result[]): MeasureName {
  const counts = new Set(results.map(({ trial }) => evaluationsOf(trial.settings)));
  return counts.size > 1 ? 'lastValAccuracy' : 'bestValAccuracy';
}

/** What a run is compared by, unless told: the baseline's axis, else what tells its nets apart, else its numeric axis. */
export function usualAxis(results: readonly Result[], baseline: Where | undefined): string | undefined {
  const { parts, axis } = netsOf(results);
  return declaredAxis(results, baseline) ?? parts[0]?.keys[0] ?? axis?.keys[0];
}

/** The first setting of the baseline that varies. */
const declaredAxis = (results: readonly Result[], baseline: Where = {}): string | undefined =>
  Object.keys(baseline).find(key => axisValues(results, key).length > 1);

/** The nets of a run against one another; undefined if no single axis tells them apart, or the baseline has yet to run. */
export function compareNets(
  results: readonly Result[],
  { baseline, ...options }: Omit<ByOptions, 'by'>,
): Comparison | undefined {
  if (baseline && !results.some(({ trial }) => agrees(trial.settings, baseline))) return undefined;
  const { parts } = netsOf(results);
  const by = declaredAxis(results, baseline) ?? (parts.length === 1 ? parts[0]!.keys[0] : undefined);
  return by === undefined ? undefined : compareBy(results, { ...options, by, baseline });
}

/**
 * Compares the nets of a run by one axis: every cell that does not agree with the baseline against the one that does and else
 * agrees. A baseline with a single cell serves all others, as the plain net of the notebook's batch-size experiment does.
 * @throws CifarNormError (usage) if the run has no such axis, only one value of it, or no such baseline
 */
export function compareBy(results: readonly Result[], { by, baseline, ...options }: ByOptions): Comparison {
  const where = baselineOf(results, by, baseline);
  const told = Object.keys(where);
  const differs = axesOf(results).flatMap(({ keys }) => (keys.some(key => told.includes(key)) ? keys : []));
  const cells = cellsOf(results);
  const isBaseline = (cell: Cell) => agrees(cell.results[0]!.trial.settings, where);
  const [baselines, candidates] = [cells.filter(isBaseline), cells.filter(cell => !isBaseline(cell))];
  const rest = restKeys(axisKeys(results).filter(key => !differs.includes(key)));
  const byRest = groupBy(baselines, rest);
  const partner = (cell: Cell): Cell | undefined => {
    const alike = byRest.get(rest(cell)) ?? [];
    return (
      alike.find(other => sharesGroup(other, cell)) ??
      alike[0] ??
      (baselines.length === 1 ? baselines[0] : undefined)
    );
  };
  const pairs = candidates.map((cell): Pair => [partner(cell), cell]);
  return comparisonOf(pairs, baselines, differs, { measure: usualMeasure(results), ...given(options) });
}

/**
 * Compares two runs cell by cell. Cells pair by what their trials are: by all settings but those of which the runs have no
 * value in common. Those are what tells the runs apart.
 */
export function compareRuns(
  baseline: readonly Result[],
  candidate: readonly Result[],
  options: ComparisonOptions,
): Comparison {
  const differs = settingKeys.filter(key => !haveCommon(baseline, candidate, key));
  const rest = restKeys(settingKeys.filter(key => !differs.includes(key)));
  const baselines = cellsOf(baseline);
  const byRest = groupBy(baselines, rest);
  const pairs = cellsOf(candidate).map((cell): Pair => {
    const alike = byRest.get(rest(cell)) ?? [];
    // Several cells that fit are no partner: which of them would be arbitrary.
    return [
      alike.find(other => sharesGroup(other, cell)) ?? (alike.length === 1 ? alike[0] : undefined),
      cell,
    ];
  });
  const measure = usualMeasure([...baseline, ...candidate]);
  return comparisonOf(pairs, baselines, differs, { measure, ...given(options) });
}

/** Leaves out what is undefined, which would hide a default. */
function given<Options extends ComparisonOptions>({ measure, ...others }: Options) {
  return measure === undefined ? others : { ...others, measure };
}

type Pair = readonly [baseline: Cell | undefined, candidate: Cell];

function comparisonOf(
  pairs: readonly Pair[],
  baselines: readonly Cell[],
  differs: readonly string[],
  { measure, stream, equivalent }: ComparisonOptions & { readonly measure: MeasureName },
): Comparison {
  const matched = pairs.flatMap(([baseline, cell]) => (baseline ? [pairUp(baseline, cell, measure)] : []));
  const higher = measures[measure].better === 'higher';
  const compared = matched.map(paired => ({
    paired,
    obstacle: obstacleOf(paired),
    pairs: paired.a.length === 0 ? null : comparePairs(paired.a, paired.b),
  }));
  const judged = judge(
    compared.map(({ pairs, obstacle }) => (pairs && !obstacle ? [pairs] : [])),
    { higher, step: stepOf(matched, measure), margin: equivalent },
  );
  const used = new Set(pairs.map(([baseline]) => baseline));
  const lonely = [
    ...pairs.filter(([baseline]) => !baseline).map(([, cell]) => cell),
    ...baselines.filter(cell => !used.has(cell)),
  ];
  const trials = [...pairs.map(([, cell]) => cell), ...baselines].flatMap(({ results }) =>
    results.map(({ trial }) => trial),
  );
  const write = settingWriter(trials.flatMap(trial => [trial.axes, netOf(trial, differs)]));
  return {
    ...{ measure, stream, equivalent: equivalent ?? null, differs },
    cells: compared.map(({ paired, obstacle, pairs }, i) => ({
      ...comparedCell(paired, pairs, { higher, margin: equivalent, differs, write }),
      ...judged[i]!,
      obstacle,
    })),
    family: judged.filter(({ p }) => p !== null).length,
    unmatched: lonely.map(axesIn),
    images: {
      training: only(trials.map(({ settings }) => settings.trainImages)),
      validation: only(trials.map(({ split }) => split.numValidation)),
    },
  };
}

/** A net that guesses or blows up has an outcome, not a difference. */
function obstacleOf({ baseline, candidate, a, unequal, leftOut }: Paired): Obstacle | null {
  const outcomes = { candidate: outcomeOf(candidate), baseline: outcomeOf(baseline) };
  const told = [outcomes.candidate, outcomes.baseline].some(
    outcome => outcome === 'at chance' || outcome === 'blows up' || outcome === 'failed',
  );
  if (told) return { kind: 'outcome', ...outcomes };
  if (a.length > 0) return null;
  if (unequal > 0) return { kind: 'unequal evaluations' };
  return { kind: leftOut > 0 ? 'no figure' : 'no shared seed' };
}

/** The largest step between two figures of the cells. */
const stepOf = (pairs: readonly Paired[], measure: MeasureName): number =>
  pairs
    .flatMap(({ baseline, candidate }) => [baseline, candidate])
    .map(({ results }) => imagesOf(measure, results[0]!.trial))
    .reduce<number>((largest, images) => (images === null ? largest : Math.max(largest, 1 / images)), 0);

function comparedCell(
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

const netOf = ({ settings }: PlannedTrial, differs: readonly string[]): Axes =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => differs.includes(key)));

function baselineOf(results: readonly Result[], by: string, baseline: Where | undefined): Where {
  const values = axisValues(results, by);
  const keys = axisKeys(results).filter(key => axisValues(results, key).length > 1);
  if (values.length < 2) {
    throw new CifarNormError(
      'usage',
      `the run does not vary ${by}`,
      keys.length > 0 ? `compare by one of: ${keys.join(', ')}` : 'compare it with another run',
    );
  }
  const value = baseline?.[by as SettingKey];
  // A baseline that does not name the axis says nothing about it.
  if (baseline === undefined || value === undefined)
    return { [by]: values.find(each => each === 'none') ?? values[0]! };
  const found = results.some(({ trial }) => agrees(trial.settings, baseline));
  if (!found) {
    throw new CifarNormError(
      'usage',
      `the run has no ${by} ${shortText(value as SettingValue)} to be the baseline`,
      `choose one of: ${values.map(each => shortText(each)).join(', ')}`,
    );
  }
  return baseline;
}

/** Names a cell by its values of some settings, for looking up others that agree in them. */
function restKeys(keys: readonly string[]): (cell: Cell) => string {
  const namers = keys.map(key => ({ key, nameOf: valueKeys() }));
  return ({ results: [first] }) => {
    const { settings, axes } = first!.trial;
    const values: Axes = { ...settings, ...axes };
    return namers.map(({ key, nameOf }) => (values[key] === undefined ? '' : nameOf(values[key]))).join('|');
  };
}

/** Whether two runs have a value of a setting in common. */
function haveCommon(a: readonly Result[], b: readonly Result[], key: SettingKey): boolean {
  const nameOf = valueKeys();
  const names = new Set(a.map(({ trial }) => nameOf(trial.settings[key])));
  return b.some(({ trial }) => names.has(nameOf(trial.settings[key])));
}

const axesIn = ({ results }: Cell): Axes => results[0]!.trial.axes;
const epochsOf = ({ results }: Cell): number => results[0]!.trial.settings.epochs;
const sharesGroup = (a: Cell, b: Cell): boolean =>
  a.results[0]!.trial.groups.some(group => b.results[0]!.trial.groups.includes(group));
const only = <Value>(values: readonly Value[]): Value | null =>
  values.length > 0 && values.every(value => value === values[0]) ? values[0]! : null;
