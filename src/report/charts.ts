/** From results to charts: what is drawn against what, and what the curves are called. */

import { axesOf } from '../analysis/axes.ts';
import { type Cell, cellOf, cellsOf, type Estimate, estimate, estimateOf } from '../analysis/cells.ts';
import { groupBy } from '../analysis/group-by.ts';
import { axisKeys, axisValues, type Result, varyingKeys } from '../analysis/results.ts';
import { captionOf, shownMeasures } from '../analysis/shown-measures.ts';
import { counted } from '../analysis/words.ts';
import { scheduleOf } from '../config/schedule.ts';
import type { ChartSpec, SettingKey } from '../config/schema.ts';
import { type MeasureName, mean, measures } from '../records/measures.ts';
import { pointsOf } from '../records/record.ts';
import { type SeriesName, seriesNames, series as seriesTable } from '../records/series.ts';
import { curveNamer } from './curve-names.ts';
import type { Chart, Point, Series } from './model.ts';
import { failedNotes, meansNotes, missingNotes } from './notes.ts';
import { extent, robustClamp } from './range.ts';
import { theoryLines } from './theory.ts';

/** More curves cannot be told apart in one chart. */
const MAX_CURVES = 8;

type Spec = Omit<ChartSpec, 'y'> & { readonly y: SeriesName | MeasureName };

/**
 * The charts of a run: for each group of its trials (and for those outside all groups) one for each spec; without
 * specs the usual ones. Replicates are drawn as their mean.
 * @param data what the titles say of the data; undefined if the reader knows it
 */
export function chartsOf(
  specs: readonly ChartSpec[] | undefined,
  results: readonly Result[],
  data: string | undefined,
): Chart[] {
  const sets = [...new Set(results.flatMap(groupsOf))].map(group => ({
    place: [group, data].filter(Boolean).join(', '),
    members: results.filter(result => groupsOf(result).includes(group)),
  }));
  return sets.flatMap(({ place, members }) =>
    (specs ?? usualSpecs(results)).map(({ x, y, clamp }) => {
      const chart = isSeries(y) ? historyChart(y, members) : summaryChart(y, x, members);
      const title = place === '' ? chart.title : `${chart.title} (${place})`;
      return { ...chart, title, clamp: clamp ?? robustClamp(chart.series) };
    }),
  );
}

/** Trials outside all groups have charts of their own. */
function groupsOf({ trial: { groups } }: Result): readonly (string | undefined)[] {
  return groups.length > 0 ? groups : [undefined];
}

/** The table's measures against the numeric axis with the most values; all histories if none has three or more. */
function usualSpecs(results: readonly Result[]): Spec[] {
  const [longest] = axisKeys(results)
    .map(key => ({
      x: key as SettingKey,
      count: axisValues(results, key).filter(value => typeof value === 'number').length,
    }))
    .sort((a, b) => b.count - a.count);
  if (!longest || longest.count < 3) return seriesNames.map(y => ({ y }));
  return shownMeasures(results).map(y => ({ y, x: longest.x as ChartSpec['x'] }));
}

const isSeries = (y: SeriesName | MeasureName): y is SeriesName => y in seriesTable;

/** One curve for each cell. */
function historyChart(y: SeriesName, results: readonly Result[]): Chart {
  const { label, by } = seriesTable[y];
  const nameOf = curveNamer(results, varyingKeys(results), label);
  const divergedAt = ({ trial, summary }: Result) => {
    const next = summary.iterations + 1;
    return by === 'iteration' ? next : next / scheduleOf(trial.settings).perEpoch;
  };
  const curveOf = ({ results: replicates }: Cell): Series => {
    const points = meanCurve(drawn(replicates).map(result => pointsOf(result.record(), y))).map(point =>
      y === 'loss' ? point : withinUnit(point),
    );
    const { perEpoch } = scheduleOf(replicates[0]!.trial.settings);
    return {
      name: nameOf(replicates[0]!),
      points,
      diverged: diverged(replicates).map(divergedAt),
      ...(by === 'iteration' && perEpoch > 1 && { means: epochMeans(points, perEpoch) }),
    };
  };
  const cells = cellsOf(results).filter(cell => drawn(cell.results).length > 0);
  const ended = diverged(results).length;
  const notes = ended > 0 ? [`${counted(ended, 'trial')} diverged: drawn up to there.`] : [];
  return {
    title: `${label} by ${by}`,
    xLabel: by,
    x: 'linear',
    unit: y === 'loss' ? 'nats' : 'fraction',
    lines: theoryLines(y === 'loss' ? 'nats' : 'fraction', undefined, results),
    ...selected(cells, curveOf, [...meansNotes(results), ...notes, ...failedNotes(results)]),
  };
}

/** One curve for each combination of the other axes. Without an x the trials stand in plan order. */
function summaryChart(y: MeasureName, x: SettingKey | undefined, results: readonly Result[]): Chart {
  const xOf = ({ trial }: Result) => (x === undefined ? trial.index : Number(trial.settings[x]));
  const axis = axesOf(results).find(({ keys }) => keys.includes(x ?? ''));
  const others = varyingKeys(results).filter(key => key !== x && !axis?.keys.includes(key));
  const { label, window, unit } = measures[y];
  const nameOf = curveNamer(results, others, label);
  const scale = scaleAlong(results.map(xOf));
  const { zeroAt } = scale;
  const drawnAt = (result: Result) => placeOf(xOf(result), scale);
  const curveOf = ([name, members]: readonly [string, readonly Result[]]): Series => ({
    name,
    points: apart(
      [...groupBy(members, drawnAt)].map(([at, replicates]) => summaryPoint(at, cellOf(replicates), y)),
      zeroAt,
    ),
    diverged: diverged(members).map(drawnAt),
  });
  const xLabel = [x ?? 'trial', ...(axis?.keys ?? []).filter(key => key !== x)].join(' with ');
  const notes = [
    ...meansNotes(results),
    ...missingNotes(results, [y]),
    ...(window ? [`Loss: ${captionOf(y, results)}.`] : []),
  ];
  return {
    title: `${label} by ${xLabel}`,
    xLabel: scaleLabel(xLabel, scale),
    x: scale.logarithmic ? 'log' : 'linear',
    zeroAt,
    unit,
    lines: theoryLines(unit, x, results),
    ...selected([...groupBy(results, nameOf)], curveOf, notes),
  };
}

/** Values over two powers of ten are drawn on a logarithmic axis; a 0 among them stands a power of ten below the least. */
export function scaleAlong(xs: readonly number[]): { logarithmic: boolean; zeroAt: number | undefined } {
  const positive = xs.filter(x => x > 0);
  const [least, greatest] = extent(positive);
  const logarithmic = xs.every(x => x >= 0) && Math.log10(greatest / least) > 2 - 1e-9;
  return { logarithmic, zeroAt: logarithmic && positive.length < xs.length ? least / 10 : undefined };
}

/** Where a value is drawn; NaN, for a word among numbers, has no place. */
export const placeOf = (x: number, { zeroAt = 0 }: Pick<Chart, 'zeroAt'>): number => (x === 0 ? zeroAt : x);

/** `weightScale (logarithmic)`. */
export const scaleLabel = (label: string, { logarithmic, zeroAt }: ReturnType<typeof scaleAlong>): string =>
  logarithmic ? `${label} (logarithmic${zeroAt === undefined ? '' : ', 0 apart'})` : label;

/** Breaks the curve between 0 and the least value of a logarithmic axis. */
export const apart = (points: readonly Point[], zeroAt: number | undefined): Point[] =>
  points.flatMap(point =>
    point.x === zeroAt ? [point, { x: point.x * Math.sqrt(10), y: Number.NaN }] : [point],
  );

/** An even selection of too many curves; only these are made. */
function selected<Item>(
  items: readonly Item[],
  curveOf: (item: Item) => Series,
  notes: readonly string[],
): Pick<Chart, 'series' | 'notes'> {
  const count = Math.min(items.length, MAX_CURVES);
  const series = Array.from({ length: count }, (_, index) =>
    curveOf(items[Math.floor((index * items.length) / count)]!),
  );
  const left = count < items.length ? [`${count} of ${items.length} curves are drawn.`] : [];
  return { series, notes: [...notes, ...left] };
}

const drawn = (results: readonly Result[]): Result[] => results.filter(({ status }) => status !== 'failed');
const diverged = (results: readonly Result[]): Result[] =>
  results.filter(({ status }) => status === 'diverged');

/** The mean of each epoch, at its middle; `points` are one for each iteration. */
export function epochMeans(points: readonly Point[], perEpoch: number): Point[] {
  return Array.from({ length: Math.ceil(points.length / perEpoch) }, (_, epoch) => {
    const members = points.slice(epoch * perEpoch, (epoch + 1) * perEpoch);
    return {
      x: mean(members.map(({ x }) => x)) ?? Number.NaN,
      y: mean(members.map(({ y }) => y)) ?? Number.NaN,
    };
  });
}

/** The mean of several curves at each x, with its interval. */
export function meanCurve(curves: readonly Point[][]): Point[] {
  if (curves.length === 1) return curves[0]!;
  return [...groupBy(curves.flat(), point => point.x)].map(([x, points]) =>
    pointAt(
      x,
      estimateOf(
        points.map(({ y }) => y),
        curves.length,
      ),
    ),
  );
}

/** An accuracy, with its band cut at 0 and 1. */
const withinUnit = ({ low, high, ...point }: Point): Point =>
  low === undefined || high === undefined
    ? point
    : { ...point, low: Math.max(0, low), high: Math.min(1, high) };

function summaryPoint(x: number, cell: Cell, measure: MeasureName): Point {
  const point = pointAt(x, estimate(cell, measure));
  return {
    ...(measures[measure].unit === 'fraction' ? withinUnit(point) : point),
    ...(!cell.ranked && { unranked: true as const }),
  };
}

/** A mean and its interval; a mean that is missing breaks the line. */
const pointAt = (x: number, { mean, low, high }: Estimate): Point => ({
  x,
  y: mean ?? Number.NaN,
  ...(low !== null && high !== null && { low, high }),
});
