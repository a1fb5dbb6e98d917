/** Reads and writes the numbers and names of sentences, without the program's own words. */
import type { Value } from './facts.ts';

/** A figure as it is printed: digits, a point, perhaps a power of ten. */
export const FIGURE = '-?(?:\\d[\\d,]*)?(?:\\.\\d+)?(?:e-?\\d+)?';

/**
 * Whether a printed figure is this value, rounded to the digits that are shown. A zero with a sign is never right, nor is a
 * figure with fewer than three decimals.
 */
export function isPrinted(text: string, value: number): boolean {
  if (!/^-?(\d+)?(\.\d+)?(e-?\d+)?$/.test(text) || /^-[0.]*$/.test(text)) return false;
  const shown = Number(text);
  const [, mantissa = '', power = '0'] = /^([^e]*)(?:e(-?\d+))?$/.exec(text)!;
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  const unit = 10 ** (Number(power) - decimals);
  return Math.abs(shown - value) <= 0.5 * unit * (1 + 1e-6) + 1e-12 * Math.abs(value);
}

/** An accuracy or a loss as tables print them: three decimals, a large loss as a power of ten with two. */
export const isFigure = (text: string, value: number): boolean =>
  isPrinted(text, value) &&
  (/^-?\d*\.\d{3}$/.test(text) || (/^-?\d\.\d\de\d+$/.test(text) && Math.abs(value) > 999.9));

/** A p value: three decimals, `<.001`, `>.999`. */
export function isProbability(text: string, p: number, tolerance = 0): boolean {
  if (text === '<.001') return p < 0.001 + 1e-9 + tolerance;
  if (text === '>.999') return p > 0.999 - 1e-9 - tolerance;
  return /^\d?\.\d{3}$/.test(text) && Math.abs(Number(text) - p) <= 0.0005 + 1e-9 + tolerance;
}

/** A whole number with commas at thousands. */
export const numberIn = (text: string): number => Number(text.replaceAll(',', ''));

/** The value of a setting with so many significant digits: powers of ten below 0.1 and from a million. */
export function written(value: Value, digits = 3): string {
  if (typeof value === 'object') return listText(value);
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const rounded = Number(value.toPrecision(digits));
  const short = Number.isFinite(rounded) ? rounded : value;
  return Math.abs(short) < 0.1 || Math.abs(short) >= 1e6
    ? short.toExponential().replace('e+', 'e')
    : String(short);
}

/** `50x50x20`; of more than eight widths how often each is repeated: `512, 50 x 59`. */
function listText(widths: readonly number[]): string {
  if (widths.length <= 8) return widths.join('x') || 'none';
  const parts: string[] = [];
  for (let start = 0; start < widths.length; ) {
    let end = start;
    while (widths[end] === widths[start] && end < widths.length) end++;
    parts.push(end - start === 1 ? String(widths[start]) : `${widths[start]} x ${end - start}`);
    start = end;
  }
  return parts.join(', ');
}

/** Writes the values of an axis with as many digits as tell them apart. */
export function writerOf(values: readonly Value[]): (value: Value) => string {
  const numbers = [...new Set(values.filter(value => typeof value === 'number'))];
  for (let digits = 3; digits < 17; digits++)
    if (new Set(numbers.map(value => written(value, digits))).size === numbers.length)
      return value => written(value, digits);
  return value => written(value, 17);
}

const NORMALIZATIONS: Readonly<Record<string, string>> = {
  none: 'the plain net',
  batchnorm: 'batch norm',
  layernorm: 'layer norm',
  rmsnorm: 'RMS norm',
  groupnorm: 'group norm',
};

export const normalizationName = (value: Value): string => NORMALIZATIONS[String(value)] ?? String(value);

export type Settings = Readonly<Record<string, Value>>;
export type Writer = (key: string, value: Value) => string;

/** Writes settings so that the different values of each are told apart. */
export function settingsWriterOf(all: readonly Settings[]): Writer {
  const keys = new Set(all.flatMap(Object.keys));
  const writers = new Map(
    [...keys].map(key => [key, writerOf(all.flatMap(settings => (key in settings ? [settings[key]!] : [])))]),
  );
  return (key, value) => writers.get(key)?.(value) ?? written(value);
}

/** `weightScale 1e-2, batchSize 50`. */
export const settingsText = (settings: Settings, write: Writer): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key} ${write(key, value)}`)
    .join(', ');

/** What a net with these settings is called. */
export function nameOf(settings: Settings, write: Writer): string {
  const { normalization, ...others } = settings;
  const rest = settingsText(others, write);
  if (normalization === undefined) return rest === '' ? 'the net' : `the net with ${rest}`;
  return rest === '' ? normalizationName(normalization) : `${normalizationName(normalization)}, ${rest}`;
}

export const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** One of these texts, longest first, as a part of a pattern. */
export const oneOf = (texts: Iterable<string>): string =>
  `(?:${[...new Set(texts)]
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|')})`;

export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const patterns = new Map<string, RegExp>();

/** A compiled pattern; the last few hundred are remembered. */
export function regexOf(source: string, flags = ''): RegExp {
  const key = `${flags} ${source}`;
  const known = patterns.get(key) ?? new RegExp(source, flags);
  if (patterns.size > 400) patterns.clear();
  patterns.set(key, known);
  known.lastIndex = 0;
  return known;
}

/** The items of `a`, `a and b`, `a, b and c`, where each item matches the pattern; undefined if the text is no such list. */
export function listOf(text: string, item: string): string[] | undefined {
  const each = regexOf(item, 'y');
  const items: string[] = [];
  for (let at = 0; ; ) {
    each.lastIndex = at;
    const [found] = each.exec(text) ?? [];
    if (!found) break;
    items.push(found);
    at += found.length;
    if (at === text.length) return items;
    const [, separator] = /^(, | and )/.exec(text.slice(at, at + 5)) ?? [];
    if (separator === undefined) break;
    at += separator.length;
  }
  // An item that took too much gives some back.
  if (!regexOf(`^${item}(?:(?:, ${item})* and ${item})?$`).test(text)) return undefined;
  return [...text.matchAll(regexOf(`(?<=^|, | and )${item}(?=$|, | and )`, 'g'))].map(([found]) => found);
}
