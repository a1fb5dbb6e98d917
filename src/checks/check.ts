/** What a numeric check is, and how its figures are judged. */

/** By quantity: a number, or one number per feature or per row. */
export type Measured = Readonly<Record<string, number | readonly number[]>>;

/** The greatest value that passes; or a distance from each expected number; or null for a figure that is only shown. */
export type Bound = number | { readonly near: readonly number[]; readonly within: number } | null;

export interface Expectation {
  readonly bound: Bound;
  readonly note?: string;
}

export interface Check {
  readonly name: string;
  /** The notebook's cell, or the net, that it belongs to. */
  readonly cell: string;
  /** @param now milliseconds */
  measure(now: () => number): Measured;
  /** By quantity; quantities that are missing here are only shown. */
  readonly expected: Readonly<Record<string, Expectation>>;
}

export interface CheckResult {
  readonly cell: string;
  readonly case: string;
  readonly quantity: string;
  readonly value: number | readonly number[];
  readonly bound: Bound;
  readonly pass: boolean;
  readonly note: string;
}

/** One line of a summary. */
export interface CellResult {
  readonly cell: string;
  readonly pass: boolean;
  /** Quantities that have a bound, and those that fail. */
  readonly judged: number;
  readonly failed: readonly CheckResult[];
}

export const near = (near: readonly number[], within: number): Expectation => ({ bound: { near, within } });
export const atMost = (bound: number, note = ''): Expectation => ({ bound, note });

export function resultsOf({ name, cell, measure, expected }: Check, now: () => number): CheckResult[] {
  return Object.entries(measure(now)).map(([quantity, value]) => {
    const { bound, note = '' } = expected[quantity] ?? { bound: null };
    return { cell, case: name, quantity, value, bound, pass: isWithin(value, bound), note };
  });
}

/** The results cell by cell, in the order of their first appearance. All checks pass if all cells do. */
export function summarizeCells(results: readonly CheckResult[]): CellResult[] {
  return [...new Set(results.map(({ cell }) => cell))].map(cell => {
    const own = results.filter(result => result.cell === cell);
    const failed = own.filter(({ pass }) => !pass);
    return {
      cell,
      pass: failed.length === 0,
      judged: own.filter(({ bound }) => bound !== null).length,
      failed,
    };
  });
}

function isWithin(value: number | readonly number[], bound: Bound): boolean {
  const values = typeof value === 'number' ? [value] : value;
  if (bound === null) return values.every(Number.isFinite);
  if (typeof bound === 'number') return values.every(v => v <= bound);
  return values.every((v, i) => Math.abs(v - bound.near[i]!) <= bound.within);
}
