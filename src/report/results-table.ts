import picocolors from 'picocolors';
import { axisKeys, axisValues, type DataLabel, groupBy, type Result } from './result.ts';
import { mean, summarize } from './summary.ts';
import { type Cell, textTable } from './table.ts';
import { accuracyText, axisText, lossText, wrap } from './text.ts';

const WIDTH = 80;

const measures = [
  { name: 'val', key: 'bestValAccuracy', text: accuracyText, best: Math.max },
  { name: 'train', key: 'bestTrainAccuracy', text: accuracyText, best: Math.max },
  { name: 'loss', key: 'finalTrainLoss', text: lossText, best: Math.min },
] as const;
const LEGEND =
  'val, train: best accuracy on validation and training images. loss: mean training loss of the last 100 iterations. * is the best of its column.';

/** More groups of columns do not fit in a terminal. */
const MOST_GROUPS = 3;

/**
 * The results as a table, a row for each point of the grid; repeats, which differ in their seed alone, are shown as their mean.
 * The last axis that holds two or three words is laid across, a group of columns for each word, if another axis is left for the rows.
 */
export function resultsTable(
  results: readonly Result[],
  { data, color }: { readonly data: DataLabel; readonly color: boolean },
): string {
  const { bold, dim, green } = picocolors.createColors(color);
  const keys = axisKeys(results);
  const across = keys.length > 1 ? keys.findLast(key => holdsFewWords(results, key)) : undefined;
  const groups = across === undefined ? [undefined] : axisValues(results, across);
  const axes = keys
    .filter(key => key !== across)
    .map(key => ({ key, values: axisValues(results, key), text: axisText(axisValues(results, key)) }));

  const rows = [
    ...groupBy(results, ({ trial }) => JSON.stringify(axes.map(({ key }) => trial.axes[key]))).values(),
  ].map(members => ({
    heads: axes.map(({ key, text }) => text(members[0]!.trial.axes[key]!)),
    figures: groups.map(group =>
      figuresOf(members.filter(({ trial }) => across === undefined || trial.axes[across] === group)),
    ),
  }));
  const best = groups.map((_, group) =>
    measures.map((measure, index) => {
      const values = rows.flatMap(({ figures }) => figures[group]!.values?.[index] ?? []);
      return values.length > 1 ? measure.best(...values) : undefined;
    }),
  );
  const body = rows.map(({ heads, figures }) => [
    ...heads,
    ...figures.flatMap(({ values, status }, group): Cell[] =>
      values
        ? values.map((value, index) => {
            if (value === null) return '- ';
            const text = measures[index]!.text(value);
            return value === best[group]![index] ? green(`${text}*`) : `${text} `;
          })
        : [{ text: status, columns: measures.length }],
    ),
  ]);
  const table = textTable(
    [...axes.map(({ key }) => key), ...groups.flatMap(() => measures.map(({ name }) => `${name} `))],
    body,
    {
      color,
      align: [
        ...axes.map(
          ({ values }) =>
            (values.every(value => typeof value === 'number') ? 'right' : 'left') as 'left' | 'right',
        ),
        ...groups.flatMap(() => measures.map(() => 'right' as const)),
      ],
      bars: groups.map((_, group) => axes.length + group * measures.length).filter(column => column > 0),
      ...(across !== undefined && {
        groups: [
          ...axes.map(() => ''),
          ...groups.map(group => ({ text: String(group), columns: measures.length })),
        ],
      }),
    },
  );
  return [...wrap(titleOf(results, data), WIDTH).map(bold), table, ...wrap(LEGEND, WIDTH).map(dim)].join(
    '\n',
  );
}

/** An axis of two or three words, such as normalization: few enough to stand side by side. */
function holdsFewWords(results: readonly Result[], key: string): boolean {
  const values = axisValues(results, key);
  return (
    values.length > 1 && values.length <= MOST_GROUPS && values.every(value => typeof value === 'string')
  );
}

/** The measures of one cell, as means over its repeats; or, where a trial did not complete, its status in their place. */
function figuresOf(members: readonly Result[]): { values?: readonly (number | null)[]; status: string } {
  const unfinished = members.find(({ record }) => record.status !== 'completed');
  if (unfinished) return { status: unfinished.record.status };
  if (members.length === 0) return { status: '' };
  const summaries = members.map(({ record }) => summarize(record));
  return {
    values: measures.map(({ key }) => mean(summaries.flatMap(summary => summary[key] ?? []))),
    status: '',
  };
}

function titleOf(results: readonly Result[], data: DataLabel): string {
  const seeds = new Set(results.map(({ trial }) => trial.seed)).size;
  const trials = `${results.length} ${results.length === 1 ? 'trial' : 'trials'}`;
  return `${trials} on ${data} images${seeds > 1 ? `, means of ${seeds} seeds` : ''}`;
}
