/** How values are written for eyes; the CSV files keep them exact. */
import { stripVTControlCharacters } from 'node:util';
import type { SettingValue } from '../config/schema.ts';
import { valueText } from '../plan/trial.ts';

/**
 * A writer for the values of one axis: numbers with three digits, more if two of them would look the same,
 * and all of them as powers of ten if one is very small or very large.
 */
export function axisText(values: readonly SettingValue[]): (value: SettingValue) => string {
  const numbers = [...new Set(values.filter(value => typeof value === 'number'))];
  const powers = numbers.some(value => value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6));
  const write = (value: number, digits: number) => {
    if (Number.isInteger(value) && !powers) return String(value);
    const short = Number(value.toPrecision(digits));
    // The greatest numbers would be rounded up to Infinity.
    const rounded = Number.isFinite(short) ? short : value;
    return powers && value !== 0 ? powerText(rounded) : String(rounded);
  };
  let digits = 3;
  while (digits < 17 && new Set(numbers.map(value => write(value, digits))).size < numbers.length) digits++;
  return value => (typeof value === 'number' ? write(value, digits) : valueText(value));
}

/** 0.00016 as `1.6e-4`; with `digits` behind the point when they are given. */
export function powerText(value: number, digits?: number): string {
  return value.toExponential(digits).replace('e+', 'e');
}

/** A fraction as `.312`. */
export function accuracyText(value: number): string {
  return value.toFixed(3).replace(/^0/, '');
}

export function lossText(value: number): string {
  return value < 1000 ? value.toFixed(3) : powerText(value, 2);
}

/** Text from a config file or an error, made fit to stand in one line of a terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}

/** Lines of at most `width` characters, broken between words where that is possible. */
export function wrap(text: string, width: number): string[] {
  return oneLine(text)
    .split(' ')
    .flatMap(word => word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [])
    .reduce<string[]>((lines, word) => {
      const line = lines.at(-1);
      if (line !== undefined && line.length + 1 + word.length <= width)
        lines[lines.length - 1] = `${line} ${word}`;
      else lines.push(word);
      return lines;
    }, []);
}

/** Text cut to at most `width` characters. */
export function fitted(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
