/** Tables without a frame: one rule under the head, drawn by cli-table3. */
import Table from 'cli-table3';
import picocolors from 'picocolors';

/** Text, or text in the middle of several columns. */
export type Cell = string | { readonly text: string; readonly columns: number };

export interface TableOptions {
  readonly color: boolean;
  /** Of each column; left where none is given. */
  readonly align?: readonly ('left' | 'right')[];
  /** A line above the head, to name groups of columns. */
  readonly groups?: readonly Cell[];
  /** Columns, from 0, with a bar on their left. */
  readonly bars?: readonly number[];
}

const FRAME = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
];
const LINES = [...FRAME, 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'];
const NO_LINES = { ...Object.fromEntries(LINES.map(name => [name, ''])), middle: ' ' };
/** For the cells of a row: a line above them. */
const RULE = { mid: '─', 'mid-mid': '─', 'bottom-mid': '─' };

/**
 * The table as lines joined by newlines, as wide as its texts need. The head is made bold; cells may come coloured.
 */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { color, align = [], groups, bars = [] }: TableOptions,
): string {
  const { bold } = picocolors.createColors(color);
  const table = new Table({
    chars: NO_LINES,
    colAligns: [...align],
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 0 },
  });
  const drawn = (cells: readonly Cell[], above: Record<string, string>, look = (text: string) => text) => {
    let column = 0;
    return cells.map(cell => {
      const { text, columns } = typeof cell === 'string' ? { text: cell, columns: 1 } : cell;
      const bar = bars.includes(column) ? { middle: '│', ...(above === RULE && { 'mid-mid': '┼' }) } : {};
      column += columns;
      return {
        content: look(text),
        colSpan: columns,
        chars: { ...above, ...bar },
        ...(columns > 1 && { hAlign: 'center' as const }),
        ...(bars.includes(column) && { style: { 'padding-right': 1 } }),
      };
    });
  };
  if (groups) table.push(drawn(groups, {}, bold));
  table.push(drawn(head, {}, bold));
  for (const [index, row] of rows.entries()) table.push(drawn(row, index === 0 ? RULE : {}));
  return table.toString().replace(/ +$/gm, '');
}
