/** Which axes name the rows of a table, and which one is laid across. */
import { groupBy } from '../analysis/group-by.ts';
import { axisKeys, axisValues, type Result } from '../analysis/results.ts';
import { axisText } from '../analysis/words.ts';
import type { SettingValue } from '../config/schema.ts';
import type { Column } from './model.ts';
import { oneLine } from './text.ts';

/** A column that tells the rows apart. */
export interface Lead {
  readonly column: Column;
  /** Rows are the results that agree in the keys of all leads. */
  readonly key: (result: Result) => unknown;
  readonly text: (result: Result) => string;
}

/** All axes but the one laid across, and the group where it alone tells two trials apart. */
export function leadsOf(results: readonly Result[], across: string | undefined): Lead[] {
  const keys = axisKeys(results).filter(key => key !== across);
  return [...(differByGroupAlone(results) ? [groupLead] : []), ...keys.map(key => axisLead(results, key))];
}

/** The results of each row, in plan order. */
export function rowsOf(results: readonly Result[], leads: readonly Lead[]): Result[][] {
  return [...groupBy(results, result => JSON.stringify(leads.map(({ key }) => key(result)))).values()];
}

/** The last axis of two or three words, if another axis is left for the rows and every row has all of the words. */
export function axisAcross(results: readonly Result[]): string | undefined {
  const keys = axisKeys(results);
  const across = keys.findLast(key => isFewWords(axisValues(results, key)));
  if (across === undefined || keys.length < 2 || differByGroupAlone(results)) return undefined;
  const words = axisValues(results, across).length;
  const isFull = rowsOf(results, leadsOf(results, across)).every(
    row => axisValues(row, across).length === words && row.every(({ trial }) => across in trial.axes),
  );
  return isFull ? across : undefined;
}

function axisLead(results: readonly Result[], key: string): Lead {
  const values = axisValues(results, key);
  const write = axisText(values);
  return {
    column: { head: key, align: values.every(value => typeof value === 'number') ? 'right' : 'left' },
    key: ({ trial }) => trial.axes[key],
    text: ({ trial }) => {
      const value = trial.axes[key];
      return value === undefined ? '' : write(value);
    },
  };
}

const groupLead: Lead = {
  column: { head: 'group', align: 'left' },
  key: ({ trial }) => trial.groups,
  text: ({ trial }) => trial.groups.map(oneLine).join(', '),
};

/** Two groups may ask for the same axes and seed, and mean two trials whose random streams differ. */
function differByGroupAlone(results: readonly Result[]): boolean {
  return new Set(results.map(({ trial }) => JSON.stringify([trial.axes, trial.seed]))).size < results.length;
}

const isFewWords = (values: readonly SettingValue[]): boolean =>
  values.length >= 2 && values.length <= 3 && values.every(value => typeof value === 'string');
