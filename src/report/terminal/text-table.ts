/** Text in columns, with a rule under the head; drawn by cli-table3. */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import picocolors from 'picocolors';

/** Text, or text centred over several columns. */
export type Cell = string | { readonly text: string; readonly columns: number };

export interface TableOptions {
  readonly color: boolean;
  /** Alignment of each column; left by default. */
  readonly align?: readonly ('left' | 'right')[];
  /** Columns, from 0, with a bar on their left. */
  readonly bars?: readonly number[];
  /** A line above the head that names groups of columns. */
  readonly groups?: readonly Cell[] | undefined;
}

/** cli-table3 draws no line whose characters are all empty. */
const NO_LINES = Object.fromEntries(
  ['', '-mid', '-left', '-right']
    .flatMap(end => [`top${end}`, `bottom${end}`])
    .concat('left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid')
    .map(name => [name, '']),
);

/** Rows that are drawn at a time: the time that cli-table3 takes grows with their square. */
const PART = 100;

/** Draws the parts of one table with the same widths. */
function drawAlike(parts: readonly Table.Table[]): string[] {
  const drawn = parts.map(part => part.toString());
  if (parts.length < 2) return drawn;
  // Drawing leaves the widths in the options.
  const widths = parts.map(({ options }) => options.colWidths);
  const columns = Math.max(...widths.map(({ length }) => length));
  const widest = Array.from({ length: columns }, (_, i) => Math.max(...widths.map(each => each[i] ?? 0)));
  return parts.map(part => {
    part.options.colWidths = widest;
    return part.toString();
  });
}

/** The table as lines joined by newlines, as wide as its texts. The head is bold; cells may be coloured. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { color, align = [], bars = [], groups }: TableOptions,
): string {
  const { bold } = picocolors.createColors(color);
  const heads = groups ? [groups, head] : [head];
  const tableOf = (part: readonly (readonly Cell[])[]) => {
    const table = new Table({
      chars: { ...NO_LINES, middle: ' ' },
      colAligns: [...align],
      style: { head: [], border: [], 'padding-left': 1, 'padding-right': 0 },
    });
    for (const cells of part) {
      let column = 0;
      const row = cells.map(cell => {
        const { text, columns } = typeof cell === 'string' ? { text: cell, columns: 1 } : cell;
        const barLeft = bars.includes(column);
        column += columns;
        return {
          content: heads.includes(cells) ? bold(text) : text,
          colSpan: columns,
          ...(columns > 1 && { hAlign: 'center' as const }),
          ...(barLeft && { chars: { middle: '│' } }),
          ...(bars.includes(column) && { style: { 'padding-right': 1 } }),
        };
      });
      table.push(row);
    }
    return table;
  };
  const all = [...heads, ...rows];
  const parts = Array.from({ length: Math.ceil(all.length / PART) }, (_, i) =>
    tableOf(all.slice(i * PART, (i + 1) * PART)),
  );
  const lines = drawAlike(parts).flatMap(part => part.split('\n'));
  const rule = stripVTControlCharacters(lines[heads.length - 1]!)
    .replace(/[^│]/g, '─')
    .replaceAll('│', '┼');
  return lines
    .toSpliced(heads.length, 0, rule)
    .map(line => line.trimEnd())
    .join('\n');
}
