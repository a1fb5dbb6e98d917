/** Shared parts of the answers to the notebook's questions. */
import { type Cell, cellsOf, estimate } from '../../analysis/cells.ts';
import type { DataLabel, Result } from '../../analysis/results.ts';
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
export const cellsWith = (results: readonly Result[], wanted: Readonly<Record<string, unknown>>): Cell[] =>
  cellsOf(
    results.filter(({ trial: { settings } }) =>
      Object.entries(wanted).every(
        ([key, value]) => JSON.stringify(settings[key as keyof typeof settings]) === JSON.stringify(value),
      ),
    ),
  );

/** A mean as `.312 ± .004`, where ± is half the 95 % t interval over the seeds. */
export function estimateText(cell: Cell | undefined, measure: MeasureName): string {
  if (!cell) return '-';
  const { mean, low } = estimate(cell, measure);
  if (mean === null) return '-';
  const short = (value: number) => value.toFixed(3).replace(/^(-?)0\./, '$1.');
  return low === null ? short(mean) : `${short(mean)} ± ${short(mean - low)}`;
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

/** A size in three digits, as a power of ten if it is small or large. */
export function sizeText(value: number | null): string {
  if (value === null) return '-';
  const plain = value === 0 || (Math.abs(value) >= 0.01 && Math.abs(value) < 1000);
  return plain ? String(Number(value.toPrecision(3))) : value.toExponential(1).replace('e+', 'e');
}
