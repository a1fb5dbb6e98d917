/** The curves of a chart within their axes. */

import { groupBy } from '../../analysis/group-by.ts';
import type { Chart, TheoryLine } from '../model.ts';
import { extent } from '../range.ts';
import { fitted, oneLine } from '../text.ts';
import { xAxis, xTicks } from './axis.ts';
import { drawBand, drawFaint, drawLine, drawMarkers, drawTheory, markerOf, runsOf } from './curve.ts';
import { blankGrid, type Grid, visibleInk } from './grid.ts';
import { surroundingTicks, tickTexts, withRoom } from './scale.ts';

/** Gives text the colour of its series, or that of theory. */
export type Paint = (text: string, series: number | 'theory' | undefined) => string;

/** Stands above the curves where a trial diverged. */
export const DIVERGED = '↑';

/** A point with y and its band, if it has one, within the clamp. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly band: readonly number[];
}

/** A series as it is drawn, from left to right. */
export interface Curve {
  readonly points: readonly Place[];
  /** The noisy values whose means `points` are; none if the points are the values. */
  readonly faint: readonly Place[];
  /** The x of each trial that diverged. */
  readonly diverged: readonly number[];
}

export interface PlotStyle {
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
}

/** Lines of at most `width` columns: at most `height` for the curves, then the axis, its texts and its label. */
export function plotLines(
  chart: Chart,
  curves: readonly Curve[],
  lines: readonly TheoryLine[],
  { width, height, paint }: PlotStyle,
): string[] {
  const points = curves.flatMap(curve => [...curve.points, ...curve.faint]);
  const divergedAt = curves.flatMap(({ diverged }, series) => diverged.map(x => ({ x, series })));
  const most = divergedAt.length > 0 ? height - 1 : height;

  const predicted = lines.filter(({ axis }) => axis === 'y').map(({ at }) => at);
  const ys = [...points.flatMap(({ y, band }) => [y, ...band]), ...predicted].filter(Number.isFinite);
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

  const grid = blankGrid(rows, columns);
  for (const { axis, at } of lines) {
    drawTheory(grid, axis, axis === 'y' ? Math.round(rowOf(at)) : columnOf(at));
  }
  drawCurves(grid, curves, columnOf, rowOf);
  const cells = visibleInk(grid);
  const area = cells.map((row, index) => {
    const fromBottom = rows - 1 - index;
    const text = fromBottom % rowsPerTick === 0 ? yTexts[fromBottom / rowsPerTick]! : '';
    return `${text.padStart(margin - 1)} ${text ? '┤' : '│'}${rowText(row, paint)}`;
  });
  const marks = divergenceMarks(divergedAt, columnOf, columns);
  const edge = marks.length > 0 ? [`${' '.repeat(margin)}│${rowText(marks, paint)}`] : [];

  const axis = xAxis(xTicks(chart, xs, Math.floor(columns / 10)), columnOf, margin, columns);
  const averaged = curves.some(curve => curve.points.length > columns) ? ', averaged by column' : '';
  const xLabel = fitted(oneLine(chart.xLabel + averaged), columns);
  const indent = ' '.repeat(margin + 1 + Math.floor((columns - xLabel.length) / 2));
  return [...edge, ...area, ...axis, indent + xLabel];
}

/** Draws the bands, lines and markers of all curves. */
function drawCurves(
  grid: Grid,
  curves: readonly Curve[],
  columnOf: (x: number) => number,
  rowOf: (y: number) => number,
): void {
  const knots = (places: readonly Place[], yOf: (place: Place) => number | undefined) =>
    places.map(place => ({ column: columnOf(place.x), row: rowOf(yOf(place) ?? Number.NaN) }));
  for (const [series, { points, faint }] of curves.entries()) {
    drawFaint(
      grid,
      knots(faint, ({ y }) => y),
      series,
    );
    const highs = runsOf(knots(points, ({ band }) => band[1]));
    for (const [index, lows] of runsOf(knots(points, ({ band }) => band[0])).entries())
      drawBand(grid, lows, highs[index]!, series);
  }
  const runs = curves.map(({ points }) => runsOf(knots(points, ({ y }) => y)));
  for (const [series, itsRuns] of runs.entries()) for (const run of itsRuns) drawLine(grid, run, series);
  for (const [series, itsRuns] of runs.entries()) drawMarkers(grid, itsRuns, series, runs.length);
}

/** An arrow for each column in which trials diverged, and behind it, where there is room, the markers of their curves. */
function divergenceMarks(
  diverged: readonly { readonly x: number; readonly series: number }[],
  columnOf: (x: number) => number,
  columns: number,
): Mark[] {
  if (diverged.length === 0) return [];
  const marks = Array<Mark>(columns).fill(undefined);
  const byColumn = [...groupBy(diverged, ({ x }) => columnOf(x))].sort(([a], [b]) => a - b);
  for (const [column, trials] of byColumn) {
    const [first, ...others] = new Set(trials.map(({ series }) => series));
    marks[column] = { char: DIVERGED, series: others.length === 0 ? first! : undefined };
  }
  for (const [column, trials] of byColumn) {
    const seriesHere = [...new Set(trials.map(({ series }) => series))];
    // At the right edge the markers stand before the arrow.
    const start = column + seriesHere.length < columns ? column + 1 : column - seriesHere.length;
    for (const [index, series] of seriesHere.entries())
      if (start + index >= 0 && marks[start + index] === undefined)
        marks[start + index] = { char: markerOf(series), series };
  }
  return marks;
}

type Mark = { readonly char: string; readonly series: number | 'theory' | undefined } | undefined;

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
