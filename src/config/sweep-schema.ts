/** The grammar of `sweep`: grids of axes. */
import { z } from 'zod';
import {
  numericKeys,
  positiveInteger,
  type SettingKey,
  type SettingValue,
  settingKeys,
  settingSchema,
} from './settings-schema.ts';
import { ruleSchema } from './where-schema.ts';

const range = z.tuple([z.number(), z.number(), positiveInteger.max(10_000)]).optional();
const rangeShape = {
  linspace: range.describe('[start, stop, count]: count evenly spaced values from start to stop'),
  logspace: range.describe('[start, stop, count]: count values from 10^start to 10^stop'),
};
export const rangeKeys = Object.keys(rangeShape);

/** Evenly spaced values, or powers of ten with evenly spaced exponents, as in numpy.linspace and numpy.logspace. */
const rangeSchema = z
  .strictObject(rangeShape)
  .refine(({ linspace, logspace }) => (linspace === undefined) !== (logspace === undefined), {
    error: 'expected linspace: [start, stop, count] or logspace: [start, stop, count]',
  });
export type Range = z.output<typeof rangeSchema>;

/** One axis: a value, a list of values, or, for numbers, a range. */
export type Axis = SettingValue | SettingValue[] | Range;

/** The schema of an axis: a value, a list of values or a range. */
export function axisSchema(key: SettingKey): z.ZodType<Axis, Axis> {
  const value = settingSchema(key);
  const values = z.array(value).min(1).max(10_000);
  return z.union(numericKeys.includes(key) ? [value, values, rangeSchema] : [value, values]);
}

const axesShape = Object.fromEntries(settingKeys.map(key => [key, axisSchema(key).optional()])) as Record<
  SettingKey,
  z.ZodOptional<z.ZodType<Axis, Axis>>
>;

const gridShape = {
  group: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('grids of the same group share charts and, with stream notebook, one random stream'),
  zip: z.strictObject(axesShape).optional().describe('axes of equal length whose values go together'),
  exclude: z
    .array(ruleSchema)
    .max(100)
    .optional()
    .describe('cells to leave out: those that agree with all keys of one of these maps'),
  ...axesShape,
};
export const gridKeys = Object.keys(gridShape) as (keyof typeof gridShape)[];

/** A grid of trials: the product of its axes, the first one slowest. The axes of `zip` are one factor, in its place. */
const gridSchema = z.intersection(
  // A strict object returns its keys in the order of its shape; the record keeps the order in which they were written.
  z.partialRecord(z.enum(gridKeys), z.unknown()),
  z.strictObject(gridShape),
);
export type Grid = z.output<typeof gridSchema>;

export const sweepSchema = z.union([
  gridSchema.transform(grid => [grid]),
  z.array(gridSchema).min(1).max(1000),
]);

/** Whether an axis is written as a range. */
export function isRange(axis: Axis): axis is Range {
  return typeof axis === 'object' && !Array.isArray(axis);
}

/** The axis of a setting, on its own or in `zip`. */
export function axisOf(grid: Grid, key: SettingKey): Axis | undefined {
  return grid[key] ?? grid.zip?.[key];
}
