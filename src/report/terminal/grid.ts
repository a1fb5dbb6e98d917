/** A grid of characters on which several series may claim one cell. */

/** From the back to the front. */
const LAYERS = ['faint', 'band', 'theory', 'line', 'marker'] as const;

/** A character, and the series that draws it. */
export interface Ink {
  readonly char: string;
  readonly series: number | 'theory';
  readonly layer: (typeof LAYERS)[number];
}

/** Rows of cells, the top row first; what was drawn into each cell, the last on top. */
export type Grid = Ink[][][];

export const blankGrid = (rows: number, columns: number): Grid =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => []));

/** Draws into a cell; each series has one character there. */
export function put(grid: Grid, row: number, column: number, ink: Ink): void {
  const cell = grid[row]![column]!;
  const own = cell.findIndex(({ series }) => series === ink.series);
  if (own >= 0) cell.splice(own, 1);
  cell.push(ink);
}

/** Columns for which one of several lines is shown before the next takes its turn. */
const TURN = 3;

/**
 * One character for each cell, undefined for a blank one. Series that share cells take turns along the columns, so
 * that none hides another: lines every few columns, markers from one column of shared markers to the next.
 */
export function visibleInk(grid: Grid): (Ink | undefined)[][] {
  let turn = 0;
  const turns = Array.from({ length: grid[0]!.length }, (_, column) => {
    const shared = grid.some(row => row[column]!.filter(({ layer }) => layer === 'marker').length > 1);
    return shared ? turn++ : turn;
  });
  return grid.map(row =>
    row.map((cell, column) => {
      const layer = LAYERS.findLast(layer => cell.some(ink => ink.layer === layer));
      const rivals = cell
        .filter(ink => ink.layer === layer)
        .sort((a, b) => Number(a.series) - Number(b.series));
      const index = layer === 'marker' ? turns[column]! : Math.floor(column / TURN);
      return rivals[index % rivals.length];
    }),
  );
}
