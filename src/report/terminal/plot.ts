/** The curves of a chart within their axes. */
import type { Chart } from '../model.ts';
import { extent } from '../range.ts';
import { fitted, oneLine } from '../text.ts';
import { xAxis, xTicks } from './axis.ts';
import { drawBand, drawLine, drawMarkers, runsOf } from './curve.ts';
import { blankGrid, type Grid, visibleInk } from './grid.ts';
import { surroundingTicks, tickTexts, withRoom } from './scale.ts';

/** Gives text the colour of its series. */
export type Paint = (text: string, series: number | undefined) => string;

/** Stands above the curves where a trial diverged. */
export const DIVERGED = '↑';

/** A point with y and its band, if it has one, within the clamp. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly band: readonly number[];
}

/** A series as it is drawn, from left to right. */
export interface Curve {
  readonly points: readonly Place[];
  /** The x of each trial that diverged. */
  readonly diverged: readonly number[];
}

/** Lines of at most `width` columns: at most `height` for the curves, then the axis, its texts and its label. */
export function plotLines(
  chart: Chart,
  curves: readonly Curve[],
  width: number,
  height: number,
  paint: Paint,
): string[] {
  const points = curves.flatMap(curve => curve.points);
  const divergedAt = curves.flatMap(({ diverged }, series) => diverged.map(x => ({ x, series })));
  const most = divergedAt.length > 0 ? height - 1 : height;

  const ys = points.flatMap(({ y, band }) => [y, ...band]).filter(Number.isFinite);
  const yTicks = surroundingTicks(...withRoom(extent(ys)), Math.min(8, Math.floor((most - 1) / 2)));
  const yTexts = tickTexts(yTicks);
  const margin = Math.max(...yTexts.map(text => text.length)) + 1;
  const rowsPerTick = Math.floor((most - 1) / (yTicks.last - yTicks.first));
  const rows = rowsPerTick * (yTicks.last - yTicks.first) + 1;
  const rowOf = (y: number) => (y / yTicks.step - yTicks.first) * rowsPerTick;

  const columns = width - margin - 1;
  const along = chart.x === 'log' ? Math.log10 : (x: number) => x;
  const xs = points.map(({ x }) => x);
  const [left, right] = extent([...xs, ...divergedAt.map(({ x }) => x)]).map(along) as [number, number];
  const columnOf = (x: number) =>
    Math.round((right > left ? (along(x) - left) / (right - left) : 0.5) * (columns - 1));

  const cells = visibleInk(drawn(blankGrid(rows, columns), curves, columnOf, rowOf));
  const area = cells.map((row, index) => {
    const fromBottom = rows - 1 - index;
    const text = fromBottom % rowsPerTick === 0 ? yTexts[fromBottom / rowsPerTick]! : '';
    return `${text.padStart(margin - 1)} ${text ? '┤' : '│'}${rowText(row, paint)}`;
  });
  const marks = Array<Mark>(columns).fill(undefined);
  for (const { x, series } of divergedAt) marks[columnOf(x)] = { char: DIVERGED, series };
  const edge = divergedAt.length > 0 ? [`${' '.repeat(margin)}│${rowText(marks, paint)}`] : [];

  const axis = xAxis(xTicks(chart.x, xs, Math.floor(columns / 10)), columnOf, margin, columns);
  const averaged = curves.some(curve => curve.points.length > columns) ? ', averaged by column' : '';
  const xLabel = fitted(oneLine(chart.xLabel + averaged), columns);
  const indent = ' '.repeat(margin + 1 + Math.floor((columns - xLabel.length) / 2));
  return [...edge, ...area, ...axis, indent + xLabel];
}

/** The grid with the bands, lines and markers of all curves. */
function drawn(
  grid: Grid,
  curves: readonly Curve[],
  columnOf: (x: number) => number,
  rowOf: (y: number) => number,
): Grid {
  const runsAlong = ({ points }: Curve, yOf: (place: Place) => number | undefined) =>
    runsOf(points.map(place => ({ column: columnOf(place.x), row: rowOf(yOf(place) ?? Number.NaN) })));
  for (const [series, curve] of curves.entries()) {
    const highs = runsAlong(curve, ({ band }) => band[1]);
    for (const [index, lows] of runsAlong(curve, ({ band }) => band[0]).entries())
      drawBand(grid, lows, highs[index]!, series);
  }
  const runs = curves.map(curve => runsAlong(curve, ({ y }) => y));
  for (const [series, itsRuns] of runs.entries()) for (const run of itsRuns) drawLine(grid, run, series);
  for (const [series, itsRuns] of runs.entries()) drawMarkers(grid, itsRuns, series, runs.length);
  return grid;
}

type Mark = { readonly char: string; readonly series: number } | undefined;

/** Marks as text, neighbours of one series painted together. */
function rowText(marks: readonly Mark[], paint: Paint): string {
  let text = '';
  for (let start = 0, end = 0; start < marks.length; start = end) {
    const series = marks[start]?.series;
    while (end < marks.length && marks[end]?.series === series) end++;
    const chars = marks.slice(start, end).map(mark => mark?.char ?? ' ');
    text += paint(chars.join(''), series);
  }
  return text.trimEnd();
}
