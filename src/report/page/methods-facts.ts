/** The values that a run's trials have of each setting, in two languages. */
import type { Axis } from '../../analysis/axes.ts';
import { type Result, shortText } from '../../analysis/results.ts';
import { listed } from '../../analysis/words.ts';
import { valueKeys } from '../../config/same-value.ts';
import { type SettingKey, type Settings, type SettingValue, takesPart } from '../../config/schema.ts';

/** The same in English and Chinese. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export const text = (en: string, zh: string): Text => ({ en, zh });

/** Joins texts, and what is the same in both languages. */
export function joined(...parts: readonly (Text | string | number)[]): Text {
  const write = (language: keyof Text) =>
    parts.map(part => (typeof part === 'object' ? part[language] : part)).join('');
  return text(write('en'), write('zh'));
}

/** Sentences with a value in place of `{}`. */
export const say = (value: Text, en: string, zh: string): Text =>
  text(
    en.replace('{}', () => value.en),
    zh.replace('{}', () => value.zh),
  );

/** A net without hidden layers does not use these settings. */
const OF_HIDDEN_LAYERS: readonly SettingKey[] = [
  'normalization',
  'normEps',
  'normMomentum',
  'normGroups',
  'hiddenWeightFactor',
  'hiddenRateFactor',
];

/** The distinct values of a setting in the trials that use it, in plan order. */
export function valuesUsed<Key extends SettingKey>(results: readonly Result[], key: Key): Settings[Key][] {
  const nameOf = valueKeys();
  const values = new Map<string, Settings[Key]>();
  for (const { settings } of results.map(({ trial }) => trial)) {
    if (!takesPart(key, settings)) continue;
    if (settings.hiddenDims.length === 0 && OF_HIDDEN_LAYERS.includes(key)) continue;
    const name = nameOf(settings[key]);
    if (!values.has(name)) values.set(name, settings[key]);
  }
  return [...values.values()];
}

/** Values of a setting as a list that says how they vary: `5, 10 or 50 (varied)`. */
export function valueList<Value extends SettingValue>(
  values: readonly Value[],
  write: ((value: Exclude<Value, number>) => Text) | undefined,
  variation: Text,
): Text {
  const number = numberText(values);
  const each = values.map(value => (isOther(value) && write ? write(value) : joined(number(value))));
  if (each.length === 1) return each[0]!;
  const numbers = values.filter(value => typeof value === 'number');
  if (each.length > MOST_LISTED && numbers.length === values.length) {
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map(number);
    return joined(
      text(`${least} to ${most} in ${each.length} values`, `${least} 到 ${most} 之间的 ${each.length} 个值`),
      variation,
    );
  }
  const english = each.map(({ en }) => en);
  return joined(text(listed(english, 'or'), each.map(({ zh }) => zh).join('、')), variation);
}

const isOther = <Value>(value: Value): value is Exclude<Value, number> => typeof value !== 'number';

/** More numbers are summed up as a range. */
const MOST_LISTED = 6;

/** How a setting varies: alone, or together with others. */
export function variationOf(axes: readonly Axis[], key: SettingKey): Text {
  const others = axes.find(({ keys }) => keys.includes(key))?.keys.filter(each => each !== key) ?? [];
  return others.length === 0
    ? text(' (varied)', '（变量）')
    : text(` (varied with ${listed(others)})`, `（与 ${others.join('、')} 一起变化）`);
}

/**
 * Writes numbers as tables do, but with six digits, or as many as tell them apart; a share such as .9999999 is not
 * rounded to 1.
 */
function numberText(values: readonly SettingValue[]): (value: SettingValue) => string {
  const numbers = values.filter(value => typeof value === 'number');
  const isFaithful = (digits: number) =>
    new Set(numbers.map(value => shortText(value, digits))).size === numbers.length &&
    numbers.every(value => value === 1 || shortText(value, digits) !== '1');
  let digits = 6;
  while (digits < 17 && !isFaithful(digits)) digits++;
  return value => shortText(value, digits);
}
