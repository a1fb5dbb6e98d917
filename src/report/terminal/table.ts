/** Tables without a frame, only a rule under the head, in the widest form that fits. */
import picocolors from 'picocolors';
import type { Figure, Row, Table } from '../model.ts';
import { columnsOf, flow, oneLine, wrap } from '../text.ts';
import { type Cell, textTable } from './text-table.ts';

export { textTable } from './text-table.ts';

export interface TableStyle {
  /** Columns of the terminal; fewer than 40 count as 40. */
  readonly width: number;
  readonly color: boolean;
}

/** The table as lines of at most `width` columns, joined by newlines. */
export function renderTable(table: Table, style: TableStyle): string {
  const width = Math.max(40, Math.floor(style.width));
  const { bold, dim } = picocolors.createColors(style.color);
  const fits = (lines: readonly string[]) => lines.every(line => columnsOf(line) <= width);
  const lines = firstThat(fits, forms(table, { ...style, width }));
  return [
    ...wrap(table.title, width).map(bold),
    ...lines,
    ...wrap(table.notes.join(' '), width).map(dim),
  ].join('\n');
}

/** What the first form makes that passes, or the last. */
function firstThat<Made>(passes: (made: Made) => boolean, [form, ...others]: readonly (() => Made)[]): Made {
  const made = form!();
  return passes(made) || others.length === 0 ? made : firstThat(passes, others);
}

/** The forms of a table from the widest: groups side by side, sections below each other, a list. */
function forms(table: Table, style: TableStyle): (() => string[])[] {
  const grouped = table.groups.length > 1;
  const moves = Array.from({ length: Math.max(table.names.length, 1) }, (_, moved) => moved);
  return [
    () => sideBySide(table, style),
    ...(grouped ? moves : moves.slice(1)).map(moved => () => sections(table, moved, style)),
    () => list(table, style),
  ];
}

function sideBySide({ names, figures, groups, rows }: Table, { color }: TableStyle): string[] {
  const columns = [...names, ...groups.flatMap(() => figures)];
  return textTable(
    [...names.map(({ head }) => head), ...groups.flatMap(() => figures.map(({ head }) => `${head} `))],
    rows.map(row => [...row.names, ...row.groups.flatMap(group => cells(group, figures.length, color))]),
    {
      color,
      align: columns.map(({ align }) => align),
      bars: groups.map((_, group) => names.length + group * figures.length).filter(column => column > 0),
      groups:
        groups.length > 1
          ? [...names.map(() => ''), ...groups.map(group => ({ text: group ?? '', columns: figures.length }))]
          : undefined,
    },
  ).split('\n');
}

/** One group below the other; the first `moved` names of a row stand in the heading of its section. */
function sections(table: Table, moved: number, { width, color }: TableStyle): string[] {
  const { bold } = picocolors.createColors(color);
  const entries = entriesOf(table);
  const whole: Table = {
    ...table,
    names: table.names.slice(moved),
    groups: [undefined],
    rows: entries.map(({ names, figures }) => ({ names: names.slice(moved), groups: [figures] })),
  };
  const [head = '', rule = '', ...lines] = sideBySide(whole, { width, color });
  const headings = entries.map(entry => heading(entry, table, moved));
  return [
    head,
    rule,
    ...lines.flatMap((line, index) =>
      headings[index] === headings[index - 1] ? [line] : [...wrap(headings[index]!, width).map(bold), line],
    ),
  ];
}

/** Each row as its names and, below, its figures. */
function list(table: Table, { width, color }: TableStyle): string[] {
  const { bold } = picocolors.createColors(color);
  return entriesOf(table).flatMap(entry => {
    const texts =
      typeof entry.figures === 'string'
        ? [entry.figures]
        : entry.figures.map((figure, index) => `${table.figures[index]!.head} ${marked(figure, '', color)}`);
    return [
      ...wrap(heading(entry, table, table.names.length), width).map(bold),
      ...flow(texts, '  ', width - 2).map(line => `  ${line}`),
    ];
  });
}

/** A row of one group. */
interface Entry {
  readonly group: string | undefined;
  readonly names: readonly string[];
  readonly figures: Row['groups'][number];
}

const entriesOf = ({ groups, rows }: Table): Entry[] =>
  groups.flatMap((group, index) =>
    rows.map(row => ({ group, names: row.names, figures: row.groups[index]! })),
  );

/** `batchnorm, batchSize 5` */
function heading({ group, names }: Entry, table: Table, moved: number): string {
  const named = names.slice(0, moved).map((name, index) => name && `${table.names[index]!.head} ${name}`);
  return [group ?? '', ...named].filter(Boolean).map(oneLine).join(', ');
}

function cells(figures: Entry['figures'], columns: number, color: boolean): Cell[] {
  if (typeof figures === 'string') return [{ text: figures, columns }];
  // A blank stands where other figures have their mark.
  return figures.map(figure => marked(figure, ' ', color));
}

const marked = ({ text, best }: Figure, otherwise: string, color: boolean): string =>
  best ? picocolors.createColors(color).green(`${text}*`) : text + otherwise;
