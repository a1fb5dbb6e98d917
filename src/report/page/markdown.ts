/** A summary of runs in Markdown, for a README or a pull request. */
import { comparisonSentences } from '../../analysis/comparison-report.ts';
import { expectationLines } from '../../analysis/expectation-report.ts';
import { dataNotes } from '../../analysis/results.ts';
import type { Table } from '../model.ts';
import { resultsTable } from '../results-table.ts';
import { findingIn, titleOf, trialsText } from '../run-view.ts';
import { oneLine } from '../text.ts';
import { printable } from './html.ts';
import { comparisonOfRun, type PageRun } from './page-run.ts';

export const reportMarkdown = (runs: readonly PageRun[]): string =>
  `${runs.map(run => runMarkdown(run, runs.length > 1 ? `Run ${run.label}: ` : '')).join('\n\n')}\n`;

/** @param lead what tells the run from others, before its title */
function runMarkdown(run: PageRun, lead: string): string {
  const { view, identity, invocation, command } = run;
  const { results, data, planned, expectations, leftOut = [] } = view;
  const comparison = comparisonOfRun(run);
  const list = (sentences: readonly string[]) => sentences.map(text => `- ${plain(text)}`).join('\n');
  return [
    `## ${plain(lead + titleOf(view))}`,
    ...[dataNotes[data] ?? [], leftOut].flat().map(text => `**${plain(text)}**`),
    list(findingIn(view, comparison).sentences),
    ...(results.length > 0 ? [tableMarkdown(resultsTable(results, data))] : []),
    ...(comparison ? ['### Comparison', list(comparisonSentences(comparison))] : []),
    ...(expectations.length > 0 ? ['### Expectations', list(expectationLines(expectations))] : []),
    plain(
      `${trialsText(planned, results.length)} on ${data}, ${identity.numerics}, cifar-norm ${invocation?.version ?? ''}. Run it again with:`,
    ),
    command
      .split('\n')
      .map(line => `    ${printable(line)}`)
      .join('\n'),
  ].join('\n\n');
}

function tableMarkdown({ names, figures, groups, rows, notes }: Table): string {
  const heads = [
    ...names.map(({ head }) => head),
    ...groups.flatMap(group => figures.map(({ head }) => (group === undefined ? head : `${group} ${head}`))),
  ];
  const aligns = [...names.map(({ align }) => align), ...groups.flatMap(() => figures.map(() => 'right'))];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map(row =>
    line([
      ...row.names.map(plain),
      ...row.groups.flatMap(group =>
        typeof group === 'string'
          ? figures.map((_, i) => (i === 0 ? group : ''))
          : group.map(({ text, best }) => (best ? `**${plain(text)}**` : plain(text))),
      ),
    ]),
  );
  return [
    line(heads.map(plain)),
    line(aligns.map(align => (align === 'right' ? '--:' : ':--'))),
    ...body,
    '',
    plain(notes.join(' ').replace('*: the best of its column', 'bold: the best of its column')),
  ].join('\n');
}

/** Text that Markdown and HTML show as it is. */
const plain = (text: string): string =>
  printable(oneLine(text))
    .replace(/[\\`*_{}[\]#|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/:\/\//g, ':&#47;&#47;')
    .replaceAll('@', '&#64;');
