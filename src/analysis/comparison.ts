/** Compares two nets, or two runs, cell by cell and seed by seed. */
import { valueKeys } from '../config/same-value.ts';
import { evaluationsOf } from '../config/schedule.ts';
import { type SettingKey, type SettingValue, settingKeys } from '../config/schema.ts';
import { agrees, type Where } from '../config/where-schema.ts';
import { CifarNormError } from '../errors.ts';
import { type MeasureName, measures } from '../records/measures.ts';
import { axesOf } from './axes.ts';
import { type Cell, cellsOf, stepOf } from './cells.ts';
import { type Axes, type ComparedCell, comparedCell, netOf, obstacleOf } from './compared-cell.ts';
import { groupBy } from './group-by.ts';
import { netsOf } from './nets.ts';
import { comparePairs } from './paired.ts';
import { pairUp } from './pairing.ts';
import { axisKeys, axisValues, type Result, shortText } from './results.ts';
import { judge } from './verdicts.ts';
import { settingWriter } from './words.ts';

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
    {
      higher,
      step: stepOf(
        measure,
        matched.flatMap(({ baseline, candidate }) => [baseline, candidate]),
      ),
      margin: equivalent,
    },
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
const sharesGroup = (a: Cell, b: Cell): boolean =>
  a.results[0]!.trial.groups.some(group => b.results[0]!.trial.groups.includes(group));
const only = <Value>(values: readonly Value[]): Value | null =>
  values.length > 0 && values.every(value => value === values[0]) ? values[0]! : null;
