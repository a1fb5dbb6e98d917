/** What a run prints when it finishes: the same words for `sweep`, `train` and `show`. */
import picocolors from 'picocolors';
import type { DataLabel, Result } from '../analysis/results.ts';
import type { ChartSpec } from '../config/schema.ts';
import { chartsOf } from './charts.ts';
import { diagnosticsTables } from './diagnostics.ts';
import { counted } from './notes.ts';
import { resultsTable } from './results-table.ts';
import { renderChart } from './terminal/chart.ts';
import { renderTable, type TableStyle } from './terminal/table.ts';
import { oneLine, wrap } from './text.ts';

export interface RunView {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly command: 'sweep' | 'train';
  readonly data: DataLabel;
  /** Number of trials in the plan. */
  readonly planned: number;
  /** In plan order; fewer than planned if the run was interrupted, none if it has yet to begin. */
  readonly results: readonly Result[];
  /** Undefined for the usual ones. */
  readonly charts: readonly ChartSpec[] | undefined;
}

export type ReportStyle = TableStyle;

const CHART_HEIGHT = 14;
const MAX_DESCRIPTION_LINES = 4;
const MIN_WIDTH = 40;

export const isComplete = ({ planned, results }: RunView): boolean => results.length === planned;

/** Title, description, number of trials, and a warning of synthetic data. */
export function reportHeader(view: RunView, style: ReportStyle): string {
  const { name, title, description = '', data, planned, results } = view;
  const { bold, yellow } = picocolors.createColors(style.color);
  const width = Math.max(MIN_WIDTH, style.width);
  const part = results.length > 0 && !isComplete(view) ? `${results.length} of ` : '';
  return [
    ...wrap(title ?? name, width).map(bold),
    ...shortened(description, width),
    `${part}${counted(planned, 'trial')} on ${data}`,
    ...(data === 'synthetic data' ? SYNTHETIC.flatMap(line => wrap(line, width)).map(yellow) : []),
  ].join('\n');
}

const SYNTHETIC = [
  'Synthetic images stand in for CIFAR-10: results say nothing about real images.',
  'To get CIFAR-10, run: cifar-norm data download',
];

/** The table of a sweep, and the charts; of an interrupted run only how to continue it. */
export function reportBody(view: RunView, style: ReportStyle): string {
  const { command, results, planned, charts, data } = view;
  if (!isComplete(view)) {
    const line = `Interrupted: ${results.length} of ${counted(planned, 'trial')} ${results.length === 1 ? 'is' : 'are'} kept. Run the same command again to continue.`;
    return wrap(line, Math.max(MIN_WIDTH, style.width)).join('\n');
  }
  const tables = command === 'sweep' ? [resultsTable(results, data)] : [];
  return [
    ...tables.map(table => renderTable(table, style)),
    ...diagnosticsTables(results, data).map(table => renderTable(table, style)),
    ...chartsOf(charts, results, data).map(chart => renderChart(chart, { ...style, height: CHART_HEIGHT })),
  ].join('\n\n');
}

/** As many sentences as fit in a few lines; at least the beginning of the first. */
function shortened(text: string, width: number): string[] {
  const sentences = oneLine(text).split(/(?<=[.!?]) +(?=\p{Lu})/u);
  const linesOf = (count: number) => wrap(sentences.slice(0, count).join(' '), width);
  let count = 1;
  while (count < sentences.length && linesOf(count + 1).length <= MAX_DESCRIPTION_LINES) count++;
  const lines = linesOf(count);
  if (lines.length <= MAX_DESCRIPTION_LINES) return lines;
  const kept = lines.slice(0, MAX_DESCRIPTION_LINES);
  return kept.with(-1, `${wrap(kept.at(-1)!, width - 2)[0]} …`);
}
