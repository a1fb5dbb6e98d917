import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import type { SettingValue } from '../config/schema.ts';
import { axisKeys, axisValues, type DataLabel, groupBy, meansNote, type Result } from '../analysis/results.ts';
import { mean } from '../records/measures.ts';
import { type Cell, textTable } from './terminal/table.ts';
import { accuracyText, axisText, lossText, oneLine, wrap } from './text.ts';

const WIDTH = 80;
/** Of a longer table only the best rows are shown: nobody reads thousands of lines, and all are in the CSV files. */
const MOST_ROWS = 50;

const measures = [
  { name: 'val', key: 'bestValAccuracy', text: accuracyText, best: Math.max },
  { name: 'train', key: 'bestTrainAccuracy', text: accuracyText, best: Math.max },
  { name: 'loss', key: 'finalTrainLoss', text: lossText, best: Math.min },
] as const;
const LEGEND =
  'val, train: best accuracy on validation and training images; loss: mean training loss of the last 100 iterations; *: best of its column.';

/**
 * The results as a table, a row for each point of the grid; repeats, which differ in their seed alone, are shown as
 * their mean. The last axis of two or three words is laid across, a group of columns for each word, if another axis
 * is left for the rows. The best figure of each column is marked; a point with a trial that diverged is never ranked.
 */
export function resultsTable(results: readonly Result[], style: TableStyle): string {
  const keys = axisKeys(results);
  const across =
    keys.length > 1 && !differByGroupAlone(results)
      ? keys.findLast(key => holdsFewWords(axisValues(results, key)))
      : undefined;
  const table = drawTable(results, style, across);
  const fits = table.split('\n').every(line => stripVTControlCharacters(line).length <= WIDTH);
  return fits ? table : drawTable(results, style, undefined);
}

interface TableStyle {
  readonly data: DataLabel;
  readonly color: boolean;
}

function drawTable(
  results: readonly Result[],
  { data, color }: TableStyle,
  across: string | undefined,
): string {
  const { bold, dim, green } = picocolors.createColors(color);
  const keys = axisKeys(results);
  const needsGroups = differByGroupAlone(results);
  const words = across === undefined ? [undefined] : axisValues(results, across);
  const leads = [
    ...(needsGroups ? [groupLead] : []),
    ...keys.filter(key => key !== across).map(key => axisLead(results, key)),
  ];

  const rowKey = (result: Result) => JSON.stringify(leads.map(lead => lead.text(result)));
  const rows = [...groupBy(results, rowKey).values()].map(members => ({
    heads: leads.map(lead => lead.text(members[0]!)),
    points: words.map(word =>
      pointOf(members.filter(({ trial }) => across === undefined || trial.axes[across] === word)),
    ),
  }));
  const best = words.map((_, group) =>
    measures.map((measure, index) => {
      const values = rows.flatMap(({ points }) => points[group]!.values?.[index] ?? []);
      return values.length > 1 ? values.reduce((a, b) => measure.best(a, b)) : undefined;
    }),
  );
  const cellsOf = ({ values, status }: Point, group: number): Cell[] =>
    values?.map((value, index) => {
      if (value === null) return '- ';
      const text = measures[index]!.text(value);
      return value === best[group]![index] ? green(`${text}*`) : `${text} `;
    }) ?? [{ text: status, columns: measures.length }];

  const shown =
    rows.length <= MOST_ROWS
      ? rows
      : [...rows].sort((a, b) => rankOf(b.points) - rankOf(a.points)).slice(0, MOST_ROWS);
  const left =
    shown.length < rows.length
      ? [`The ${MOST_ROWS} best of ${rows.length} rows by val; all are in trials.csv.`]
      : [];

  const table = textTable(
    // A blank stands where the figures have their mark.
    [...leads.map(({ name }) => name), ...words.flatMap(() => measures.map(({ name }) => `${name} `))],
    shown.map(({ heads, points }) => [...heads, ...points.flatMap(cellsOf)]),
    {
      color,
      align: [
        ...leads.map(({ align }) => align),
        ...words.flatMap(() => measures.map(() => 'right' as const)),
      ],
      bars: words.map((_, group) => leads.length + group * measures.length).filter(column => column > 0),
      groups:
        across === undefined
          ? undefined
          : [
              ...leads.map(() => ''),
              ...words.map(word => ({ text: String(word), columns: measures.length })),
            ],
    },
  );
  return [
    ...wrap(titleOf(results, data), WIDTH).map(bold),
    table,
    ...wrap([...left, ...meansNote(results), LEGEND].join(' '), WIDTH).map(dim),
  ].join('\n');
}

/** A column that says which point of the grid a row is. */
interface Lead {
  readonly name: string;
  readonly align: 'left' | 'right';
  readonly text: (result: Result) => string;
}

function axisLead(results: readonly Result[], key: string): Lead {
  const values = axisValues(results, key);
  const write = axisText(values);
  return {
    name: key,
    align: values.every(value => typeof value === 'number') ? 'right' : 'left',
    text: ({ trial }) => {
      const value = trial.axes[key];
      return value === undefined ? '' : write(value);
    },
  };
}

const groupLead: Lead = {
  name: 'group',
  align: 'left',
  text: ({ trial }) => trial.groups.map(oneLine).join(', '),
};

/** Two groups may ask for the same axes and seed, and yet for two trials, for their random streams differ. */
function differByGroupAlone(results: readonly Result[]): boolean {
  return new Set(results.map(({ trial }) => JSON.stringify([trial.axes, trial.seed]))).size < results.length;
}

/** A point of the grid: its figures in the order of `measures`, or why there are none. */
interface Point {
  readonly status: string;
  readonly values?: readonly (number | null)[];
}

function pointOf(repeats: readonly Result[]): Point {
  const count = (status: string) => repeats.filter(result => result.status === status).length;
  for (const status of ['diverged', 'failed']) {
    if (count(status) > 0)
      return { status: repeats.length === 1 ? status : `${count(status)} of ${repeats.length} ${status}` };
  }
  if (repeats.length === 0) return { status: '-' };
  const summaries = repeats.map(({ summary }) => summary);
  return {
    status: 'completed',
    values: measures.map(({ key }) =>
      mean(summaries.map(summary => summary[key]).filter(value => value !== null)),
    ),
  };
}

/** The best validation accuracy of a row. */
function rankOf(points: readonly Point[]): number {
  return Math.max(...points.map(({ values }) => values?.[0] ?? -1));
}

/** Three groups of columns fit in a terminal. */
function holdsFewWords(values: readonly SettingValue[]): boolean {
  return values.length >= 2 && values.length <= 3 && values.every(value => typeof value === 'string');
}

function titleOf(results: readonly Result[], data: DataLabel): string {
  const count = (status: string) => results.filter(result => result.status === status).length;
  const broken = ['diverged', 'failed']
    .filter(status => count(status) > 0)
    .map(status => `, ${count(status)} ${status}`);
  return `${results.length} ${results.length === 1 ? 'trial' : 'trials'} on ${data}${broken.join('')}`;
}
