/** Numbers, settings and nets in the words of sentences. */
import type { SettingValue } from '../config/schema.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import { type Measure, type MeasureName, measures } from '../records/measures.ts';
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
export function netName({ normalization, ...others }: Axes): string {
  const name = normalization === undefined ? 'the net' : normalizationName(normalization);
  const rest = axesText(others);
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
export const axesText = (axes: Axes): string =>
  Object.entries(axes)
    .map(([key, value]) => `${key} ${shortText(value)}`)
    .join(', ');

/** `.312`, `-.004`, `1.000`. */
export const fractionText = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, '$1.');

/** How figures are written, by their unit: an accuracy as `.312`, a loss as `1.796`, a large one as `3.22e7`. */
export const unitText = {
  fraction: fractionText,
  nats: value => (Math.abs(value) < 1000 ? value.toFixed(3) : powerText(value, 2)),
} as const satisfies Readonly<Record<Measure['unit'], (value: number) => string>>;

export const figureText = (measure: MeasureName, value: number): string =>
  unitText[measures[measure].unit](value);

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
