/**
 * The CSV files of a run, as lines that end in a newline, in plan order. Lines are made on demand, so that no long
 * history becomes one string. Numbers are written so that they read back exactly. Cells are numbers, words of the
 * schema and lists such as `50x50`: none needs quotes.
 */
import { axisKeys, type Result } from '../analysis/results.ts';
import { valueText } from '../plan/trial.ts';
import { diagnosticNames } from '../records/diagnostics.ts';
import { measureNames } from '../records/measures.ts';
import { pointsOf } from '../records/record.ts';
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
    const record = result.record();
    const [first = [], ...others] = names.map(name => pointsOf(record, name));
    for (const [index, { x, y }] of first.entries())
      yield line([start, x, y, ...others.map(points => points[index]!.y)]);
  }
}

/**
 * trial, axes, seed, iteration, epoch, layer (from 1) and every figure of the layer, an empty cell where it has none. Without
 * any line if no trial has diagnostics.
 */
export function* diagnosticsCsv(results: readonly Result[]): Generator<string> {
  const diagnosed = results.filter(({ trial }) => trial.settings.diagnostics);
  if (diagnosed.length === 0) return;
  const keys = axisKeys(results);
  yield line([...identityHead(keys), 'iteration', 'epoch', 'layer', ...diagnosticNames]);
  for (const result of diagnosed) {
    const start = identity(result, keys).join(',');
    for (const { iteration, epoch, layers } of result.record().diagnostics ?? [])
      for (const figures of layers)
        yield line([start, iteration, epoch, figures.layer, ...diagnosticNames.map(name => figures[name])]);
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
