/** A run's cells, ordered for a finding: nets, each along one numeric axis. */
import type { SettingValue } from '../config/schema.ts';
import { type Axis, axesOf, valuesOn } from './axes.ts';
import { type Cell, cellsOf, estimate, isTie } from './cells.ts';
import { groupBy, stretchesOf } from './group-by.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import type { Result } from './results.ts';
import { axesText, netName, type SettingWriter, settingWriter } from './words.ts';

export interface NetCell {
  /** Its value on the axis, of the axis's first setting; null if the run has no numeric axis. */
  readonly x: number | null;
  /** Its place on the axis in words: `1.27e-2`, or `5 (epochs 10)` on an axis of two settings. */
  readonly at: string;
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
  readonly axis: Axis | null;
  /** What tells nets apart. */
  readonly parts: readonly Axis[];
  /** Writes the values of the run's settings. */
  readonly write: SettingWriter;
  readonly nets: readonly Net[];
}

/** Sorts a run's cells into nets. */
export function netsOf(results: readonly Result[]): Nets {
  const axes = axesOf(results);
  const axis = axes
    .filter(({ numeric }) => numeric)
    .reduce<Axis | null>((most, each) => (most && most.size >= each.size ? most : each), null);
  const parts = axes.filter(each => each !== axis);
  const valuesOf = ({ results: [first] }: Cell) =>
    Object.assign({}, ...parts.map(part => valuesOn(part, first!.trial.axes))) as Net['values'];
  const cells = cellsOf(results);
  const write = settingWriter(cells.map(({ results: [first] }) => first!.trial.axes));
  const place = placer(axis, write);
  // Two groups may mean two nets that agree in every axis, and differ in their random streams.
  const grouped = new Set(cells.map(cell => JSON.stringify(cell.results[0]!.trial.axes))).size < cells.length;
  const groupOf = ({ results: [first] }: Cell) => (grouped ? first!.trial.groups.join(' and ') : '');
  const byNet = groupBy(cells, cell => JSON.stringify([groupOf(cell), valuesOf(cell)]));
  return {
    ...{ axis, parts, write },
    nets: [...byNet.values()].map(members => {
      const values = valuesOf(members[0]!);
      const group = groupOf(members[0]!);
      return {
        name: `${netName(values, write)}${group === '' ? '' : ` of group ${group}`}`,
        values,
        cells: members.map(place).sort((a, b) => (a.x ?? 0) - (b.x ?? 0)),
      };
    }),
  };
}

/** Finds a cell's place on the axis. */
function placer(axis: Axis | null, write: SettingWriter): (cell: Cell) => NetCell {
  const [lead, ...others] = axis?.keys ?? [];
  return cell => {
    const { axes } = cell.results[0]!.trial;
    const value = lead === undefined ? undefined : axes[lead];
    const rest = axesText(
      Object.fromEntries(others.flatMap(key => (key in axes ? [[key, axes[key]!]] : []))),
      write,
    );
    return {
      x: typeof value === 'number' ? value : null,
      at: `${value === undefined ? '' : write(lead!, value)}${rest === '' ? '' : ` (${rest})`}`,
      cell,
      outcome: outcomeOf(cell),
    };
  };
}

/** The longest stretch of neighbouring cells that learn, the first of equals; null if none learns. */
export function learningRange({ cells }: Net): readonly [first: number, last: number] | null {
  const learns = stretchesOf(cells.map(({ outcome }) => outcome)).filter(({ value }) => value === 'learns');
  const longest = learns.reduce<(typeof learns)[number] | undefined>(
    (most, each) => (most && most.last - most.first >= each.last - each.first ? most : each),
    undefined,
  );
  return longest ? [longest.first, longest.last] : null;
}

type Accuracy = 'bestValAccuracy' | 'bestTrainAccuracy' | 'lastTrainAccuracy' | 'lastValAccuracy';

/** The cells with the highest mean accuracy, several if they tie. Cells that blow up or have a trial that failed are never the best. */
export function bestCells(cells: readonly NetCell[], measure: Accuracy): NetCell[] {
  const ranked = cells.flatMap(item => {
    const { mean } = estimate(item.cell, measure);
    return item.cell.ranked && mean !== null ? [{ item, mean }] : [];
  });
  const highest = ranked.reduce((most, { mean }) => Math.max(most, mean), Number.NEGATIVE_INFINITY);
  return ranked.filter(({ mean }) => isTie(mean, highest)).map(({ item }) => item);
}
