/** From results to charts: what is drawn against what, and what the curves are called. */

import {
  axisKeys,
  axisValues,
  byPoint,
  type DataLabel,
  groupBy,
  meansNote,
  type Result,
} from '../analysis/results.ts';
import type { ChartSpec, SeriesName, SettingKey, SummaryName } from '../config/schema.ts';
import { mean } from '../records/measures.ts';
import type { TrialRecord } from '../records/record.ts';
import type { Chart, Point, Series } from './terminal/chart.ts';
import { extent } from './terminal/scale.ts';
import { axisText } from './text.ts';

/** More curves than these cannot be told apart in one chart. */
const MOST_CURVES = 8;

const histories: Record<SeriesName, string> = {
  loss: 'Training loss',
  trainAccuracy: 'Training accuracy',
  valAccuracy: 'Validation accuracy',
};

const summaries: Record<SummaryName, string> = {
  initialLoss: 'Initial loss',
  finalTrainLoss: 'Final training loss',
  bestTrainAccuracy: 'Best training accuracy',
  bestValAccuracy: 'Best validation accuracy',
  lastTrainAccuracy: 'Last training accuracy',
  lastValAccuracy: 'Last validation accuracy',
};

/**
 * The charts of a run: for each group of its trials (and for those outside all groups) one for each spec;
 * without specs the usual ones. Repeats, which differ in their seed alone, are drawn as their mean.
 * Trials that did not complete are left out and counted under the chart.
 */
export function chartsOf(
  specs: readonly ChartSpec[] | undefined,
  results: readonly Result[],
  data: DataLabel,
): Chart[] {
  const sets = [...new Set(results.flatMap(groupsOf))].map(group => ({
    place: group === undefined ? data : `${group}, ${data}`,
    members: results.filter(result => groupsOf(result).includes(group)),
  }));
  return sets.flatMap(({ place, members }) =>
    (specs ?? usualSpecs(results)).map(spec => {
      const chart = isHistory(spec.y) ? historyChart(spec.y, members) : summaryChart(spec.y, spec.x, members);
      return { ...chart, title: `${chart.title} (${place})`, clamp: spec.clamp };
    }),
  );
}

/** Trials outside all groups have charts of their own. */
function groupsOf({ trial: { groups } }: Result): readonly (string | undefined)[] {
  return groups.length > 0 ? groups : [undefined];
}

/** The three summaries against the numeric axis with the most values; the three histories if none has three or more. */
function usualSpecs(results: readonly Result[]): ChartSpec[] {
  const [longest] = axisKeys(results)
    .map(key => ({
      x: key as SettingKey,
      values: axisValues(results, key).filter(value => typeof value === 'number'),
    }))
    .sort((a, b) => b.values.length - a.values.length);
  if (!longest || longest.values.length < 3)
    return [{ y: 'loss' }, { y: 'trainAccuracy' }, { y: 'valAccuracy' }];
  const { x } = longest;
  const losses = completed(results).flatMap(({ summary }) => summary.finalTrainLoss ?? []);
  const median = losses.sort((a, b) => a - b)[Math.floor(losses.length / 2)] ?? 0;
  return [
    { y: 'bestValAccuracy', x },
    { y: 'bestTrainAccuracy', x },
    // One net that exploded would press all other curves flat. Guessing has a loss of ln 10 = 2.3.
    { y: 'finalTrainLoss', x, clamp: [0, Math.max(5, 2 * median)] },
  ];
}

function isHistory(y: SeriesName | SummaryName): y is SeriesName {
  return y in histories;
}

/** One curve for each point of the grid. */
function historyChart(y: SeriesName, results: readonly Result[]): Chart {
  const xLabel = y === 'loss' ? 'iteration' : 'epoch';
  const nameOf = namer(results, varyingKeys(results), histories[y]);
  const points = byPoint(completed(results));
  const curveOf = (repeats: readonly Result[]) => ({
    name: nameOf(repeats[0]!),
    points: meanCurve(repeats.map(result => historyOf(result.record(), y))),
  });
  return {
    title: `${histories[y]} by ${xLabel}`,
    xLabel,
    x: 'linear',
    ...shown(points, curveOf, results),
  };
}

/** One curve for each combination of the other axes. Without an x the trials stand in the order of the plan. */
function summaryChart(y: SummaryName, x: SettingKey | undefined, results: readonly Result[]): Chart {
  const xOf = ({ trial }: Result) => (x === undefined ? trial.index : Number(trial.settings[x]));
  const others = varyingKeys(results).filter(key => key !== x);
  const nameOf = namer(results, others, summaries[y]);
  const curveOf = ([name, members]: readonly [string, readonly Result[]]) => ({
    name,
    points: [...groupBy(members, xOf)].map(([at, repeats]) => {
      const values = completed(repeats).map(({ summary }) => summary[y]);
      return { x: at, y: mean(values.filter(value => value !== null)) ?? Number.NaN };
    }),
  });
  const [least, greatest] = extent(results.map(xOf));
  const logarithmic = least > 0 && Math.log10(greatest / least) > 2 - 1e-9;
  const label = x ?? 'trial';
  return {
    title: `${summaries[y]} by ${label}`,
    xLabel: logarithmic ? `${label} (logarithmic)` : label,
    x: logarithmic ? 'log' : 'linear',
    ...shown([...groupBy(results, nameOf)], curveOf, results),
  };
}

/** Curves and notes of a chart; of too many curves an even selection, and only these are made. */
function shown<Item>(
  items: readonly Item[],
  curveOf: (item: Item) => Series,
  results: readonly Result[],
): Pick<Chart, 'series' | 'notes'> {
  const notes = meansNote(results);
  for (const status of ['diverged', 'failed'] as const) {
    const count = results.filter(result => result.status === status).length;
    if (count > 0) notes.push(`${count} ${status} ${count === 1 ? 'trial is' : 'trials are'} not drawn.`);
  }
  const count = Math.min(items.length, MOST_CURVES);
  const series = Array.from({ length: count }, (_, index) =>
    curveOf(items[Math.floor((index * items.length) / count)]!),
  );
  if (count < items.length) notes.push(`${count} of ${items.length} curves are drawn.`);
  return { series, notes };
}

function completed(results: readonly Result[]): Result[] {
  return results.filter(({ status }) => status === 'completed');
}

function varyingKeys(results: readonly Result[]): string[] {
  return axisKeys(results).filter(key => axisValues(results, key).length > 1);
}

/** Names that say what differs along `keys`: words as they are, numbers and lists with their key; `fallback` when nothing does. */
function namer(
  results: readonly Result[],
  keys: readonly string[],
  fallback: string,
): (result: Result) => string {
  const axes = keys.map(key => {
    const values = axisValues(results, key);
    return { key, text: axisText(values), isWord: values.every(value => typeof value === 'string') };
  });
  const ordered = [...axes.filter(axis => axis.isWord), ...axes.filter(axis => !axis.isWord)];
  return ({ trial }) =>
    ordered
      .flatMap(({ key, text, isWord }) => {
        const value = trial.axes[key];
        return value === undefined ? [] : isWord ? text(value) : `${key} ${text(value)}`;
      })
      .join(', ') || fallback;
}

function historyOf(record: TrialRecord, y: SeriesName): Point[] {
  return y === 'loss'
    ? record.losses.map((loss, index) => ({ x: index + 1, y: loss }))
    : record.accuracies.map(accuracy => ({ x: accuracy.epoch, y: accuracy[y] }));
}

function meanCurve(curves: readonly Point[][]): Point[] {
  if (curves.length === 1) return curves[0]!;
  return [...groupBy(curves.flat(), point => point.x)].map(([x, points]) => ({
    x,
    y: mean(points.map(point => point.y)) ?? Number.NaN,
  }));
}
