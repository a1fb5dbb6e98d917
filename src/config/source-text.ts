/** Places in a text as lines and columns, and excerpts that point at them. */
import { LineCounter } from 'yaml';
import { columnsOf } from './columns.ts';

export interface Position {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

/** A place to point at, with an optional note beside the caret. */
export interface Mark {
  readonly offset: number;
  readonly note?: string;
}

/** Columns of a line that an excerpt shows. */
const WIDTH = 72;

export class SourceText {
  readonly #text: string;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    this.#text = text;
    this.#lines.addNewLine(0);
    for (const { index } of text.matchAll(/\n/g)) this.#lines.addNewLine(index + 1);
  }

  positionOf(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  /** The marked lines with their numbers, a caret under each mark; marks are in the order of the text. */
  excerpt(marks: readonly Mark[]): string {
    const places = marks.map(({ offset, note = '' }) => ({ ...this.positionOf(offset), note }));
    const digits = String(places.at(-1)?.line ?? 1).length;
    const rows: string[] = [];
    let last = '';
    for (const { line, column, note } of places) {
      const { shown, before } = aroundColumn(this.#line(line), column);
      const row = `  ${String(line).padStart(digits)} | ${shown}`;
      // Two marks in one line share it.
      if (row !== last) rows.push(row.trimEnd());
      rows.push(`  ${' '.repeat(digits)} | ${blanksFor(before)}^ ${note}`.trimEnd());
      last = row;
    }
    return rows.join('\n');
  }

  /** A line without what would move a terminal's cursor, or that it would not show. */
  #line(line: number): string {
    const { lineStarts } = this.#lines;
    const text = this.#text.slice(lineStarts[line - 1], lineStarts[line]);
    return text.replace(/[\r\n]+$/, '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
  }
}

/** Blanks as wide as a text. */
const blanksFor = (text: string): string =>
  Array.from(text, char => ['', ' ', '\u3000'][columnsOf(char)]).join('');

/** The part of a line around a column, and what of it stands before the column. */
function aroundColumn(line: string, column: number): { shown: string; before: string } {
  const start = Math.max(0, Math.min(column - 1 - WIDTH / 2, line.length - WIDTH));
  const cut = start > 0 ? '…' : '';
  const after = line.length > start + WIDTH ? '…' : '';
  const end = line.slice(start, column - 1).padEnd(column - 1 - start);
  return { shown: cut + line.slice(start, start + WIDTH) + after, before: cut + end };
}
