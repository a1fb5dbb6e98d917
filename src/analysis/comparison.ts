/** Compares two nets, or two runs, cell by cell and seed by seed. */
import type { SettingValue } from '../config/schema.ts';
import { CifarNormError } from '../errors.ts';
import type { MeasureName } from '../records/measures.ts';
import { type Cell, cellsOf } from './cells.ts';
import { adjust, type ComparedCell, compareCell, pairUp } from './compared-cell.ts';
import { axisKeys, axisValues, type Result, shortText } from './results.ts';

/** How the trials of a run draw: with `paired`, every net of a seed sees the same draws. */
export type Stream = 'notebook' | 'paired';

export interface ComparisonOptions {
  readonly measure: MeasureName;
  readonly stream: Stream;
  /** The largest difference that does not matter, > 0, in the unit of the measure. */
  readonly equivalent?: number | undefined;
}

/** The nets that differ in one axis, against the one with a given value of it. */
export interface ByOptions extends ComparisonOptions {
  readonly by: string;
  /** Default: `none` if the axis has it, else its first value. */
  readonly baseline?: SettingValue | undefined;
}

export interface Comparison {
  readonly measure: MeasureName;
  readonly stream: Stream;
  /** The margin that probabilities refer to; null if none was given. */
  readonly equivalent: number | null;
  /** What tells candidates from baselines: the axis, or the keys in which two runs differ. */
  readonly differs: readonly string[];
  /** In plan order. */
  readonly cells: readonly ComparedCell[];
  /** Cells that have no partner. */
  readonly unmatched: readonly Readonly<Record<string, SettingValue>>[];
  /** Training and validation images that every trial shares; null if their number varies. */
  readonly images: { readonly training: number | null; readonly validation: number | null };
}

/**
 * Compares the nets of a run by one axis: every cell that does not have the baseline's value against the cell that has it
 * and else agrees. A baseline with a single cell serves all others, as the plain net of the notebook's batch-size experiment does.
 * @throws CifarNormError (usage) if the run has no such axis, only one value of it, or no such baseline
 */
export function compareBy(results: readonly Result[], { by, baseline, ...options }: ByOptions): Comparison {
  const value = baselineOf(results, by, baseline);
  const cells = cellsOf(results);
  const hasValue = (cell: Cell) => same(axesOf(cell)[by], value);
  const baselines = cells.filter(hasValue);
  const partner = (cell: Cell): Cell | undefined => {
    const rest = restOf(cell, [by]);
    const alike = baselines.filter(other => restOf(other, [by]) === rest);
    return (
      alike.find(other => sharesGroup(other, cell)) ??
      alike[0] ??
      (baselines.length === 1 ? baselines[0] : undefined)
    );
  };
  const candidates = cells.filter(cell => !hasValue(cell));
  return comparisonOf(
    candidates.map(cell => [partner(cell), cell]),
    [by],
    options,
  );
}

/**
 * Compares two runs cell by cell: those that agree in the axes that both runs have and that are not among `differs`.
 * @param differs the keys in which the runs differ
 */
export function compareRuns(
  baseline: readonly Result[],
  candidate: readonly Result[],
  { differs, ...options }: ComparisonOptions & { readonly differs: readonly string[] },
): Comparison {
  const shared = axisKeys(baseline).filter(key => axisKeys(candidate).includes(key));
  const own = [...new Set([...axisKeys(baseline), ...axisKeys(candidate)])].filter(
    key => !shared.includes(key),
  );
  const ignored = [...differs, ...own];
  const baselines = cellsOf(baseline);
  const pairs = cellsOf(candidate).map((cell): [Cell | undefined, Cell] => {
    const alike = baselines.filter(other => restOf(other, ignored) === restOf(cell, ignored));
    return [alike.find(other => sharesGroup(other, cell)) ?? alike[0], cell];
  });
  return comparisonOf(pairs, differs, options);
}

function comparisonOf(
  pairs: readonly (readonly [Cell | undefined, Cell])[],
  differs: readonly string[],
  { measure, stream, equivalent }: ComparisonOptions,
): Comparison {
  const matched = pairs.flatMap(([baseline, cell]) => (baseline ? [pairUp(baseline, cell, measure)] : []));
  const adjusted = adjust(matched);
  const trials = pairs.flatMap(pair => pair.flatMap(cell => cell?.results ?? [])).map(({ trial }) => trial);
  return {
    ...{ measure, stream, equivalent: equivalent ?? null, differs },
    cells: matched.map((paired, i) =>
      compareCell(paired, { measure, margin: equivalent, differs }, adjusted[i]!),
    ),
    unmatched: pairs.filter(([baseline]) => !baseline).map(([, cell]) => axesOf(cell)),
    images: {
      training: only(trials.map(({ settings }) => settings.trainImages)),
      validation: only(trials.map(({ split }) => split.numValidation)),
    },
  };
}

function baselineOf(
  results: readonly Result[],
  by: string,
  baseline: SettingValue | undefined,
): SettingValue {
  const values = axisValues(results, by);
  const keys = axisKeys(results).filter(key => axisValues(results, key).length > 1);
  if (values.length < 2) {
    throw new CifarNormError(
      'usage',
      `the run does not vary ${by}`,
      keys.length > 0 ? `compare by one of: ${keys.join(', ')}` : 'compare it with another run',
    );
  }
  const wanted = baseline ?? values.find(value => value === 'none') ?? values[0]!;
  if (!values.some(value => same(value, wanted))) {
    throw new CifarNormError(
      'usage',
      `the run has no ${by} ${shortText(wanted)} to be the baseline`,
      `choose one of: ${values.map(value => shortText(value)).join(', ')}`,
    );
  }
  return wanted;
}

const axesOf = ({ results }: Cell) => results[0]!.trial.axes;
const restOf = (cell: Cell, without: readonly string[]): string =>
  JSON.stringify(
    Object.entries(axesOf(cell))
      .filter(([key]) => !without.includes(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
const sharesGroup = (a: Cell, b: Cell): boolean =>
  a.results[0]!.trial.groups.some(group => b.results[0]!.trial.groups.includes(group));
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const only = <Value>(values: readonly Value[]): Value | null =>
  values.length > 0 && values.every(value => value === values[0]) ? values[0]! : null;
