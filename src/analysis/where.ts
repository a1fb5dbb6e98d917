/** Selects cells by their settings, and puts bounds on figures: what the parts of an expectation mean. */
import type { SettingValue } from '../config/schema.ts';
import { agrees, type Bounds, boundKeys, type Where } from '../config/where-schema.ts';
import type { Cell } from './cells.ts';
import { shortText } from './results.ts';

/** Whether a cell's settings, axes or not, agree with all of `where`. */
export const matches = ({ results }: Cell, where: Where): boolean =>
  agrees(results[0]!.trial.settings, where);

/** `normalization batchnorm, weightScale above 1e-3`; empty for every cell. */
export function whereText(where: Where): string {
  return Object.entries(where)
    .filter(([, wanted]) => wanted !== undefined)
    .map(([key, wanted]) => `${key} ${isBounds(wanted!) ? boundsText(wanted) : shortText(wanted!)}`)
    .join(', ');
}

export type { Bounds, Where } from '../config/where-schema.ts';

type BoundName = (typeof boundKeys)[number];

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
  boundKeys.flatMap(name => {
    const bound = bounds[name];
    return bound === undefined ? [] : [{ ...rules[name], bound }];
  });

/** `at least 0.3 and below 0.5`. */
export const boundsText = (bounds: Bounds): string =>
  given(bounds)
    .map(({ text, bound }) => `${text} ${shortText(bound)}`)
    .join(' and ');

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
