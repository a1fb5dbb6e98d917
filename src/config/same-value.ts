/** When two values of a setting are the same: decimals and computed values of one number may differ in their last bits. */
import type { SettingValue } from './settings-schema.ts';

/** Relative. */
const TOLERANCE = 1e-9;

/** Whether two values are the same: numbers within 1e-9 of the larger, other values exactly. */
export function sameValue(a: SettingValue, b: SettingValue): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * A function that returns, for each value, the first of those given to it so far that is the same. Takes constant time a
 * value, however many there are.
 */
export function firstOfSame(): <Value extends SettingValue>(value: Value) => Value {
  const known = new Map<number, number[]>();
  // Two numbers that are the same lie in one bucket or in neighbouring ones.
  const bucketOf = (value: number) => Math.floor(Math.log(Math.abs(value)) / (2 * TOLERANCE));
  return value => {
    if (typeof value !== 'number') return value;
    const bucket = bucketOf(value);
    const near = [bucket - 1, bucket, bucket + 1].flatMap(index => known.get(index) ?? []);
    const first = near.find(other => sameValue(other, value));
    if (first !== undefined) return first as typeof value;
    known.set(bucket, [...(known.get(bucket) ?? []), value]);
    return value;
  };
}

/**
 * A function that names values, so that values may be grouped or looked up by their names: those that are the same have one
 * name. Names are comparable only if one such function made them.
 */
export function valueKeys(): (value: SettingValue) => string {
  const first = firstOfSame();
  return value => JSON.stringify(first(value));
}
