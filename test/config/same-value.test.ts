import { expect, it } from 'vitest';
import { firstOfSame, sameValue, valueKeys } from '../../src/config/same-value.ts';
import type { SettingValue } from '../../src/config/schema.ts';

/** Numbers in order of size, which differ in their last bit. */
const next = (value: number) => value * (1 + 2 ** -52);

it.each<[SettingValue, SettingValue, boolean]>([
  [0.3, 0.1 + 0.2, true],
  [1e-3, 10 ** -3, true],
  [1, 1 + 9e-10, true],
  [1 + 9e-10, 1, true],
  [1, 1 + 1.1e-9, false],
  [5e-324, 1e-323, false],
  [1e308, 1.0000000001e308, true],
  [1e308, -1e308, false],
  [0, -0, true],
  [0, 1e-300, false],
  [49_999, 50_000, false],
  [0, 'none', false],
  [true, true, true],
  [true, false, false],
  ['adam', 'adam', true],
  ['none', [], false],
  [[8], 8, false],
  [[8, 60], [8, 60], true],
  [[8, 60], [60, 8], false],
  [[], [], true],
])('%j and %j: same is %s', (a, b, same) => {
  expect(sameValue(a, b)).toBe(same);
  const keyOf = valueKeys();
  expect(keyOf(a) === keyOf(b)).toBe(same);
});

it('names a number and its neighbours alike wherever they lie', () => {
  // Among them ties at every decimal place, such as 2^-15 = 3.0517578125e-5, where rounding to digits would part neighbours.
  const values = [
    ...Array.from({ length: 200 }, (_, i) => 2 ** (100 - i)),
    ...Array.from({ length: 2000 }, (_, i) => 1.37 ** (1000 - i)),
  ].filter(value => value > 1e-300);
  const keyOf = valueKeys();
  for (const value of values) {
    expect(keyOf(next(value))).toBe(keyOf(value));
    expect(keyOf(value * (1 - 9e-10))).toBe(keyOf(value));
  }
});

it('returns the first of the values that are the same, and other values as they are', () => {
  const first = firstOfSame();
  expect(first(0.1 + 0.2)).toBe(0.1 + 0.2);
  expect(first(0.3)).toBe(0.1 + 0.2);
  expect(first(0.4)).toBe(0.4);
  expect(first('none')).toBe('none');
  expect(first([8, 8])).toEqual([8, 8]);
});
