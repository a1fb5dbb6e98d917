/** Shared parts of the answers to the notebook's questions. */
import { type Cell, cellsOf, estimate } from '../../analysis/cells.ts';
import type { ComparedCell } from '../../analysis/compared-cell.ts';
import { type Comparison, compareBy } from '../../analysis/comparison.ts';
import { obstacleText, verdictText } from '../../analysis/comparison-report.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { axisValues, type DataLabel, type Result } from '../../analysis/results.ts';
import { matches, type Where } from '../../analysis/where.ts';
import { estimateText, listed } from '../../analysis/words.ts';
import type { Normalization } from '../../config/schema.ts';
import type { MeasureName } from '../../records/measures.ts';
import type { Column, Figure, Table } from '../model.ts';

/** The results of the experiments of a question, by the name of the experiment. */
export type Runs = Readonly<Record<string, readonly Result[]>>;

export interface Answer {
  readonly question: string;
  /** What the runs show, in words chosen from the figures; the first sentence is the answer. */
  readonly finding: readonly string[];
  /** The theory that the tables put to the test. */
  readonly why: readonly string[];
  /** The measured reasons. */
  readonly tables: readonly Table[];
}

export interface Context {
  readonly data: DataLabel;
}

/** The cells of a run whose settings have these values. */
export const cellsWith = (results: readonly Result[], where: Where): Cell[] =>
  cellsOf(results).filter(cell => matches(cell, where));

/** What nets are compared by: training accuracy, which shows how well they train. */
export type TrainingMeasure = Extract<MeasureName, 'bestTrainAccuracy' | 'lastTrainAccuracy'>;

/** The nets of a run against the plain one; undefined if there is none to compare with. */
export function againstPlain(
  results: readonly Result[],
  measure: TrainingMeasure,
  nets: readonly Normalization[],
): Comparison | undefined {
  const compared = results.filter(({ trial }) => ['none', ...nets].includes(trial.settings.normalization));
  if (axisValues(compared, 'normalization').length < 2) return undefined;
  const baseline = { normalization: 'none' } as const;
  if (!compared.some(({ trial }) => trial.settings.normalization === 'none')) return undefined;
  return compareBy(compared, { by: 'normalization', baseline, measure, stream: 'paired' });
}

/** `better at 8 and 16, worse at 1, not compared at 2 (layer norm is at chance)`. */
export function verdictsText(
  comparison: Comparison,
  cells: readonly ComparedCell[],
  placeOf: (cell: ComparedCell) => string,
): string {
  const groups = groupBy(cells, cell =>
    cell.obstacle ? `not compared (${obstacleText(cell, comparison)})` : verdictText(cell, comparison),
  );
  return [...groups].map(([verdict, these]) => `${verdict} at ${listed(these.map(placeOf))}`).join(', ');
}

/** The mean of a cell as `.312 ± .004`, where ± is half the 95 % t interval over the seeds. */
export const cellText = (cell: Cell | undefined, measure: MeasureName): string =>
  cell ? estimateText(measure, estimate(cell, measure)) : '-';

/** A table of texts. The first column names the rows. */
export function tableOf(
  title: string,
  [lead, ...heads]: readonly string[],
  rows: readonly (readonly string[])[],
  notes: readonly string[] = [],
): Table {
  const column = (head: string): Column => ({ head, align: 'right' });
  return {
    ...{ title, notes, groups: [undefined] },
    names: [{ head: lead!, align: 'left' }],
    figures: heads.map(column),
    rows: rows.map(([name, ...texts]) => ({
      names: [name!],
      groups: [texts.map((text): Figure => ({ text, best: false }))],
    })),
  };
}
