/**
 * The CSV files of a run, as lines that end in a newline, in the order of the plan. Lines are made when they are asked for,
 * so that no long history is ever one string. Numbers are written so that they read back exactly.
 */
import { measureNames, type SettingValue } from '../config/schema.ts';
import { valueText } from '../plan/trial.ts';
import { axisKeys, type Result } from './result.ts';
import type { Summary } from './summary.ts';

const summaryColumns = ['iterations', ...measureNames] as const satisfies readonly (keyof Summary)[];

/** trial, axes, seed, status and the summary of each trial; an empty cell where there is none. */
export function* trialsCsv(results: readonly Result[]): Generator<string> {
  const keys = axisKeys(results);
  yield line([...identityHead(keys), 'status', ...summaryColumns]);
  for (const result of results) {
    const { summary } = result;
    yield line([...identity(result, keys), result.status, ...summaryColumns.map(column => summary[column])]);
  }
}

/** trial, axes, seed, iteration (from 1) and training loss. */
export function* lossesCsv(results: readonly Result[]): Generator<string> {
  const keys = axisKeys(results);
  yield line([...identityHead(keys), 'iteration', 'loss']);
  for (const result of results) {
    const start = cells(identity(result, keys));
    for (const [index, loss] of result.record().losses.entries()) yield `${start},${index + 1},${loss}\n`;
  }
}

/** trial, axes, seed, epoch (0 is after the first iteration) and both accuracies. */
export function* accuraciesCsv(results: readonly Result[]): Generator<string> {
  const keys = axisKeys(results);
  yield line([...identityHead(keys), 'epoch', 'trainAccuracy', 'valAccuracy']);
  for (const result of results) {
    const start = identity(result, keys);
    for (const { epoch, trainAccuracy, valAccuracy } of result.record().accuracies) {
      yield line([...start, epoch, trainAccuracy, valAccuracy]);
    }
  }
}

type Cell = string | number | null;

function identityHead(keys: readonly string[]): Cell[] {
  return ['trial', ...keys, 'seed'];
}

function identity({ trial }: Result, keys: readonly string[]): Cell[] {
  return [trial.index, ...keys.map(key => axisCell(trial.axes[key])), trial.seed];
}

function axisCell(value: SettingValue | undefined): Cell {
  if (value === undefined) return null;
  return typeof value === 'number' ? value : valueText(value);
}

function line(row: readonly Cell[]): string {
  return `${cells(row)}\n`;
}

function cells(row: readonly Cell[]): string {
  return row.map(cell => (typeof cell === 'string' ? textCell(cell) : String(cell ?? ''))).join(',');
}

/** Quoted as RFC 4180 says; an apostrophe keeps a spreadsheet from taking text for a formula. */
function textCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
