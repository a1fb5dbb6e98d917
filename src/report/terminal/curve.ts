/** Curves on a grid of characters, drawn by asciichart. */
import { plot } from 'asciichart';
import { groupBy } from '../../analysis/group-by.ts';
import { mean } from '../../records/measures.ts';
import { type Grid, put } from './grid.ts';

/** A place on the grid: columns from the left, rows from the bottom, both from 0; rows need not be whole. */
export interface Knot {
  readonly column: number;
  readonly row: number;
}

const MARKERS = 'ox+*#@%&';
/** Level line, corners and upright, in asciichart's order. */
const LINES = ['─╰╭╮╯│', '┄╰╭╮╯┆', '═╚╔╗╝║', '·····:', '━┗┏┓┛┃'] as const;
const BANDS = '░▒';
const FAINT = '.';
/** Characters of level and upright theory lines. */
export const THEORY = { y: '-', x: '┊' } as const;
/** Columns from one dash of a level theory line to the next. */
const DASH = 2;

export const markerOf = (series: number): string => MARKERS.charAt(series % MARKERS.length);
const lineOf = (series: number): string => LINES[series % LINES.length]!;

/** What a series looks like, for a legend. */
export function sampleOf(series: number): string {
  const level = lineOf(series).charAt(0);
  return level + markerOf(series) + level;
}

/**
 * One knot for each column, the mean of those in it. A knot whose row is not finite leaves a gap if it is alone in its
 * column; the runs between gaps come separately. `knots` are ordered by column.
 */
export function runsOf(knots: Iterable<Knot>): Knot[][] {
  const runs: Knot[][] = [];
  let run: Knot[] = [];
  for (const [column, members] of groupBy(knots, knot => knot.column)) {
    const row = mean(members.map(member => member.row).filter(Number.isFinite));
    if (row === null) run = [];
    else if (run.push({ column, row }) === 1) runs.push(run);
  }
  return runs;
}

/** Draws the line through a run of knots. */
export function drawLine(grid: Grid, run: readonly Knot[], series: number): void {
  const start = run[0]!.column;
  const top = grid.length - 1;
  // Given rows, asciichart neither scales nor rounds. Its first two columns are its own axis, left out here.
  const drawing = plot(rowsThrough(run), {
    min: 0,
    max: top,
    height: top,
    offset: 2,
    format: () => ' ',
    symbols: ['│', '│', ' ', ' ', ...lineOf(series)],
  });
  for (const [index, line] of drawing.split('\n').entries()) {
    for (const [offset, char] of [...line].slice(2).entries()) {
      if (char !== ' ') put(grid, index, start + offset, { char, series, layer: 'line' });
    }
  }
}

/** Shades the rows between the lower and the upper edge of a band, runs over the same columns. */
export function drawBand(grid: Grid, low: readonly Knot[], high: readonly Knot[], series: number): void {
  const start = low[0]!.column;
  const highs = rowsThrough(high);
  for (const [offset, lowest] of rowsThrough(low).entries()) {
    for (let row = lowest; row <= highs[offset]!; row++)
      put(grid, grid.length - 1 - row, start + offset, {
        char: BANDS.charAt(series % 2),
        series,
        layer: 'band',
      });
  }
}

/** Draws dots at the noisy values whose means form a curve. */
export function drawFaint(grid: Grid, knots: Iterable<Knot>, series: number): void {
  for (const { column, row } of knots)
    if (Number.isFinite(row))
      put(grid, grid.length - 1 - Math.round(row), column, { char: FAINT, series, layer: 'faint' });
}

/** A theory line across the grid, level at a row or upright at a column. */
export function drawTheory(grid: Grid, axis: 'x' | 'y', at: number): void {
  const ink = { char: THEORY[axis], series: 'theory', layer: 'theory' } as const;
  if (axis === 'x') for (const row of grid.keys()) put(grid, row, at, ink);
  else
    for (let column = 0; column < grid[0]!.length; column += DASH)
      put(grid, grid.length - 1 - at, column, ink);
}

/** Columns between the markers of a series that has a knot in most columns. */
const MARKER_DISTANCE = 10;

/**
 * Draws the marker of a series on each of its knots; where they stand too close, on some of them, and in other columns
 * than the markers of the other series.
 */
export function drawMarkers(grid: Grid, runs: readonly Knot[][], series: number, seriesCount: number): void {
  const columns = grid[0]!.length;
  const close = runs.flat().length > columns / 2;
  const phase = Math.floor(((series + 0.5) * MARKER_DISTANCE) / seriesCount);
  for (const run of runs) {
    for (const { column, row } of run) {
      if (close && run.length > 1 && column % MARKER_DISTANCE !== phase) continue;
      const char = markerOf(series);
      put(grid, grid.length - 1 - Math.round(row), column, { char, series, layer: 'marker' });
    }
  }
}

/** The whole row in each column from the first knot to the last, on straight lines between the knots. */
function rowsThrough(run: readonly Knot[]): number[] {
  const rows = [Math.round(run[0]!.row)];
  for (const [index, to] of run.slice(1).entries()) {
    const from = run[index]!;
    const columns = to.column - from.column;
    for (let step = 1; step <= columns; step++) {
      rows.push(Math.round(from.row + ((to.row - from.row) * step) / columns));
    }
  }
  return rows;
}
