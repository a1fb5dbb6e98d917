/** The results of a run as a table. */
import { type Cell, cellOf, cellsOf, type Estimate, estimate } from '../analysis/cells.ts';
import { groupBy } from '../analysis/group-by.ts';
import { axisKeys, axisValues, type DataLabel, type Result } from '../analysis/results.ts';
import { captionOf, shownMeasures } from '../analysis/shown-measures.ts';
import type { SettingValue } from '../config/schema.ts';
import { type MeasureName, measures } from '../records/measures.ts';
import type { Column, Figure, Row, Table } from './model.ts';
import { meansNotes, missingNotes } from './notes.ts';
import { axisText, figureText, oneLine } from './text.ts';

/** A longer table shows its best rows only: nobody reads thousands of lines, and the CSV files have them all. */
const MAX_ROWS = 50;

/**
 * A row for each cell. The last axis of two or three words is laid across, a group of columns for each word, if
 * another axis is left to name the rows and the grid is full. The best figure of each column is marked, among cells
 * whose trials all completed.
 */
export function resultsTable(results: readonly Result[], data: DataLabel): Table {
  const names = shownMeasures(results);
  const across = axisAcross(results);
  const words = across === undefined ? [undefined] : axisValues(results, across);
  const leads = leadsOf(results, across);
  const grid = [...groupBy(results, rowKey(leads)).values()].map(members => ({
    names: leads.map(lead => lead.text(members[0]!)),
    cells: words.map(word =>
      cellAmong(members.filter(({ trial }) => across === undefined || trial.axes[across] === word)),
    ),
  }));
  const best = words.map((_, group) =>
    names.map(name =>
      bestOf(
        grid.map(({ cells }) => cells[group]),
        name,
      ),
    ),
  );
  const shown =
    grid.length <= MAX_ROWS
      ? grid
      : grid.toSorted((a, b) => rankOf(b.cells) - rankOf(a.cells)).slice(0, MAX_ROWS);
  const rows: Row[] = shown.map(({ names: texts, cells }) => ({
    names: texts,
    groups: cells.map((cell, group) => cell && figuresOf(cell, names, best[group]!)),
  }));
  return {
    title: `Results (${data})`,
    names: leads,
    figures: names.map(name => ({ head: measures[name].short, align: 'right' })),
    groups: words.map(word => (word === undefined ? undefined : String(word))),
    rows,
    notes: [
      ...(shown.length < grid.length
        ? [
            `The ${MAX_ROWS} best of ${grid.length} rows by ${measures[RANKED_BY].short}; trials.csv has them all.`,
          ]
        : []),
      ...meansNotes(results),
      ...missingNotes(results, names),
      legend(names, results),
    ],
  };
}

function legend(names: readonly MeasureName[], results: readonly Result[]): string {
  const captions = names.map(name => `${measures[name].short}: ${captionOf(name, results)}`);
  return `${[...captions, '*: the best of its column'].join('; ')}.`;
}

/** A column that says which cell of the grid a row is. */
interface Lead extends Column {
  readonly key: (result: Result) => unknown;
  readonly text: (result: Result) => string;
}

function leadsOf(results: readonly Result[], across: string | undefined): Lead[] {
  const keys = axisKeys(results).filter(key => key !== across);
  return [...(differByGroupAlone(results) ? [groupLead] : []), ...keys.map(key => axisLead(results, key))];
}

function axisLead(results: readonly Result[], key: string): Lead {
  const values = axisValues(results, key);
  const write = axisText(values);
  return {
    head: key,
    align: values.every(value => typeof value === 'number') ? 'right' : 'left',
    key: ({ trial }) => trial.axes[key],
    text: ({ trial }) => {
      const value = trial.axes[key];
      return value === undefined ? '' : write(value);
    },
  };
}

const groupLead: Lead = {
  head: 'group',
  align: 'left',
  key: ({ trial }) => trial.groups,
  text: ({ trial }) => trial.groups.map(oneLine).join(', '),
};

const rowKey = (leads: readonly Lead[]) => (result: Result) =>
  JSON.stringify(leads.map(({ key }) => key(result)));

/** Two groups may ask for the same axes and seed, and mean two trials whose random streams differ. */
function differByGroupAlone(results: readonly Result[]): boolean {
  return new Set(results.map(({ trial }) => JSON.stringify([trial.axes, trial.seed]))).size < results.length;
}

function axisAcross(results: readonly Result[]): string | undefined {
  const keys = axisKeys(results);
  const across = keys.findLast(key => isFewWords(axisValues(results, key)));
  if (across === undefined || keys.length < 2 || differByGroupAlone(results)) return undefined;
  const rows = groupBy(results, rowKey(leadsOf(results, across))).size;
  return rows * axisValues(results, across).length === cellsOf(results).length ? across : undefined;
}

const isFewWords = (values: readonly SettingValue[]): boolean =>
  values.length >= 2 && values.length <= 3 && values.every(value => typeof value === 'string');

const cellAmong = (results: readonly Result[]): Cell | undefined =>
  results.length > 0 ? cellOf(results) : undefined;

/** The best mean of a column; undefined unless there are two to choose from. */
function bestOf(cells: readonly (Cell | undefined)[], name: MeasureName): number | undefined {
  const means = cells.flatMap(cell => (cell?.ranked ? (estimate(cell, name).mean ?? []) : []));
  const better = measures[name].better === 'higher' ? Math.max : Math.min;
  return means.length > 1 ? means.reduce((a, b) => better(a, b)) : undefined;
}

function figuresOf(
  cell: Cell,
  names: readonly MeasureName[],
  best: readonly (number | undefined)[],
): Figure[] | string {
  const { counts, ranked, results } = cell;
  if (counts.failed === results.length) return 'failed';
  return names.map((name, index) => {
    const found = estimate(cell, name);
    return {
      text: textOf(found, name, counts.diverged > 0),
      best: ranked && found.mean !== null && found.mean === best[index],
    };
  });
}

function textOf({ mean }: Estimate, name: MeasureName, diverged: boolean): string {
  const { unit, window } = measures[name];
  if (mean !== null) return figureText[unit](mean);
  return diverged && window ? 'diverged' : '-';
}

const RANKED_BY: MeasureName = 'bestValAccuracy';

/** The best figure of a row's ranked cells. */
const rankOf = (cells: readonly (Cell | undefined)[]): number =>
  Math.max(...cells.map(cell => (cell?.ranked ? (estimate(cell, RANKED_BY).mean ?? -1) : -1)));
