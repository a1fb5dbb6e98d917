/** Tables as Markdown. */
import type { TextTable } from '../analysis/comparison-report.ts';
import { oneLine } from './text.ts';

export function markdownTable({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [
    line(columns.map(({ head }) => head)),
    `|${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

/** Text that Markdown neither formats nor takes for HTML or the end of a cell. */
const escaped = (text: string): string =>
  oneLine(text).replace(/[\\`*_[\]<>|&]/g, character => `\\${character}`);
