/** Axes and their values as words of a command. */
import { axesOf } from '../analysis/axes.ts';
import { axisValues, type Result, shortText } from '../analysis/results.ts';
import { axisText, listed, wordText } from '../analysis/words.ts';
import { sameValue } from '../config/same-value.ts';
import type { SettingValue } from '../config/schema.ts';
import type { Where } from '../config/where-schema.ts';
import { CifarNormError } from '../errors.ts';

/** An axis by its name, or as tables name several that move together: `batchSize with epochs`. */
export const axisNamed = (text: string | undefined, results: readonly Result[]): string | undefined =>
  axesOf(results).find(({ label }) => label === text)?.keys[0] ?? text;

/** The cells with the value that a text means; undefined without a text, or if the run does not vary the axis. */
export function baselineNamed(
  text: string | undefined,
  by: string,
  results: readonly Result[],
): Where | undefined {
  const values = axisValues(results, by);
  if (text === undefined || values.length < 2) return undefined;
  return { [by]: valueNamed(text, by, values) };
}

/**
 * The value of an axis that a text means: as an experiment writes it (`0.3`, `[8, 60]`, `none`, `true`) or as tables and
 * sentences print it (`1.27e-2`, `8x60`, `8 x 60` for a long list, `the plain net`).
 *
 * @param values all values of the axis
 * @throws CifarNormError (usage) if the axis has no such value, or several that print like it
 */
function valueNamed(text: string, key: string, values: readonly SettingValue[]): SettingValue {
  const shortened = values.filter(value => typeof value === 'object' && shortText(value) === text.trim());
  const exact = shortened.length > 0 ? shortened : values.filter(value => isWritten(text, value));
  const [value, ...others] =
    exact.length > 0 ? exact.slice(0, 1) : values.filter(each => isPrinted(text, key, each));
  const shown = (some: readonly SettingValue[]) => some.map(axisText(values));
  if (value === undefined) {
    throw new CifarNormError(
      'usage',
      `the run has no ${key} ${text.trim() || '""'} to be the baseline`,
      `choose one of: ${shown(values).join(', ')}`,
    );
  }
  if (others.length > 0) {
    throw new CifarNormError(
      'usage',
      `${key} ${text.trim()} may be ${listed(shown([value, ...others]), 'or')}`,
      'write one of these',
    );
  }
  return value;
}

/** Whether a text is a value as an experiment writes it. */
function isWritten(text: string, value: SettingValue): boolean {
  if (text.trim() === '') return false;
  if (typeof value === 'number') return sameValue(Number(text), value);
  if (typeof value === 'object') return sameValue(listIn(text), value);
  return text.trim().toLowerCase() === String(value).toLowerCase();
}

/** `8`, `8x60`, `8 x 60` and `[8, 60]`; `none` and `[]` for an empty list. */
function listIn(text: string): number[] {
  const items = text.replace(/[[\]\s]/g, '');
  return items === '' || items.toLowerCase() === 'none' ? [] : items.split(/[x×,]/i).map(Number);
}

/** Whether a text is a number rounded to three digits or more, or a word as sentences have it, with or without its article. */
function isPrinted(text: string, key: string, value: SettingValue): boolean {
  if (typeof value === 'string') return withoutArticle(text) === withoutArticle(wordText(key, value));
  if (typeof value !== 'number' || text.trim() === '') return false;
  const wanted = Number(text);
  return DIGITS.some(digits => Number(value.toPrecision(digits)) === wanted);
}

const DIGITS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const withoutArticle = (text: string): string => text.trim().toLowerCase().replace(/^the /, '');
