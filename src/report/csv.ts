/**
 * The CSV files of a run, as lines that end in a newline, in plan order. Lines are made on demand, so that no long
 * history becomes one string. Numbers are written so that they read back exactly. Cells are numbers, words of the
 * schema and lists such as `50x50`: none needs quotes.
 */
import { axisKeys, type Result } from '../analysis/results.ts';
import { valueText } from '../plan/trial.ts';
import { measureNames } from '../records/measures.ts';
import { rowsOf } from '../records/record.ts';
import { type SeriesInfo, seriesBy } from '../records/series.ts';

/** trial, axes, seed, status, iterations and every measure of each trial; an empty cell where it has none. */
export function* trialsCsv(results: readonly Result[]): Generator<string> {
  const keys = axisKeys(results);
  const columns = ['iterations', ...measureNames] as const;
  yield line([...identityHead(keys), 'status', ...columns]);
  for (const result of results) {
    const { status, summary } = result;
    yield line([...identity(result, keys), status, ...columns.map(column => summary[column])]);
  }
}

/** trial, axes, seed, iteration (from 1) and the training loss. */
export const lossesCsv = (results: readonly Result[]): Generator<string> => historyCsv(results, 'iteration');

/** trial, axes, seed, epoch (0 is after the first iteration) and both accuracies. */
export const accuraciesCsv = (results: readonly Result[]): Generator<string> => historyCsv(results, 'epoch');

/** A row for each x, with all series that are measured there. */
function* historyCsv(results: readonly Result[], by: SeriesInfo['by']): Generator<string> {
  const keys = axisKeys(results);
  const names = seriesBy(by);
  yield line([...identityHead(keys), by, ...names]);
  for (const result of results) {
    const start = identity(result, keys).join(',');
    for (const row of rowsOf(result.record(), by)) yield line([start, ...row]);
  }
}

type Cell = string | number | null | undefined;

const identityHead = (keys: readonly string[]): string[] => ['trial', ...keys, 'seed'];

function identity({ trial: { index, axes, seed } }: Result, keys: readonly string[]): Cell[] {
  const values = keys.map(key => axes[key]);
  return [index, ...values.map(value => (value === undefined ? value : valueText(value))), seed];
}

/** `join` writes null and undefined as empty cells. */
const line = (row: readonly Cell[]): string => `${row.join(',')}\n`;
