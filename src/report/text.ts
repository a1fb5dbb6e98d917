/** How values are written for people; the CSV files keep them exact. */
import { stripVTControlCharacters } from 'node:util';
import { shortText } from '../analysis/results.ts';
import type { SettingValue } from '../config/schema.ts';

/** A writer for the values of one axis, with as many digits as it takes to tell them apart. */
export function axisText(values: readonly SettingValue[]): (value: SettingValue) => string {
  const distinct = [...new Set(values.filter(value => typeof value === 'number'))];
  let digits = 3;
  const texts = () => new Set(distinct.map(value => shortText(value, digits)));
  while (digits < 17 && texts().size < distinct.length) digits++;
  return value => shortText(value, digits);
}

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
