/** Sentences below tables and charts: what is averaged, and what is missing. */
import { cellsOf } from '../analysis/cells.ts';
import { groupBy } from '../analysis/group-by.ts';
import type { Result } from '../analysis/results.ts';
import { counted, listed } from '../analysis/words.ts';
import { type MeasureName, measures } from '../records/measures.ts';

/** Says what a mean is of, and what ± means. */
export function meansNotes(results: readonly Result[]): string[] {
  const sizes = new Set(cellsOf(results).map(cell => cell.results.length));
  const most = Math.max(0, ...sizes);
  if (most < 2) return [];
  return [`Means over ${sizes.size > 1 ? 'up to ' : ''}${most} seeds, with their 95 % t interval.`];
}

/** Counts the trials that lack some of these measures, by what they lack. */
export function missingNotes(results: readonly Result[], names: readonly MeasureName[]): string[] {
  const diverged = results.filter(({ status }) => status === 'diverged');
  const lacking = ({ summary }: Result) =>
    names.filter(name => summary[name] === null).map(name => measures[name].label.toLowerCase());
  const sentences = [...groupBy(diverged, result => JSON.stringify(lacking(result))).values()].map(alike => {
    const labels = lacking(alike[0]!);
    const its = alike.length === 1 ? 'its' : 'their';
    const what =
      labels.length > 0
        ? `${its} ${listed(labels)} ${labels.length > 1 ? 'are' : 'is'} missing`
        : 'what was measured before counts';
    return `${counted(alike.length, 'trial')} diverged: ${what}.`;
  });
  return [...sentences, ...failedNotes(results)];
}

export function failedNotes(results: readonly Result[]): string[] {
  const failed = results.filter(({ status }) => status === 'failed').length;
  return failed === 0
    ? []
    : [`${counted(failed, 'trial')} failed: ${failed === 1 ? 'it has' : 'they have'} no values.`];
}
