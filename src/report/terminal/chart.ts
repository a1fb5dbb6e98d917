import picocolors from 'picocolors';
import { axisText, fitted, oneLine, wrap } from '../text.ts';
import { xAxis, xTicks } from './axis.ts';
import { drawLine, drawMarkers, type Grid, runsOf, sampleOf } from './curve.ts';
import { extent, surroundingTicks, tickTexts, withRoom } from './scale.ts';

/** A y that is not finite breaks the line; an x that is not, or that a log axis cannot show, is left out. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly x: 'linear' | 'log';
  readonly series: readonly Series[];
  /** [low, high]: values outside are drawn at the edge, and counted under the chart. */
  readonly clamp?: readonly [number, number] | undefined;
  /** Sentences to stand under the chart. */
  readonly notes?: readonly string[];
}

export interface ChartStyle {
  /** Columns of the whole chart; fewer than 40 count as 40. */
  readonly width: number;
  /** Lines for the curves, without axis, title and legend; a chart may take fewer. Fewer than 5 count as 5. */
  readonly height: number;
  readonly color: boolean;
}

/** The chart as lines of at most `width` columns, joined by newlines. */
export function lineChart(chart: Chart, style: ChartStyle): string {
  const width = Math.max(40, Math.floor(style.width));
  const height = Math.max(5, Math.floor(style.height));
  const { bold, dim, cyan, yellow, magenta, green, blue, red } = picocolors.createColors(style.color);
  const palette = [cyan, yellow, magenta, green, blue, red];
  const paint: Paint = (text, series) =>
    series === undefined ? text : palette[series % palette.length]!(text);

  const curves = chart.series.map(series => visible(series.points, chart));
  const drawable = curves.some(points => points.some(point => Number.isFinite(point.y)));
  const under = [...(chart.notes ?? []), ...clampNote(chart)];
  return [
    ...wrap(chart.title, width).map(bold),
    ...(drawable
      ? [...plotArea(chart, curves, width, height, paint), ...legend(chart.series, width, paint)]
      : ['(nothing to draw)']),
    ...under.flatMap(note => wrap(note, width)).map(dim),
  ].join('\n');
}

/** Gives text the colour of its series. */
type Paint = (text: string, series: number | undefined) => string;

/** Beyond these, sums and differences of numbers overflow or vanish. */
const [TINY, HUGE] = [1e-290, 1e290];

/** The points that can be drawn, from left to right, with y within the clamp. */
function visible(points: readonly Point[], { x: axis, clamp = [-HUGE, HUGE] }: Chart): Point[] {
  const calm = (value: number) => (Math.abs(value) < TINY ? 0 : Math.max(-HUGE, Math.min(HUGE, value)));
  return points
    .filter(({ x }) => Number.isFinite(x) && (axis === 'linear' || x >= TINY))
    .map(({ x, y }) => ({
      x: calm(x),
      y: Number.isFinite(y) ? calm(Math.max(clamp[0], Math.min(clamp[1], y))) : Number.NaN,
    }))
    .sort((a, b) => a.x - b.x);
}

/** The curves within their axes. */
function plotArea(
  chart: Chart,
  curves: readonly Point[][],
  width: number,
  height: number,
  paint: Paint,
): string[] {
  const ys = curves.flatMap(points => points.map(point => point.y)).filter(Number.isFinite);
  const yTicks = surroundingTicks(...withRoom(extent(ys)), Math.min(8, Math.floor((height - 1) / 2)));
  const yTexts = tickTexts(yTicks);
  const margin = Math.max(...yTexts.map(text => text.length)) + 1;
  const rowsPerTick = Math.floor((height - 1) / (yTicks.last - yTicks.first));
  const rows = rowsPerTick * (yTicks.last - yTicks.first) + 1;
  const rowOf = (y: number) => (y / yTicks.step - yTicks.first) * rowsPerTick;

  const columns = width - margin - 1;
  const along = chart.x === 'log' ? Math.log10 : (x: number) => x;
  const xs = curves.flatMap(points => points.map(point => point.x));
  const [left, right] = extent(xs).map(along) as [number, number];
  const columnOf = (x: number) =>
    Math.round((right > left ? (along(x) - left) / (right - left) : 0.5) * (columns - 1));

  const grid: Grid = Array.from({ length: rows }, () => Array(columns).fill(undefined));
  const runs = curves.map(points =>
    runsOf(points.map(({ x, y }) => ({ column: columnOf(x), row: rowOf(y) }))),
  );
  for (const [series, itsRuns] of runs.entries()) for (const run of itsRuns) drawLine(grid, run, series);
  for (const [series, itsRuns] of runs.entries()) drawMarkers(grid, itsRuns, series, runs.length);

  const area = grid.map((cells, index) => {
    const row = rows - 1 - index;
    const text = row % rowsPerTick === 0 ? yTexts[row / rowsPerTick]! : '';
    return `${text.padStart(margin - 1)} ${text ? '┤' : '│'}${rowText(cells, paint)}`;
  });
  const axis = xAxis(xTicks(chart.x, xs, Math.floor(columns / 10)), columnOf, margin, columns);
  const averaged = curves.some(points => points.length > columns) ? ', averaged by column' : '';
  const xLabel = fitted(oneLine(chart.xLabel + averaged), columns);
  return [...area, ...axis, ' '.repeat(margin + 1 + Math.floor((columns - xLabel.length) / 2)) + xLabel];
}

/** A row of the grid as text, neighbours of one series painted together. */
function rowText(cells: Grid[number], paint: Paint): string {
  let text = '';
  for (let start = 0, end = 0; start < cells.length; start = end) {
    const series = cells[start]?.series;
    while (end < cells.length && cells[end]?.series === series) end++;
    text += paint(
      cells
        .slice(start, end)
        .map(cell => cell?.char ?? ' ')
        .join(''),
      series,
    );
  }
  return text.trimEnd();
}

/** What each series looks like, as many in a line as fit. */
function legend(series: readonly Series[], width: number, paint: Paint): string[] {
  const lines: { length: number; text: string }[] = [];
  for (const [index, { name }] of series.entries()) {
    const label = fitted(oneLine(name), width - 6);
    const text = `  ${paint(sampleOf(index), index)} ${label}`;
    const length = 6 + label.length;
    const line = lines.at(-1);
    if (line && line.length + length <= width) {
      line.text += text;
      line.length += length;
    } else lines.push({ length, text });
  }
  return lines.map(line => line.text);
}

function clampNote({ clamp, series }: Chart): string[] {
  if (!clamp) return [];
  const [low, high] = clamp;
  const outside = series
    .flatMap(({ points }) => points)
    .filter(({ y }) => Number.isFinite(y) && (y < low || y > high)).length;
  const text = axisText(clamp);
  return outside === 0
    ? []
    : [
        `Drawn at the edge, for they lie outside ${text(low)} .. ${text(high)}: ${outside} ${outside === 1 ? 'value' : 'values'}.`,
      ];
}
