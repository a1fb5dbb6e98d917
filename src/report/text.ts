/** How values are written for people; the CSV files keep them exact. */
import { stripVTControlCharacters } from 'node:util';
import type { SettingValue } from '../config/schema.ts';
import { valueText } from '../plan/trial.ts';
import type { Measure } from '../records/measures.ts';

/**
 * A writer for the values of one axis: numbers with three digits, with more if two would look the same, and all as
 * powers of ten if one is very small or very large.
 */
export function axisText(values: readonly SettingValue[]): (value: SettingValue) => string {
  const numbers = [...new Set(values.filter(value => typeof value === 'number'))];
  const powers = numbers.some(value => value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6));
  const write = (value: number, digits: number) => {
    if (Number.isInteger(value) && !powers) return String(value);
    const short = Number(value.toPrecision(digits));
    // Rounding up the greatest numbers gives Infinity.
    const rounded = Number.isFinite(short) ? short : value;
    return powers && value !== 0 ? powerText(rounded) : String(rounded);
  };
  let digits = 3;
  while (digits < 17 && new Set(numbers.map(value => write(value, digits))).size < numbers.length) digits++;
  return value => (typeof value === 'number' ? write(value, digits) : valueText(value));
}

/** 0.00016 as `1.6e-4`; with `digits` after the point if given. */
export function powerText(value: number, digits?: number): string {
  return value.toExponential(digits).replace('e+', 'e');
}

/** A fraction as `.312`. */
function accuracyText(value: number): string {
  return value.toFixed(3).replace(/^0/, '');
}

function lossText(value: number): string {
  return value < 1000 ? value.toFixed(3) : powerText(value, 2);
}

/** How a measure is written. */
export const figureText = { fraction: accuracyText, nats: lossText } as const satisfies Readonly<
  Record<Measure['unit'], (value: number) => string>
>;

/** Text from a config file or an error, safe for one line of a terminal: control characters become blanks. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}

/** Lines of at most `width` characters, broken between words where possible. */
export function wrap(text: string, width: number): string[] {
  const words = oneLine(text).split(' ');
  const pieces = words.flatMap(word => word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []);
  return flow(pieces, ' ', width);
}

/** Text cut to at most `width` characters. */
export function fitted(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Items joined by `gap`, as many to a line as fit in `width`. */
export function flow(items: readonly string[], gap: string, width: number): string[] {
  return items.reduce<string[]>((lines, item) => {
    const line = lines.at(-1);
    const longer = `${line}${gap}${item}`;
    if (line !== undefined && stripVTControlCharacters(longer).length <= width)
      lines[lines.length - 1] = longer;
    else lines.push(item);
    return lines;
  }, []);
}
