/** Selects cells by their settings: `{ normalization: none, weightScale: { above: 0.3 } }`. */
import { z } from 'zod';
import { sameValue } from './same-value.ts';
import {
  numericKeys,
  type SettingKey,
  type Settings,
  type SettingValue,
  settingKeys,
  settingSchema,
} from './settings-schema.ts';

const bound = z.number().optional();
export const boundsShape = {
  atLeast: bound.describe('smallest value allowed'),
  atMost: bound.describe('largest value allowed'),
  above: bound.describe('every value must be larger'),
  below: bound.describe('every value must be smaller'),
};
export const boundKeys = Object.keys(boundsShape) as (keyof typeof boundsShape)[];

/** Every bound given must hold. */
export type Bounds = Readonly<z.output<z.ZodObject<typeof boundsShape>>>;

export function hasBounds(bounds: Bounds): boolean {
  return boundKeys.some(key => bounds[key] !== undefined);
}

const boundsSchema = z
  .strictObject(boundsShape)
  .refine(hasBounds, { error: `expected a bound: ${boundKeys.join(', ')}` });

type WhereValue = SettingValue | Bounds;
/** A value for each setting, or bounds for a numeric one; a cell must agree with all. */
export type Where = Readonly<Partial<Record<SettingKey, WhereValue>>>;

function valueSchema(key: SettingKey): z.ZodType<WhereValue, WhereValue> {
  const value = settingSchema(key);
  return numericKeys.includes(key) ? z.union([value, boundsSchema]) : value;
}

export const whereSchema = z.strictObject(
  Object.fromEntries(settingKeys.map(key => [key, valueSchema(key).optional()])) as Record<
    SettingKey,
    z.ZodOptional<z.ZodType<WhereValue, WhereValue>>
  >,
);

const someSetting = { error: 'expected a setting, such as normalization: none' };
const isNotEmpty = (map: object) => Object.keys(map).length > 0;

/** A selection that names at least one setting. */
export const ruleSchema = whereSchema.refine(isNotEmpty, someSetting);

/** Settings by their values alone. */
export const cellSchema = z
  .strictObject(
    Object.fromEntries(settingKeys.map(key => [key, settingSchema(key).optional()])) as Record<
      SettingKey,
      z.ZodOptional<z.ZodType<SettingValue, SettingValue>>
    >,
  )
  .refine(isNotEmpty, someSetting);

/**
 * Whether settings agree with all of `where`.
 *
 * @param exactly whether bounds tell values apart that are the same but for their last bits
 */
export function agrees(settings: Readonly<Settings>, where: Where, exactly = false): boolean {
  return (Object.entries(where) as [SettingKey, WhereValue | undefined][]).every(([key, wanted]) => {
    const value = settings[key];
    if (wanted === undefined) return true;
    if (isBounds(wanted)) return typeof value === 'number' && within(value, wanted, exactly);
    return sameValue(value, wanted);
  });
}

const isBounds = (wanted: WhereValue): wanted is Bounds =>
  typeof wanted === 'object' && !Array.isArray(wanted);

function within(value: number, { atLeast, atMost, above, below }: Bounds, exactly: boolean): boolean {
  const same = (bound: number) => !exactly && sameValue(value, bound);
  return (
    (atLeast === undefined || value >= atLeast || same(atLeast)) &&
    (atMost === undefined || value <= atMost || same(atMost)) &&
    (above === undefined || (value > above && !same(above))) &&
    (below === undefined || (value < below && !same(below)))
  );
}
