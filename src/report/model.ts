/** Tables and charts as data, without colour or width. The terminal and the page render the same models. */
import type { Measure } from '../records/measures.ts';

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
}

export interface Figure {
  readonly text: string;
  /** Whether it is marked as the best of its column. */
  readonly best: boolean;
}

export interface Row {
  /** In the order of the table's `names`. */
  readonly names: readonly string[];
  /** For each group its figures in the order of `figures`, or a word in place of all of them: `failed`. */
  readonly groups: readonly (readonly Figure[] | string)[];
}

export interface Table {
  readonly title: string;
  /** The columns that name a row. */
  readonly names: readonly Column[];
  /** The columns of figures, which every group repeats. */
  readonly figures: readonly Column[];
  /** Titles of the groups of columns that stand side by side; one without a title if figures are not grouped. */
  readonly groups: readonly (string | undefined)[];
  readonly rows: readonly Row[];
  /** Sentences below it. */
  readonly notes: readonly string[];
}

/** A y that is not finite breaks the line. An x that is not, or that a log axis cannot show, leaves the point out. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** The band around y, for example a confidence interval. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Shown, and never called the best: a trial of the cell failed or blew up. */
  readonly unranked?: true | undefined;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** The x of each trial that diverged. */
  readonly diverged?: readonly number[];
  /** Noisy points averaged by epoch, each mean at the middle of its epoch. */
  readonly means?: readonly Point[];
}

/** The value of a place on the horizontal axis: the place of 0 is below all others. */
export const xValue = ({ zeroAt }: Pick<Chart, 'zeroAt'>, x: number): number => (x === zeroAt ? 0 : x);

/** Whether an x is neither that of 0 nor in the gap, a power of ten wide, between 0 and the least value. */
export const isPastZero = (
  { zeroAt = Number.NEGATIVE_INFINITY }: Pick<Chart, 'zeroAt'>,
  x: number,
): boolean => x > 5 * zeroAt;

/** A value that theory predicts, drawn across the chart. */
export interface TheoryLine {
  /** The axis on which `at` lies. */
  readonly axis: 'x' | 'y';
  readonly at: number;
  readonly label: string;
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly x: 'linear' | 'log';
  /** On a logarithmic axis, the x at which the value 0 is drawn, apart from the others. */
  readonly zeroAt?: number | undefined;
  readonly series: readonly Series[];
  /** Unit of y. */
  readonly unit?: Measure['unit'] | undefined;
  readonly lines?: readonly TheoryLine[];
  /** [low, high]: values outside are drawn at the edge, and counted below the chart. */
  readonly clamp?: readonly [number, number] | undefined;
  /** Sentences below it. */
  readonly notes?: readonly string[];
}
