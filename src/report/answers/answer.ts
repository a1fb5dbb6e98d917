/** Shared parts of the answers to the notebook's questions. */
import { type Cell, cellsOf, estimate } from '../../analysis/cells.ts';
import { comparePairs } from '../../analysis/paired.ts';
import { pairUp } from '../../analysis/pairing.ts';
import type { DataLabel, Result } from '../../analysis/results.ts';
import type { MeanInterval } from '../../analysis/statistics.ts';
import { matches, type Where } from '../../analysis/where.ts';
import { fractionText } from '../../analysis/words.ts';
import type { MeasureName } from '../../records/measures.ts';
import type { Column, Figure, Table } from '../model.ts';

/** The results of the experiments of a question, by the name of the experiment. */
export type Runs = Readonly<Record<string, readonly Result[]>>;

export interface Answer {
  readonly question: string;
  /** The measured reasons. */
  readonly tables: readonly Table[];
  /** What the runs show, in words chosen from the figures. */
  readonly finding: readonly string[];
}

export interface Context {
  readonly data: DataLabel;
}

/** The cells of a run whose settings have these values. */
export const cellsWith = (results: readonly Result[], where: Where): Cell[] =>
  cellsOf(results).filter(cell => matches(cell, where));

/** The best training accuracy of one cell less that of another, over the seeds that both have; without any, the mean is NaN. */
export function differenceOf(one: Cell | undefined, other: Cell | undefined): MeanInterval {
  const { a, b } = one && other ? pairUp(other, one, 'bestTrainAccuracy') : { a: [], b: [] };
  return comparePairs(a, b).difference;
}

/** A mean as `.312 ± .004`, where ± is half the 95 % t interval over the seeds. */
export function estimateText(cell: Cell | undefined, measure: MeasureName): string {
  if (!cell) return '-';
  const { mean, low } = estimate(cell, measure);
  if (mean === null) return '-';
  return low === null ? fractionText(mean) : `${fractionText(mean)} ± ${fractionText(mean - low)}`;
}

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
