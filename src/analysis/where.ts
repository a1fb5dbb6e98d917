/** Selects cells by their settings, and puts bounds on figures: what the parts of an expectation mean. */
import type { SettingKey, SettingValue } from '../config/schema.ts';
import type { Cell } from './cells.ts';
import { shortText } from './results.ts';

/** Every bound given must hold. */
export interface Bounds {
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  readonly above?: number | undefined;
  readonly below?: number | undefined;
}

/** A value for each setting, or bounds for a numeric one. */
export type Where = Readonly<Partial<Record<SettingKey, SettingValue | Bounds>>>;

/** Decimal inputs and logspace values of the same number may differ in their last bits. */
const SAME = 1e-9;

/** Whether a cell's settings, axes or not, agree with all of `where`. */
export function matches({ results }: Cell, where: Where): boolean {
  const settings: Readonly<Record<string, SettingValue>> = results[0]!.trial.settings;
  return Object.entries(where).every(([key, wanted]) => {
    const value = settings[key];
    if (wanted === undefined || value === undefined) return wanted === undefined;
    if (isBounds(wanted)) return typeof value === 'number' && within(value, wanted);
    if (typeof value === 'number' && typeof wanted === 'number')
      return Math.abs(value - wanted) <= SAME * Math.abs(wanted);
    return JSON.stringify(value) === JSON.stringify(wanted);
  });
}

/** `normalization batchnorm, weightScale above 1e-3`; empty for every cell. */
export function whereText(where: Where): string {
  return Object.entries(where)
    .filter(([, wanted]) => wanted !== undefined)
    .map(([key, wanted]) => `${key} ${isBounds(wanted!) ? boundsText(wanted) : shortText(wanted!)}`)
    .join(', ');
}

export const boundNames = ['atLeast', 'atMost', 'above', 'below'] as const;
type BoundName = (typeof boundNames)[number];

interface BoundRule {
  readonly text: string;
  readonly holds: (value: number, bound: number) => boolean;
  /** The end of an interval that is hardest to bring within the bound, and the one that is easiest. */
  readonly ends: readonly ['low', 'high'] | readonly ['high', 'low'];
}

const rules: Readonly<Record<BoundName, BoundRule>> = {
  atLeast: { text: 'at least', holds: (value, bound) => value >= bound, ends: ['low', 'high'] },
  atMost: { text: 'at most', holds: (value, bound) => value <= bound, ends: ['high', 'low'] },
  above: { text: 'above', holds: (value, bound) => value > bound, ends: ['low', 'high'] },
  below: { text: 'below', holds: (value, bound) => value < bound, ends: ['high', 'low'] },
};

const given = (bounds: Bounds) =>
  boundNames.flatMap(name => {
    const bound = bounds[name];
    return bound === undefined ? [] : [{ ...rules[name], bound }];
  });

/** Whether any bound is given. */
export const hasBounds = (bounds: Bounds): boolean => given(bounds).length > 0;

/** `at least 0.3 and below 0.5`. */
export const boundsText = (bounds: Bounds): string =>
  given(bounds)
    .map(({ text, bound }) => `${text} ${shortText(bound)}`)
    .join(' and ');

const within = (value: number, bounds: Bounds): boolean =>
  given(bounds).every(({ holds, bound }) => holds(value, bound));

/** Whether an interval lies within the bounds (`pass`), outside one of them (`fail`), or neither. */
export function judge(
  interval: { readonly low: number; readonly high: number },
  bounds: Bounds,
): 'pass' | 'fail' | 'undecided' {
  const all = given(bounds);
  if (all.some(({ holds, bound, ends: [, easiest] }) => !holds(interval[easiest], bound))) return 'fail';
  return all.every(({ holds, bound, ends: [hardest] }) => holds(interval[hardest], bound))
    ? 'pass'
    : 'undecided';
}

function isBounds(wanted: SettingValue | Bounds): wanted is Bounds {
  return typeof wanted === 'object' && !Array.isArray(wanted);
}
