import { axisValues, type Result } from '../analysis/results.ts';
import { axisText, wordText } from '../analysis/words.ts';
import type { SettingValue } from '../config/schema.ts';

/**
 * Names that say what differs along `keys`: words alone, normalizations as the findings call them, numbers and lists
 * with their key, `fallback` if nothing differs.
 */
export function curveNamer(
  results: readonly Result[],
  keys: readonly string[],
  fallback: string,
): (result: Result) => string {
  const axes = keys.map(key => {
    const values = axisValues(results, key);
    const isWord = values.every(value => typeof value === 'string');
    return {
      key,
      isWord,
      text: isWord ? (value: SettingValue) => wordText(key, String(value)) : axisText(values),
    };
  });
  const ordered = [...axes.filter(axis => axis.isWord), ...axes.filter(axis => !axis.isWord)];
  return ({ trial }) =>
    ordered
      .flatMap(({ key, text, isWord }) => {
        const value = trial.axes[key];
        return value === undefined ? [] : isWord ? text(value) : `${key} ${text(value)}`;
      })
      .join(', ') || fallback;
}
