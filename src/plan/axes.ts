/** Expands the grids of an experiment into cells: the combinations of settings to run, before seeds and random streams. */
import { explain } from '../config/explain.ts';
import {
  type Axis,
  type Experiment,
  type Grid,
  type SettingKey,
  type Settings,
  type SettingValue,
  settingKeys,
  settingSchema,
} from '../config/schema.ts';
import { CifarNormError } from '../errors.ts';
import { ensureFits } from './cost.ts';

/** One combination of settings; each replicate runs it as a trial. */
export interface Cell {
  /** The values of all axes of the sweep, in the order in which the axes first appear. */
  readonly axes: Readonly<Record<string, SettingValue>>;
  readonly settings: Readonly<Settings>;
  readonly group: string | undefined;
}

/** More than a day's work, at a second each. */
const MAX_TRIALS = 100_000;

type Power = (base: number, exponent: number) => number;

interface Values {
  readonly key: SettingKey;
  readonly values: readonly SettingValue[];
}

/**
 * The cells of all grids, grid by grid. A grid is the product of its axes, the first one slowest; an axis that only
 * other grids have takes the experiment's own value. Equal cells of one group become one.
 *
 * @param pow base^exponent, for logspace; an argument because Math.pow differs between JavaScript engines.
 * @throws CifarNormError (config) if a value is not valid for its setting, a net does not fit into memory, or there are
 *   too many cells and replicates
 */
export function expandAxes(experiment: Experiment, pow: Power): Cell[] {
  let total = 0;
  const { replicates } = experiment;
  const grids = experiment.sweep.map((grid, index) => {
    const place = experiment.sweep.length === 1 ? 'sweep' : `sweep.${index}`;
    const axes = axesOf(grid, place, pow);
    total += axes.reduce((size, { values }) => size * values.length, replicates);
    if (total > MAX_TRIALS) {
      throw new CifarNormError(
        'config',
        `${place}: the sweep has more than ${MAX_TRIALS} ${replicates > 1 ? 'combinations and replicates' : 'combinations'}`,
        'remove values or axes, or split it into several experiments',
      );
    }
    return { group: grid.group, axes };
  });
  const base = Object.fromEntries(settingKeys.map(key => [key, experiment[key]])) as Settings;
  const keys = [...new Set(grids.flatMap(({ axes }) => axes.map(({ key }) => key)))];
  const cells = new Map<string, Cell>();
  for (const { group, axes } of grids) {
    for (const point of product(axes)) {
      const settings = { ...base, ...point };
      ensureFits(settings);
      const values = Object.fromEntries(keys.map(key => [key, settings[key]]));
      const identity = JSON.stringify([group, values]);
      if (!cells.has(identity)) cells.set(identity, { axes: values, settings, group });
    }
  }
  return [...cells.values()];
}

function axesOf({ group: _, ...axes }: Grid, place: string, pow: Power): Values[] {
  const given = Object.entries(axes).filter(([, axis]) => axis !== undefined) as [SettingKey, Axis][];
  return given.map(([key, axis]) => ({ key, values: valuesOf(key, axis, `${place}.${key}`, pow) }));
}

function valuesOf(key: SettingKey, axis: Axis, place: string, pow: Power): SettingValue[] {
  const schema = settingSchema(key);
  const single = schema.safeParse(axis);
  if (single.success) return [single.data];
  const isLogspace = typeof axis === 'object' && 'logspace' in axis;
  const values: unknown[] = isLogspace ? logspace(axis.logspace, pow) : [axis].flat();
  return values.map(value => {
    const { data, error } = schema.safeParse(value, { error: explain });
    if (error) {
      const hint = isLogspace ? 'give the values as a list' : undefined;
      throw new CifarNormError('config', `${place}: ${error.issues[0]!.message}`, hint);
    }
    return data;
  });
}

/** `count` powers of ten, from 10^start to 10^stop: numpy.logspace, operation by operation. */
function logspace([start, stop, count]: readonly [number, number, number], pow: Power): number[] {
  const step = (stop - start) / (count - 1);
  return Array.from({ length: count }, (_, index) => {
    if (index === 0) return pow(10, start);
    return pow(10, index === count - 1 ? stop : index * step + start);
  });
}

function* product([first, ...others]: readonly Values[]): Generator<Partial<Settings>> {
  if (!first) return yield {};
  for (const value of first.values) {
    for (const point of product(others)) yield { [first.key]: value, ...point };
  }
}
