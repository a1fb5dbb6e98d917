/** Expands the grids of an experiment into cells: the combinations of settings to run, before seeds and random streams. */
import { show } from '../config/explain.ts';
import {
  type Axis,
  type Experiment,
  type Grid,
  type SettingKey,
  type Settings,
  type SettingValue,
  settingKeys,
} from '../config/schema.ts';
import { agrees, type Where } from '../config/where-schema.ts';
import { CifarNormError } from '../errors.ts';
import { type Power, valuesOf } from './axis-values.ts';

/** One combination of settings; each replicate runs it as a trial. */
export interface Cell {
  /** The values of all axes of the sweep, in the order in which the axes first appear. */
  readonly axes: Readonly<Record<string, SettingValue>>;
  readonly settings: Readonly<Settings>;
  readonly group: string | undefined;
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
 * @throws CifarNormError (config) if a value is not valid for its setting, zipped axes differ in length, a rule of
 *   `exclude` or the baseline matches no cell, or there are too many cells and replicates
 */
export function expandAxes(experiment: Experiment, pow: Power): Cell[] {
  let total = 0;
  const replicates = experiment.seeds?.length ?? experiment.replicates;
  const grids = experiment.sweep.map((grid, index) => {
    const place = experiment.sweep.length === 1 ? 'sweep' : `sweep.${index}`;
    const factors = factorsOf(grid, place, pow);
    total += factors.reduce((size, { points }) => size * points.length, replicates);
    if (total > MAX_TRIALS) {
      throw new CifarNormError(
        'config',
        `${place}: the sweep has more than ${MAX_TRIALS} ${replicates > 1 ? 'combinations and replicates' : 'combinations'}`,
        'remove values or axes, or split it into several experiments',
      );
    }
    return { grid, place, factors };
  });
  const base = Object.fromEntries(settingKeys.map(key => [key, experiment[key]])) as Settings;
  const keys = [...new Set(grids.flatMap(({ factors }) => factors.flatMap(factor => factor.keys)))];
  const cells = new Map<string, Cell>();
  for (const { grid, place, factors } of grids) {
    const { group, exclude = [] } = grid;
    const all = Array.from(product(factors), point => ({ ...base, ...point }));
    exclude.forEach((rule, index) => {
      ensureMatch(all, rule, `${place}.exclude.${index}`);
    });
    for (const settings of all) {
      if (exclude.some(rule => agrees(settings, rule))) continue;
      const values = Object.fromEntries(keys.map(key => [key, settings[key]]));
      const identity = JSON.stringify([group, values]);
      if (!cells.has(identity)) cells.set(identity, { axes: values, settings, group });
    }
  }
  const distinct = [...cells.values()];
  if (distinct.length === 0) {
    throw new CifarNormError('config', 'sweep: exclude leaves no cell to run', 'remove a rule of exclude');
  }
  const { baseline } = experiment;
  if (baseline) {
    const all = distinct.map(({ settings }) => settings);
    ensureMatch(all, baseline, 'baseline');
  }
  return distinct;
}

function ensureMatch(all: readonly Settings[], where: Where, place: string): void {
  if (all.some(settings => agrees(settings, where))) return;
  throw new CifarNormError(
    'config',
    `${place}: no cell of the sweep matches ${show(where)}`,
    `correct it or remove it (--set ${place.split('.exclude.')[0]}${place === 'baseline' ? '' : '.exclude'}=)`,
  );
}

function factorsOf({ group, exclude, ...grid }: Grid, place: string, pow: Power): Factor[] {
  return Object.entries(grid).flatMap(([key, value]): Factor[] => {
    if (value === undefined) return [];
    if (key !== 'zip') return [factorOf({ [key]: value as Axis }, place, pow)];
    const zip = value as NonNullable<Grid['zip']>;
    const twice = Object.keys(zip).find(name => Object.hasOwn(grid, name));
    if (twice === undefined) return [factorOf(zip, `${place}.zip`, pow)];
    throw new CifarNormError(
      'config',
      `${place}: ${twice} is an axis of its own and in zip`,
      'remove one of them',
    );
  });
}

/** Axes whose values go together. */
function factorOf(axes: Readonly<Partial<Record<SettingKey, Axis>>>, place: string, pow: Power): Factor {
  const given = Object.entries(axes).filter(([, axis]) => axis !== undefined) as [SettingKey, Axis][];
  const columns = given.map(([key, axis]) => ({ key, values: valuesOf(key, axis, `${place}.${key}`, pow) }));
  const [first] = columns;
  const odd = columns.find(({ values }) => values.length !== first?.values.length);
  if (first && odd) {
    throw new CifarNormError(
      'config',
      `${place}: ${first.key} has ${counted(first.values)} and ${odd.key} has ${counted(odd.values)}`,
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
