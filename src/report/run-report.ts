/** What a run prints when it finishes: the same words for `sweep`, `train` and `show`. */
import picocolors from 'picocolors';
import { expectationLines, scoreOf, statusText } from '../analysis/expectation-report.ts';
import type { ExpectationOutcome } from '../analysis/expectations.ts';
import { dataNotes, seedsIn } from '../analysis/results.ts';
import { counted } from '../analysis/words.ts';
import { shardText } from '../plan/shard.ts';
import { chartsOf } from './charts.ts';
import { diagnosticsTables } from './diagnostics.ts';
import { resultsTable } from './results-table.ts';
import { findingIn, isComplete, type RunView, shardSentence, trialsText } from './run-view.ts';
import { renderChart } from './terminal/chart.ts';
import { renderTable, type TableStyle } from './terminal/table.ts';
import { oneLine, wrap } from './text.ts';

export type ReportStyle = TableStyle;

const CHART_HEIGHT = 14;
const MAX_DESCRIPTION_LINES = 4;
const MIN_WIDTH = 40;

/** Title, description, number of trials, and a warning of synthetic data. */
export function reportHeader(view: RunView, style: ReportStyle): string {
  const { name, title, description = '', data, planned, results, shard } = view;
  const { bold, yellow } = picocolors.createColors(style.color);
  const width = Math.max(MIN_WIDTH, style.width);
  const found = results.length > 0 ? results.length : planned;
  const warnings = data === 'synthetic data' ? SYNTHETIC : [dataNotes[data] ?? []].flat();
  return [
    ...wrap(title ?? name, width).map(bold),
    ...shortened(description, width),
    `${trialsText(planned, found)}${shard ? ` (shard ${shardText(shard)})` : ''} on ${data}`,
    ...warnings.flatMap(line => wrap(line, width)).map(yellow),
  ].join('\n');
}

const SYNTHETIC = [
  'Synthetic images stand in for CIFAR-10: results say nothing about real images.',
  'To get CIFAR-10, run: cifar-norm data download',
];

/**
 * The finding, the table of a sweep, the charts, the expectations, and in the end the answer again, for those who see
 * the last screen only. An interrupted run shows only how to resume it; a shard shows only how to merge it.
 */
export function reportBody(view: RunView, style: ReportStyle): string {
  const { command, results, planned, shard, charts, data, expectations, leftOut = [] } = view;
  const width = Math.max(MIN_WIDTH, style.width);
  if (!isComplete(view)) {
    const again = leftOut.length > 0 ? 'again with --repair' : 'again';
    const line = `Interrupted: ${results.length} of ${counted(planned, 'trial')} ${results.length === 1 ? 'is' : 'are'} kept. Run the same command ${again} to resume.`;
    return wrap(line, width).join('\n');
  }
  if (shard) return wrap(shardSentence(shard), width).join('\n');
  const { bold, green, red } = picocolors.createColors(style.color);
  const { sentences } = findingIn(view);
  const paint = { pass: green, fail: red, undecided: bold, 'not applicable': bold };
  const [reason, ...reasons] = new Set(expectations.map(({ sentence }) => sentence));
  const whyNone =
    reasons.length === 0 && expectations.every(({ status }) => status === 'not applicable')
      ? reason
      : undefined;
  const tables = command === 'sweep' ? [resultsTable(results, data)] : [];
  const judged = expectations.map(outcome => {
    const [first, ...others] = wrap(expectationLines([shortOf(outcome)])[0]!, width - 2);
    const word = statusText(outcome);
    return [paint[outcome.status](word) + first!.slice(word.length), ...others.map(line => `  ${line}`)].join(
      '\n',
    );
  });
  return [
    [bold('Finding'), ...sentences.flatMap(text => bullet(text, width))].join('\n'),
    ...tables.map(table => renderTable(table, style)),
    ...diagnosticsTables(results, data).map(table => renderTable(table, style)),
    ...chartsOf(charts, results, data).map(chart => renderChart(chart, { ...style, height: CHART_HEIGHT })),
    ...(judged.length === 0
      ? []
      : [
          [
            bold(expectationTitle(expectations)),
            ...(whyNone === undefined ? judged : wrap(whyNone, width)),
          ].join('\n'),
        ]),
    [
      bold('In short'),
      ...sentences.slice(0, 2).flatMap(text => bullet(text, width)),
      ...nextSteps(view, width),
    ].join('\n'),
  ].join('\n\n');
}

const bullet = (text: string, width: number): string[] =>
  wrap(text, width - 2).map((line, i) => `${i === 0 ? '- ' : '  '}${line}`);

function expectationTitle(outcomes: readonly ExpectationOutcome[]): string {
  const { points, of, counts } = scoreOf(outcomes);
  return of === 0
    ? `Expectations: ${counts['not applicable']} not applicable`
    : `Expectations: ${points} of ${of} ${of === 1 ? 'point' : 'points'}`;
}

/** One that passes in many cells needs no figure of each. */
function shortOf(outcome: ExpectationOutcome): ExpectationOutcome {
  const cells = /^[\d,]+ of [\d,]+ cells pass/.exec(outcome.sentence);
  return outcome.status === 'pass' && cells ? { ...outcome, sentence: `${cells[0]}.` } : outcome;
}

/** What to try next. */
const nextSteps = ({ results }: RunView, width: number): string[] =>
  seedsIn(results).length > 1
    ? []
    : wrap('To see the spread over seeds, run the same command again with --replicates 6.', width);

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
