/** Numbers, settings and nets in the words of sentences. */
import type { SettingValue } from '../config/schema.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import { type Measure, type MeasureName, measures } from '../records/measures.ts';
import type { Estimate } from './cells.ts';
import { powerText, shortText } from './results.ts';

type Axes = Readonly<Record<string, SettingValue>>;

/** What people call the nets of the notebook. A normalization that is not listed goes by its name in the schema. */
const NET_NAMES: Readonly<Record<string, string>> = {
  none: 'plain net',
  batchnorm: 'batch norm',
  layernorm: 'layer norm',
  rmsnorm: 'RMS norm',
  groupnorm: 'group norm',
};

/** A normalization as people say it: `batch norm`, `the plain net`. */
export const normalizationName = (value: SettingValue | string): string =>
  value === 'none' ? `the ${netLabel(value)}` : netLabel(value);

/** The same without an article, for narrow places. */
const netLabel = (value: SettingValue | string): string => NET_NAMES[String(value)] ?? String(value);

/** A word that a setting has, as people say it: a normalization by its name, another word as it is. */
export const wordText = (key: string, word: string): string =>
  key === 'normalization' ? normalizationName(word) : word;

/** A net named by the settings that tell it from others: `batch norm`, `the plain net, updateRule sgd`, `the net`. */
export function netName({ normalization, ...others }: Axes, write?: SettingWriter): string {
  const name = normalization === undefined ? 'the net' : normalizationName(normalization);
  const rest = axesText(others, write);
  if (rest === '') return name;
  return normalization === undefined ? `the net with ${rest}` : `${name}, ${rest}`;
}

/**
 * How a trial differs from the others of its run: `weightScale 0.01, normalization none, seed 232`. The short form calls
 * nets by their names and leaves out the keys of other words: `weightScale 0.01, plain net, seed 232`.
 */
export function describer(
  trials: readonly PlannedTrial[],
  { short = false }: { readonly short?: boolean } = {},
): (trial: PlannedTrial) => string {
  const showSeed = new Set(trials.map(({ seed }) => seed)).size > 1;
  return ({ axes, seed }) => {
    const values = Object.entries(axes).map(([key, value]) => {
      if (!short || typeof value !== 'string') return axesText({ [key]: value });
      return key === 'normalization' ? netLabel(value) : value;
    });
    return [...values, ...(showSeed || values.length === 0 ? [`seed ${seed}`] : [])].join(', ');
  };
}

/** `weightScale 1e-2, batchSize 50`. */
export const axesText = (axes: Axes, write: SettingWriter = (_, value) => shortText(value)): string =>
  Object.entries(axes)
    .map(([key, value]) => `${key} ${write(key, value)}`)
    .join(', ');

/** Writes the value of a setting. */
export type SettingWriter = (key: string, value: SettingValue) => string;

/** A writer that tells the values of each setting apart. */
export function settingWriter(all: Iterable<Axes>): SettingWriter {
  const values = new Map<string, SettingValue[]>();
  for (const axes of all) {
    for (const [key, value] of Object.entries(axes)) {
      const known = values.get(key);
      if (known) known.push(value);
      else values.set(key, [value]);
    }
  }
  const writers = new Map([...values].map(([key, own]) => [key, axisText(own)]));
  return (key, value) => writers.get(key)?.(value) ?? shortText(value);
}

/** `.312`, `-.004`, `1.000`. */
export const fractionText = (value: number): string => unsigned(value.toFixed(3)).replace(/^(-?)0\./, '$1.');

/** A number that rounds to 0 has no sign. */
const unsigned = (text: string): string => (/^-[0.]*$/.test(text) ? text.slice(1) : text);

/** A probability or a p value: `.031`, `<.001`, `>.999`; `-` if there is none. */
export function probabilityText(p: number | null | undefined): string {
  if (p == null) return '-';
  if (p > 0 && p < 0.001) return '<.001';
  return p < 1 && p > 0.999 ? '>.999' : fractionText(p);
}

/** A writer for the values of one axis, with as many digits as it takes to tell them apart. */
export function axisText(values: readonly SettingValue[]): (value: SettingValue) => string {
  const distinct = [...new Set(values.filter(value => typeof value === 'number'))];
  let digits = 3;
  const texts = () => new Set(distinct.map(value => shortText(value, digits)));
  while (digits < 17 && texts().size < distinct.length) digits++;
  return value => shortText(value, digits);
}

/** How figures are written, by their unit: an accuracy as `.312`, a loss as `1.796`, a large one as `3.22e7`. */
export const unitText = {
  fraction: fractionText,
  nats: value => (Math.abs(value) < 1000 ? unsigned(value.toFixed(3)) : powerText(value, 2)),
} as const satisfies Readonly<Record<Measure['unit'], (value: number) => string>>;

export const figureText = (measure: MeasureName, value: number): string =>
  unitText[measures[measure].unit](value);

/**
 * A mean with its spread: `.312`, `.312 ± .008` with half its 95 % interval, or `.670 (.000 to 1.000)` where an interval of an
 * accuracy would leave 0 to 1; `-` if there is none.
 */
export function estimateText(
  measure: MeasureName,
  { mean, low, high }: Pick<Estimate, 'mean' | 'low' | 'high'>,
): string {
  const figure = (value: number) => figureText(measure, value);
  if (mean === null) return '-';
  if (low === null || high === null) return figure(mean);
  const [from, to] = shownInterval(measure, low, high);
  return from === low && to === high
    ? `${figure(mean)} ± ${figure((high - low) / 2)}`
    : `${figure(mean)} (${figure(from)} to ${figure(to)})`;
}

/** An interval as it is shown: that of an accuracy is cut at 0 and 1. */
export const shownInterval = (measure: MeasureName, low: number, high: number): readonly [number, number] =>
  measures[measure].unit === 'fraction' ? [Math.max(0, low), Math.min(1, high)] : [low, high];

/** A measure as a sentence names it: `best validation accuracy`. */
export const measureText = (measure: MeasureName): string => lowerFirst(measures[measure].label);

/** `1 seed`, `6 seeds`, `1,000 images`. */
export const counted = (count: number, noun: string): string =>
  `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`;

export const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[], last: 'and' | 'or' = 'and'): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

/** The sentence's first letter as a capital. Names of settings keep theirs. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
