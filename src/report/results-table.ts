/** The results of a run as a table. */
import { type Cell, cellOf, estimate, isTie } from '../analysis/cells.ts';
import { axisValues, type DataLabel, type Result } from '../analysis/results.ts';
import { captionOf, shownMeasures } from '../analysis/shown-measures.ts';
import { estimateText, wordText } from '../analysis/words.ts';
import { type MeasureName, measures } from '../records/measures.ts';
import type { Row, Table } from './model.ts';
import { meansNotes, missingNotes } from './notes.ts';
import { axisAcross, leadsOf, rowsOf } from './row-names.ts';

/** A longer table shows only its best rows; the CSV files have all. */
const MAX_ROWS = 50;
const RANKED_BY: MeasureName = 'bestValAccuracy';

/**
 * A row for each cell, or a group of columns for each word of the axis laid across. The best figure of each column is
 * marked, among cells whose trials all completed.
 */
export function resultsTable(results: readonly Result[], data: DataLabel): Table {
  const names = shownMeasures(results);
  const across = axisAcross(results);
  const words = across === undefined ? [undefined] : axisValues(results, across);
  const leads = leadsOf(results, across);
  const all = rowsOf(results, leads).map(members => ({
    names: leads.map(lead => lead.text(members[0]!)),
    cells: words.map(word =>
      cellOf(members.filter(({ trial }) => across === undefined || trial.axes[across] === word)),
    ),
  }));
  const rows = all.length <= MAX_ROWS ? all : all.toSorted((a, b) => rankOf(b.cells) - rankOf(a.cells));
  const writers = words.map((_, group) =>
    figureWriter(
      all.map(({ cells }) => cells[group]!),
      names,
    ),
  );
  return {
    title: `Results (${data})`,
    names: leads.map(({ column }) => column),
    figures: names.map(name => ({ head: measures[name].short, align: 'right' })),
    groups: words.map(word =>
      word === undefined || across === undefined ? undefined : wordText(across, String(word)),
    ),
    rows: rows
      .slice(0, MAX_ROWS)
      .map(row => ({ names: row.names, groups: row.cells.map((cell, group) => writers[group]!(cell)) })),
    notes: [
      ...leftOut(all.length),
      ...meansNotes(results),
      ...missingNotes(results, names),
      legend(names, results),
    ],
  };
}

/** Writes the cells of one group of columns. */
function figureWriter(
  column: readonly Cell[],
  names: readonly MeasureName[],
): (cell: Cell) => Row['groups'][number] {
  const best = names.map(name => bestOf(column, name));
  const replicates = Math.max(...column.map(({ results }) => results.length));
  return cell => {
    if (cell.counts.failed === cell.results.length) return 'failed';
    return names.map((name, index) => {
      const { mean, n, ...ends } = estimate(cell, name);
      const { window } = measures[name];
      if (mean !== null) {
        const count = n === replicates ? '' : ` (n ${n})`;
        const text = `${estimateText(name, { mean, ...ends }).replace('± ', '±')}${count}`;
        return { text, best: cell.ranked && best[index] !== undefined && isTie(mean, best[index]) };
      }
      return { text: window && cell.counts.diverged > 0 ? 'diverged' : '-', best: false };
    });
  };
}

/** The best mean of a column; undefined if there is nothing to choose from, or all tie. */
function bestOf(cells: readonly Cell[], name: MeasureName): number | undefined {
  const means = cells.filter(({ ranked }) => ranked).flatMap(cell => estimate(cell, name).mean ?? []);
  const better = measures[name].better === 'higher' ? Math.max : Math.min;
  if (cells.length < 2 || means.length === 0) return undefined;
  const best = means.reduce((a, b) => better(a, b));
  const allTie = means.length > 1 && means.every(mean => isTie(mean, best));
  return allTie ? undefined : best;
}

/** The best figure of a row's ranked cells. */
const rankOf = (cells: readonly Cell[]): number =>
  Math.max(...cells.map(cell => (cell.ranked ? (estimate(cell, RANKED_BY).mean ?? -1) : -1)));

const leftOut = (rows: number): string[] =>
  rows <= MAX_ROWS
    ? []
    : [`The ${MAX_ROWS} best of ${rows} rows by ${measures[RANKED_BY].short}; trials.csv has them all.`];

function legend(names: readonly MeasureName[], results: readonly Result[]): string {
  const captions = names.map(name => `${measures[name].short}: ${captionOf(name, results)}`);
  return `${[...captions, '*: the best of its column'].join('; ')}.`;
}
