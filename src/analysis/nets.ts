/** A run's cells, ordered for a finding: nets, each along one numeric axis. */
import type { SettingValue } from '../config/schema.ts';
import { type Cell, cellsOf, estimate } from './cells.ts';
import { groupBy } from './group-by.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import { axisValues, type Result, varyingKeys } from './results.ts';
import { netName } from './words.ts';

export interface NetCell {
  /** Its value on the axis; null if the run has no numeric axis. */
  readonly x: number | null;
  readonly cell: Cell;
  readonly outcome: Outcome;
}

/** The cells that differ only along the axis, by rising value; without an axis a single cell. */
export interface Net {
  readonly name: string;
  /** The varying settings that tell it from the other nets. */
  readonly values: Readonly<Record<string, SettingValue>>;
  readonly cells: readonly NetCell[];
}

export interface Nets {
  /** The numeric axis with the most values; null if no numeric setting varies. */
  readonly axis: string | null;
  /** The settings that vary between nets. */
  readonly keys: readonly string[];
  readonly nets: readonly Net[];
}

/** Sorts a run's cells into nets. */
export function netsOf(results: readonly Result[]): Nets {
  const varying = varyingKeys(results);
  const numeric = varying.filter(key => axisValues(results, key).every(value => typeof value === 'number'));
  const size = (key: string) => axisValues(results, key).length;
  const axis = numeric.reduce<string | null>(
    (most, key) => (most && size(most) >= size(key) ? most : key),
    null,
  );
  const keys = varying.filter(key => key !== axis);
  const valuesOf = ({ results: [first] }: Cell) =>
    Object.fromEntries(
      keys.flatMap(key => {
        const value = first!.trial.axes[key];
        return value === undefined ? [] : [[key, value]];
      }),
    );
  const nets = groupBy(cellsOf(results), cell => JSON.stringify(valuesOf(cell))).values();
  return {
    axis,
    keys,
    nets: [...nets].map(cells => {
      const values = valuesOf(cells[0]!);
      return { name: netName(values), values, cells: cells.map(cell => netCell(cell, axis)).sort(byX) };
    }),
  };
}

function netCell(cell: Cell, axis: string | null): NetCell {
  const value = axis === null ? undefined : cell.results[0]!.trial.axes[axis];
  return { x: typeof value === 'number' ? value : null, cell, outcome: outcomeOf(cell) };
}

const byX = (a: NetCell, b: NetCell): number => (a.x ?? 0) - (b.x ?? 0);

/** The longest run of neighbouring cells that learn, the first of equals; null if none learns. */
export function learningRange({ cells }: Net): readonly [first: number, last: number] | null {
  let best: [number, number] | null = null;
  for (let start = 0; start < cells.length; ) {
    let end = start;
    while (end < cells.length && cells[end]!.outcome === 'learns') end++;
    if (end > start && (best === null || end - start > best[1] - best[0] + 1)) best = [start, end - 1];
    start = end + 1;
  }
  return best;
}

type Accuracy = 'bestValAccuracy' | 'bestTrainAccuracy' | 'lastTrainAccuracy' | 'lastValAccuracy';

/** The cell with the highest mean accuracy, the first of equals. Cells that blow up or have a trial that failed are never the best. */
export function bestCell(cells: readonly NetCell[], measure: Accuracy): NetCell | null {
  const accuracy = ({ cell }: NetCell) => estimate(cell, measure).mean;
  return cells.reduce<NetCell | null>((best, item) => {
    if (!item.cell.ranked || item.outcome === 'blows up' || accuracy(item) === null) return best;
    return best === null || accuracy(item)! > accuracy(best)! ? item : best;
  }, null);
}
