/** Expands the grids of an experiment into cells: the combinations of settings to run, before seeds and random streams. */
import { type Power, valuesOf } from './axis-values.ts';
import { show } from './explain.ts';
import { firstOfSame } from './same-value.ts';
import {
  type Axis,
  type Experiment,
  type Grid,
  type SettingKey,
  type Settings,
  type SettingValue,
  settingKeys,
} from './schema.ts';
import { SweepError } from './sweep-error.ts';
import { agrees, type Where } from './where-schema.ts';
import type { Path } from './yaml.ts';

/** One combination of settings; each replicate runs it as a trial. */
export interface Cell {
  /** The values of all axes of the sweep, in the order in which the axes first appear. */
  readonly axes: Readonly<Record<string, SettingValue>>;
  readonly settings: Readonly<Settings>;
  readonly group: string | undefined;
  /** Which grid it is of, counted from 0: the first that has it. */
  readonly grid: number;
}

/** More than a day's work, at a second each. */
const MAX_TRIALS = 100_000;

/** One factor of a grid's product: the values of an axis, or of the axes that `zip` moves together. */
interface Factor {
  readonly keys: readonly SettingKey[];
  readonly points: readonly Partial<Settings>[];
}

/**
 * The cells of all grids, grid by grid. A grid is the product of its axes, the first one slowest; the axes of `zip` count
 * as one. An axis that only other grids have takes the experiment's own value. Equal cells of one group become one.
 *
 * @param pow base^exponent, for logspace; an argument because Math.pow differs between JavaScript engines.
 * @param exactly tells values apart that are the same but for their last bits, as releases up to 0.2.0 did; else the first of
 *   them stands for all
 * @throws SweepError if a value is not valid for its setting, zipped axes differ in length, a rule of `exclude` or the
 *   baseline matches no cell, or there are too many cells and replicates
 */
export function sweepCells(experiment: Experiment, pow: Power, exactly = false): Cell[] {
  const grids = gridsOf(experiment, pow);
  const base = Object.fromEntries(settingKeys.map(key => [key, experiment[key]])) as Settings;
  const keys = [...new Set(grids.flatMap(({ factors }) => factors.flatMap(factor => factor.keys)))];
  const standIn = exactly ? (values: Partial<Settings>) => values : standIns(keys);
  const cells = new Map<string, Cell>();
  for (const [index, { grid, place, factors }] of grids.entries()) {
    const { group, exclude = [] } = grid;
    const own = factors.map(({ keys, points }) => ({ keys, points: points.map(standIn) }));
    const axes = own.flatMap(factor => factor.keys);
    const others = keys.filter(key => !axes.includes(key));
    const rest = { ...base, ...standIn(Object.fromEntries(others.map(key => [key, base[key]]))) };
    const all = Array.from(product(own), point => ({ ...rest, ...point }));
    exclude.forEach((rule, i) => {
      ensureMatch(all, rule, [...place, 'exclude', i], exactly);
    });
    for (const settings of all) {
      if (exclude.some(rule => agrees(settings, rule, exactly))) continue;
      const values = Object.fromEntries(keys.map(key => [key, settings[key]]));
      const identity = JSON.stringify([group, values]);
      if (!cells.has(identity)) cells.set(identity, { axes: values, settings, group, grid: index });
    }
  }
  const distinct = [...cells.values()];
  if (distinct.length === 0) {
    throw new SweepError(['sweep'], 'exclude leaves no cell to run', 'remove a rule of exclude');
  }
  const { baseline } = experiment;
  if (baseline) {
    const all = distinct.map(({ settings }) => settings);
    ensureMatch(all, baseline, ['baseline'], exactly);
  }
  return distinct;
}

/** Replaces each value by the first one of its setting that is the same. */
function standIns(keys: readonly SettingKey[]): (values: Partial<Settings>) => Partial<Settings> {
  const firsts = new Map(keys.map(key => [key, firstOfSame()]));
  return values =>
    Object.fromEntries(
      (Object.entries(values) as [SettingKey, SettingValue][]).map(([key, value]) => [
        key,
        firsts.get(key)!(value),
      ]),
    );
}

/** Each grid with its place in the experiment and the factors of its product. */
function gridsOf(experiment: Experiment, pow: Power): { grid: Grid; place: Path; factors: Factor[] }[] {
  let total = 0;
  const replicates = experiment.seeds?.length ?? experiment.replicates;
  return experiment.sweep.map((grid, index) => {
    const place = experiment.sweep.length === 1 ? ['sweep'] : ['sweep', index];
    const factors = factorsOf(grid, place, pow);
    total += factors.reduce((size, { points }) => size * points.length, replicates);
    if (total > MAX_TRIALS) {
      throw new SweepError(
        place,
        `the sweep has more than ${MAX_TRIALS} ${replicates > 1 ? 'combinations and replicates' : 'combinations'}`,
        'remove values or axes, or split it into several experiments',
      );
    }
    return { grid, place, factors };
  });
}

function ensureMatch(all: readonly Settings[], where: Where, path: Path, exactly: boolean): void {
  if (all.some(settings => agrees(settings, where, exactly))) return;
  throw new SweepError(
    path,
    `no cell of the sweep matches ${show(where)}`,
    path[0] === 'baseline' ? 'correct it or remove it (--set baseline=)' : 'correct it or remove it',
  );
}

function factorsOf({ group, exclude, ...grid }: Grid, place: Path, pow: Power): Factor[] {
  return Object.entries(grid).flatMap(([key, value]): Factor[] => {
    if (value === undefined) return [];
    if (key !== 'zip') return [factorOf({ [key]: value as Axis }, place, pow)];
    const zip = value as NonNullable<Grid['zip']>;
    const twice = Object.keys(zip).find(name => Object.hasOwn(grid, name));
    if (twice === undefined) return [factorOf(zip, [...place, 'zip'], pow)];
    throw new SweepError(
      [...place, 'zip', twice],
      `${twice} is both an axis and in zip`,
      'remove one of them',
    );
  });
}

/** Axes whose values go together. */
function factorOf(axes: Readonly<Partial<Record<SettingKey, Axis>>>, place: Path, pow: Power): Factor {
  const given = Object.entries(axes).filter(([, axis]) => axis !== undefined) as [SettingKey, Axis][];
  const columns = given.map(([key, axis]) => ({ key, values: valuesOf(key, axis, [...place, key], pow) }));
  const [first] = columns;
  const odd = columns.find(({ values }) => values.length !== first?.values.length);
  if (first && odd) {
    throw new SweepError(
      [...place, odd.key],
      `${first.key} has ${counted(first.values)} and ${odd.key} has ${counted(odd.values)}`,
      'axes that go together need the same number of values',
    );
  }
  const points = Array.from(
    { length: first?.values.length ?? 1 },
    (_, index) =>
      Object.fromEntries(columns.map(({ key, values }) => [key, values[index]])) as Partial<Settings>,
  );
  return { keys: given.map(([key]) => key), points };
}

const counted = ({ length }: readonly unknown[]) => `${length} ${length === 1 ? 'value' : 'values'}`;

function* product([first, ...others]: readonly Factor[]): Generator<Partial<Settings>> {
  if (!first) return yield {};
  for (const point of first.points) {
    for (const rest of product(others)) yield { ...point, ...rest };
  }
}
