/** Warns about experiments that are valid but hardly what their author means. */
import { pow } from '../kernels/base.ts';
import { valuesOf } from './axis-values.ts';
import { alternatives, show } from './explain.ts';
import { firstOfSame } from './same-value.ts';
import {
  type Axis,
  type ConstantKey,
  constantKeys,
  constants,
  type Experiment,
  type SettingKey,
  type Settings,
  type SettingValue,
  settingKeys,
  settingsSchema,
  takesPart,
} from './schema.ts';
import { type Cell, sweepCells } from './sweep-cells.ts';
import { isRange, type Range } from './sweep-schema.ts';

const settingDefaults: Readonly<Settings> = settingsSchema.parse({});

/**
 * One line for each likely mistake, such as `batchSize: ...`: the key, what will happen, and what to write instead.
 * Empty for most experiments.
 *
 * @param cells those of the experiment, if they are known already
 */
export function warningsOf(
  experiment: Experiment,
  cells: readonly Cell[] = sweepCells(experiment, pow),
): string[] {
  const warnings = experiment.sweep.flatMap(({ zip = {}, ...axes }) => [
    ...axisWarnings(axes, { repeats: true }),
    // The values of an axis in a zip may repeat, because another axis tells its points apart.
    ...axisWarnings(zip, { repeats: false }),
  ]);
  return [...new Set([...warnings, ...cellWarnings(cells), ...idleWarnings(cells)])];
}

/** About the way an axis is written, which its cells no longer show. */
function* axisWarnings(
  axes: Readonly<Partial<Record<SettingKey, Axis>>>,
  { repeats }: { readonly repeats: boolean },
): Generator<string> {
  for (const key of settingKeys) {
    const axis = axes[key];
    if (axis === undefined) continue;
    const values = valuesOf(key, axis, [key], pow);
    if (isRange(axis)) yield* rangeWarnings(key, axis, values);
    if (repeats) yield* repeatWarnings(key, values);
  }
}

function* rangeWarnings(
  key: SettingKey,
  { linspace, logspace }: Range,
  values: readonly SettingValue[],
): Generator<string> {
  const range = linspace ?? logspace!;
  const name = linspace ? 'linspace' : 'logspace';
  const [start, stop, count] = range;
  if (logspace && areValues(start, stop)) {
    const exponents = [start, stop].map(value => Number(Math.log10(value).toFixed(4)));
    const cure = exponents.every(Number.isFinite)
      ? `for values from ${start} to ${stop} write logspace: ${show([...exponents, count])}`
      : 'to give values, write a list';
    yield `${key}: logspace takes exponents, so ${show(range)} runs from 10^${start} = ${powerOf(start)} to 10^${stop} = ${powerOf(stop)}; ${cure}`;
  }
  if (count === 1) {
    yield `${key}: ${name} ${show(range)} is the single value ${show(values[0])}; write ${key}: ${show(values[0])}, or a count of 2 or more`;
  }
}

/** As exponents, fractions below 1 give values between 1 and 10, and numbers above 10 give astronomical ones. */
function areValues(start: number, stop: number): boolean {
  return start >= 0 && stop >= 0 && [start, stop].some(value => (value > 0 && value < 1) || value > 10);
}

function powerOf(exponent: number): number {
  return Number((10 ** exponent).toPrecision(5));
}

function* repeatWarnings(key: SettingKey, values: readonly SettingValue[]): Generator<string> {
  const first = firstOfSame();
  const alike = new Map<string, SettingValue[]>();
  for (const value of values) {
    const name = JSON.stringify(first(value));
    alike.set(name, [...(alike.get(name) ?? []), value]);
  }
  for (const [value, ...others] of alike.values()) {
    const other = others.find(other => other !== value && typeof other === 'number');
    if (other !== undefined)
      yield `${key}: ${show(value)} and ${show(other)} count as one value; only ${show(value)} runs`;
    else if (others.length > 0)
      yield `${key}: ${show(value)} is given ${times(others.length + 1)}, and runs once`;
  }
}

const times = (count: number) => (count === 2 ? 'twice' : `${count} times`);

/** What is likely a mistake in the settings of a cell. */
const doubts: readonly ((settings: Readonly<Settings>) => string | undefined | false)[] = [
  ({ batchSize, trainImages }) =>
    batchSize > trainImages &&
    `batchSize: a minibatch of ${batchSize} is drawn, with replacement, from only ${trainImages} training images; write batchSize: ${trainImages} or less, or raise trainImages`,
  ({ batchSize, normalization, hiddenDims }) =>
    batchSize === 1 &&
    normalization === 'batchnorm' &&
    hiddenDims.length > 0 &&
    'batchSize: over a minibatch of 1, batch normalization turns every activation into 0, so the net cannot learn from its images; write batchSize: 2 or more, or normalization: layernorm',
  ({ normalization, hiddenDims }) =>
    normalization === 'layernorm' &&
    hiddenDims.includes(1) &&
    'hiddenDims: over a single unit, layer normalization turns every activation into 0, so the net cannot learn from its images; use layers of 2 units or more, or normalization: batchnorm',
  ({ normalization, hiddenDims }) =>
    normalization === 'rmsnorm' &&
    hiddenDims.includes(1) &&
    'hiddenDims: over a single unit, RMS normalization keeps nothing of an activation but its sign; use layers of 2 units or more, or normalization: batchnorm',
  ({ normalization, normGroups, hiddenDims }) =>
    normalization === 'groupnorm' &&
    hiddenDims.includes(normGroups) &&
    `normGroups: over a single unit (normGroups ${normGroups}, a layer of width ${normGroups}), group normalization turns every activation into 0, so the net cannot learn from its images; use fewer groups or wider layers`,
];

/** For each doubt, about the first cell that raises it. */
function cellWarnings(cells: readonly Cell[]): string[] {
  return doubts.flatMap(doubt => {
    for (const { settings } of cells) {
      const warning = doubt(settings);
      if (warning) return [warning];
    }
    return [];
  });
}

/** About constants of a normalization or an update rule in cells that do not use them. */
function* idleWarnings(cells: readonly Cell[]): Generator<string> {
  for (const key of constantKeys) {
    const values = { used: new Set<SettingValue>(), idle: new Map<SettingValue, Cell>() };
    for (const cell of cells) {
      const value = cell.settings[key];
      if (takesPart(key, cell.settings)) values.used.add(value);
      else values.idle.set(value, values.idle.get(value) ?? cell);
    }
    const repeats = values.idle.size > 1 ? repeatsOf(cells, key) : [];
    const [value, cell] =
      [...values.idle].find(([value]) => value !== settingDefaults[key] && !values.used.has(value)) ?? [];
    const { of, with: users } = constants[key];
    if (repeats.length > 0) {
      yield `${key}: it has no effect with ${of} ${repeats[0]!.settings[of]}, so ${repeats.length} of ${cells.length} cells only repeat others; change ${of} there, or leave ${key} out of that grid`;
    } else if (cell) {
      yield `${key}: ${value} has no effect with ${of} ${cell.settings[of]}, only with ${alternatives(users)}; change ${of}, or remove ${key}`;
    }
  }
}

/** The cells that differ from an earlier one only in a constant that they do not use. */
function repeatsOf(cells: readonly Cell[], key: ConstantKey): Cell[] {
  const seen = new Set<string>();
  return cells.filter(({ axes, group, settings }) => {
    if (takesPart(key, settings)) return false;
    const rest = JSON.stringify([group, { ...axes, [key]: null }]);
    const isRepeat = seen.has(rest);
    seen.add(rest);
    return isRepeat;
  });
}
