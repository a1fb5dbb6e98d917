/** A comparison as text for the terminal, as Markdown and as JSON. */
import type { ComparedCell } from '../analysis/compared-cell.ts';
import type { Comparison } from '../analysis/comparison.ts';
import {
  comparisonJson,
  comparisonSentences,
  comparisonTable,
  flipsText,
  hasSpread,
} from '../analysis/comparison-report.ts';
import type { Verdict } from '../analysis/verdicts.ts';
import { figureText, measureText, probabilityText, sentence, settingWriter } from '../analysis/words.ts';
import { markdownTable } from './markdown.ts';
import type { Table } from './model.ts';
import { renderTable, type TableStyle } from './terminal/table.ts';
import { jsonText, oneLine, wrap } from './text.ts';

export type ComparisonFormat = 'text' | 'md' | 'json';

/**
 * @param differences what two runs differ in, a line each; empty for the nets of one run
 * @param runs the folders of two runs, baseline and candidate; empty for one run
 */
export function comparisonReport(
  comparison: Comparison,
  differences: readonly string[],
  runs: readonly string[],
  format: ComparisonFormat,
  style: TableStyle,
): string {
  const sentences = comparisonSentences(comparison);
  const indented = (line: string) =>
    wrap(line, style.width - 4).map((part, i) => (i === 0 ? part : `  ${part}`));
  switch (format) {
    case 'json':
      return jsonText({ differences, ...comparisonJson(comparison) });
    case 'md':
      return [
        ...(differences.length > 0
          ? ['The runs differ in:', ...differences.map(line => `- \`${oneLine(line)}\``), '']
          : []),
        ...sentences.map(text => `- ${text}`),
        '',
        markdownTable(comparisonTable(comparison)),
      ].join('\n');
    case 'text':
      return [
        ...(runs.length > 0 ? [`base: ${runs[0]}`, `cand: ${runs[1]}`].flatMap(indented) : []),
        ...(differences.length > 0
          ? [
              'The runs differ in',
              ...differences.flatMap(line => indented(line).map(each => `  ${each}`)),
              '',
            ]
          : []),
        ...sentences.flatMap(text => wrap(text, style.width)),
        ...tablesOf(comparison).flatMap(table => ['', renderTable(table, style)]),
      ].join('\n');
    default:
      return format satisfies never;
  }
}

/** Short enough for a column of a terminal. */
const VERDICTS = {
  better: 'better',
  worse: 'worse',
  equivalent: 'equal',
  'not told apart': 'open',
  'not compared': 'n/c',
} as const satisfies Readonly<Record<Verdict, string>>;

/** A row for each cell, named by what tells it from the others; a second table for the probabilities of a margin. */
function tablesOf(comparison: Comparison): Table[] {
  const { cells, measure, differs, equivalent } = comparison;
  const rests = cells.map(({ candidate: { axes } }) =>
    Object.entries(axes).filter(([key]) => !differs.includes(key)),
  );
  const keys = [...new Set(rests.flatMap(rest => rest.map(([key]) => key)))];
  const write = settingWriter(cells.map(({ candidate }) => candidate.axes));
  const severalNets = new Set(cells.map(({ candidate }) => candidate.name)).size > 1;
  const heads = [...(severalNets || keys.length === 0 ? ['candidate'] : []), ...keys];
  const namesOf = ({ candidate }: ComparedCell): string[] => [
    ...(severalNets || keys.length === 0 ? [candidate.name] : []),
    ...keys.map(key => (key in candidate.axes ? write(key, candidate.axes[key]!) : '')),
  ];
  const table = (
    title: string,
    figures: readonly string[],
    textsOf: (cell: ComparedCell) => string[],
    notes: string[],
  ): Table => ({
    title,
    names: heads.map(head => ({ head, align: head === 'candidate' ? 'left' : 'right' })),
    figures: figures.map(head => ({ head, align: 'right' })),
    groups: [undefined],
    rows: cells.map(cell => ({
      names: namesOf(cell),
      groups: [textsOf(cell).map(text => ({ text, best: false }))],
    })),
    notes,
  });
  const figure = (value: number | null | undefined) => (value == null ? '-' : figureText(measure, value));
  const [first] = cells;
  const nets = severalNets ? 'candidates' : (first?.candidate.name ?? 'candidate');
  const spread = hasSpread(comparison);
  const main = table(
    `${sentence(measureText(measure))}: ${nets} against ${first?.baseline.name ?? 'baseline'}`,
    ['base', 'cand', 'diff', ...(spread ? ['95 % interval', 'd_z', 'wins', 'p/corr', 'flips', ''] : [])],
    ({ baseline, candidate, pairs, better, seeds, p, adjustedP, verdict }) => [
      figure(baseline.estimate.mean),
      figure(candidate.estimate.mean),
      figure(pairs?.difference.mean),
      ...(spread
        ? [
            pairs?.difference.low == null
              ? '-'
              : `${figure(pairs.difference.low)} .. ${figure(pairs.difference.high)}`,
            pairs?.effectSize == null ? '-' : pairs.effectSize.toFixed(1),
            `${better}/${seeds.length}`,
            p === null ? '-' : `${probabilityText(p)}/${probabilityText(adjustedP)}`,
            flipsText({ pairs, p }),
            verdict === null ? '-' : VERDICTS[verdict],
          ]
        : []),
    ],
    spread
      ? [
          'base, cand: means of baseline and candidate over the pairs; d_z: mean difference over its standard deviation; wins: pairs in which the candidate is better; p: paired t test, corr: corrected for all cells (Holm); flips: p of sign flips (~: of a sample); the last column judges by corr: open, not told apart; n/c, not compared.',
        ]
      : ['base, cand: baseline and candidate; diff: candidate minus baseline.'],
  );
  if (equivalent === null || !spread) return [main];
  const probabilities = table(
    `Probabilities for a margin of ${equivalent}`,
    ['P(worse)', 'P(equivalent)', 'P(better)'],
    ({ probabilities: p }) => [p?.worse, p?.equivalent, p?.better].map(probabilityText),
    [],
  );
  return [main, probabilities];
}
