/** The axes of a run: settings that vary, those that move together as one. */
import type { SettingValue } from '../config/schema.ts';
import { axisValues, type Result, varyingKeys } from './results.ts';

/** A setting that varies, or several of which each value goes with one value of the others. */
export interface Axis {
  /** The first one places a cell on the axis. */
  readonly keys: readonly [string, ...string[]];
  /** `batchSize`, `batchSize with epochs`. */
  readonly label: string;
  /** Whether all its values are numbers. */
  readonly numeric: boolean;
  /** How many values it has. */
  readonly size: number;
}

/** The axes in the config's order. A run whose `batchSize` and `epochs` rise together has one axis for both. */
export function axesOf(results: readonly Result[]): Axis[] {
  const columns = varyingKeys(results).map(key => columnOf(results, key));
  const groups: [Column, ...Column[]][] = [];
  for (const column of columns) {
    const group = groups.find(([lead]) => moveTogether(lead, column));
    if (!group) groups.push([column]);
    else if (column.size > group[0].size) group.unshift(column);
    else group.push(column);
  }
  return groups.map(([lead, ...others]) => ({
    keys: [lead.key, ...others.map(({ key }) => key)],
    label: [lead.key, ...others.map(({ key }) => key)].join(' with '),
    numeric: [lead, ...others].every(({ numeric }) => numeric),
    size: lead.size,
  }));
}

interface Column {
  readonly key: string;
  /** The number of its value in each trial. */
  readonly codes: Uint32Array;
  readonly size: number;
  readonly numeric: boolean;
}

function columnOf(results: readonly Result[], key: string): Column {
  const codes = new Map<string, number>();
  const column = Uint32Array.from(results, ({ trial }) => {
    const text = JSON.stringify(trial.axes[key] ?? null);
    if (!codes.has(text)) codes.set(text, codes.size);
    return codes.get(text)!;
  });
  const numeric = axisValues(results, key).every(value => typeof value === 'number');
  return { key, codes: column, size: codes.size, numeric };
}

/**
 * Whether each value of one goes with one value of the other, and back; of two numbers it is enough that one decides the
 * other, as where `zip` repeats a value.
 */
function moveTogether(a: Column, b: Column): boolean {
  const forth = decides(a, b);
  const back = decides(b, a);
  return a.numeric && b.numeric ? forth || back : forth && back;
}

function decides(a: Column, b: Column): boolean {
  const partner = new Map<number, number>();
  return a.codes.every((code, i) => {
    const other = b.codes[i]!;
    if (!partner.has(code)) partner.set(code, other);
    return partner.get(code) === other;
  });
}

/** The values that a trial has of an axis. */
export const valuesOn = (
  { keys }: Axis,
  axes: Readonly<Record<string, SettingValue>>,
): Record<string, SettingValue> =>
  Object.fromEntries(keys.flatMap(key => (axes[key] === undefined ? [] : [[key, axes[key]]])));
