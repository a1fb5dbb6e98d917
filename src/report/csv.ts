/**
 * The CSV files of a run, as lines that end in a newline, in plan order. Lines are made on demand, so that no long
 * history becomes one string. Numbers are written so that they read back exactly. Cells are numbers, words of the
 * schema and lists such as `50x50`, which need no quotes; only the names of groups may, which are the user's own words.
 */
import { cellsOf, estimate } from '../analysis/cells.ts';
import { axisKeys, type Result } from '../analysis/results.ts';
import type { SettingValue } from '../config/schema.ts';
import { valueText } from '../plan/trial.ts';
import { diagnosticNames } from '../records/diagnostics.ts';
import { measureNames } from '../records/measures.ts';
import { rowsOf } from '../records/record.ts';
import { type SeriesInfo, seriesBy } from '../records/series.ts';
import { oneLine } from './text.ts';

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
    const start = joined(identity(result, keys));
    for (const row of rowsOf(result.record(), by)) yield line([start, ...row]);
  }
}

/**
 * A row for each cell: its number, axes, groups, n, the trials of each outcome, and of every measure the mean, the standard deviation, the
 * 95 % t interval and the number of trials that have it; empty where there is none.
 *
 * @param nameText writes the names of a cell's groups
 */
export function* summaryCsv(results: readonly Result[], nameText = safeName): Generator<string> {
  const keys = axisKeys(results);
  const columns = measureNames.flatMap(name => ['Mean', 'Sd', 'Low', 'High', 'N'].map(part => name + part));
  yield line(['cell', ...keys, 'groups', 'n', 'completed', 'diverged', 'failed', ...columns]);
  for (const [index, cell] of cellsOf(results).entries()) {
    const { results: replicates, counts } = cell;
    const { axes, groups } = replicates[0]!.trial;
    const figures = measureNames.flatMap(name => {
      const { mean, sd, low, high, n } = estimate(cell, name);
      return [mean, sd, low, high, n];
    });
    const values = keys.map(key => axisCell(axes[key]));
    const outcomes = [counts.completed, counts.diverged, counts.failed];
    yield line([
      index,
      ...values,
      quoted(nameText(groups.join(' '))),
      replicates.length,
      ...outcomes,
      ...figures,
    ]);
  }
}

/** A name without control characters; the apostrophe keeps a spreadsheet from computing what looks like a formula. */
function safeName(name: string): string {
  const text = oneLine(name);
  return /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Lines of a CSV file as 0.2.0 wrote them: numbers below 1e21 had no exponent. */
export function* linesOf020(lines: Iterable<string>): Generator<string> {
  const written = /(?<=^|,)-?\d(?:\.\d+)?e\+(?:1[5-9]|20)(?=,|\n)/g;
  for (const each of lines) yield each.replace(written, number => String(Number(number)));
}

/**
 * trial, axes, seed, iteration, epoch, layer (from 1) and every figure of the layer, with an empty cell for a missing figure.
 * Has no lines if no trial has diagnostics.
 */
export function* diagnosticsCsv(results: readonly Result[]): Generator<string> {
  const diagnosed = results.filter(({ trial }) => trial.settings.diagnostics);
  if (diagnosed.length === 0) return;
  const keys = axisKeys(results);
  yield line([...identityHead(keys), 'iteration', 'epoch', 'layer', ...diagnosticNames]);
  for (const result of diagnosed) {
    const start = joined(identity(result, keys));
    for (const { iteration, epoch, layers } of result.record().diagnostics ?? [])
      for (const figures of layers)
        yield line([start, iteration, epoch, figures.layer, ...diagnosticNames.map(name => figures[name])]);
  }
}

type Cell = string | number | null | undefined;

const identityHead = (keys: readonly string[]): string[] => ['trial', ...keys, 'seed'];

function identity({ trial: { index, axes, seed } }: Result, keys: readonly string[]): Cell[] {
  return [index, ...keys.map(key => axisCell(axes[key])), seed];
}

const axisCell = (value: SettingValue | undefined): Cell =>
  value === undefined || typeof value === 'number' ? value : valueText(value);

/** Numbers from here on are not all integers of a float64, and have an exponent: pandas reads twenty digits as text. */
const LARGE = 2 ** 53;

/** A number with as many digits as it takes to read it back exactly. */
export const numberCell = (value: number): string =>
  Math.abs(value) >= LARGE ? value.toExponential() : String(value);

/** Cells as text; null and undefined are empty. */
const joined = (row: readonly Cell[]): string =>
  row.map(cell => (typeof cell === 'number' ? numberCell(cell) : cell)).join(',');

const line = (row: readonly Cell[]): string => `${joined(row)}\n`;
