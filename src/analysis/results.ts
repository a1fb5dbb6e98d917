/** A run's results: its trials and their outcomes. */
import type { SettingValue } from '../config/schema.ts';
import { type Dataset, SYNTHETIC_FINGERPRINT } from '../data/dataset.ts';
import { type PlannedTrial, valueText } from '../plan/trial.ts';
import type { Summary } from '../records/measures.ts';
import type { TrialRecord, TrialStatus } from '../records/record.ts';
import { groupBy } from './group-by.ts';

/** A trial and its outcome. A run's results list these in plan order, without the trials that have not run yet. */
export interface Result {
  readonly trial: PlannedTrial;
  readonly status: TrialStatus;
  /** Why the trial failed. */
  readonly error: string | undefined;
  readonly summary: Summary;
  /** Training time. */
  readonly seconds: number;
  /** The whole record with its histories, which may be long; read from the journal at each call. */
  record(): TrialRecord;
}

/** What the nets were trained on. Every table and chart names it, to distinguish other images from CIFAR-10. */
export type DataLabel = 'CIFAR-10' | 'synthetic data' | "unofficial images in CIFAR-10's layout";

/**
 * What to call a dataset, also one that only a journal describes. The fingerprint decides what is synthetic, whatever the kind
 * says. Runs of earlier versions do not say whether their images are the official ones: they are called CIFAR-10.
 */
export function dataLabelOf({
  kind,
  fingerprint,
  official = true,
}: Pick<Dataset, 'kind' | 'fingerprint' | 'official'>): DataLabel {
  if (kind === 'synthetic' || fingerprint === SYNTHETIC_FINGERPRINT) return 'synthetic data';
  return official ? 'CIFAR-10' : "unofficial images in CIFAR-10's layout";
}

/** What readers must know of data that are not CIFAR-10, as a sentence. */
export const dataNotes: Readonly<Partial<Record<DataLabel, string>>> = {
  'synthetic data': 'The images are synthetic: this says nothing about CIFAR-10.',
  "unofficial images in CIFAR-10's layout":
    'The images are in the layout of CIFAR-10, but are not the official ones: figures are not those of CIFAR-10.',
};

/** The number of trials with each outcome. */
export function tally(results: readonly Result[]): Record<TrialStatus, number> {
  const counts = { completed: 0, diverged: 0, failed: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

/** Names of the axes, in the config's order. */
export function axisKeys(results: readonly Result[]): string[] {
  return [...new Set(results.flatMap(({ trial }) => Object.keys(trial.axes)))];
}

/** The axes that have more than one value. */
export function varyingKeys(results: readonly Result[]): string[] {
  return axisKeys(results).filter(key => axisValues(results, key).length > 1);
}

/** The distinct values of one axis, in order of first appearance. */
export function axisValues(results: readonly Result[], key: string): SettingValue[] {
  const values = new Map<string, SettingValue>();
  for (const { trial } of results) {
    const value = trial.axes[key];
    if (value !== undefined) values.set(JSON.stringify(value), value);
  }
  return [...values.values()];
}

/** The seeds of the replicates, in order of first appearance. */
export const seedsIn = (results: readonly Result[]): number[] => [
  ...groupBy(results, ({ trial }) => trial.seed).keys(),
];

/**
 * A value of a setting as people write it, `1.27e-2`, `0.144` or `50`: three significant digits unless told, as powers of ten
 * below 0.1 and from a million. Smaller whole numbers are exact. A long list of widths is shortened: `50 x 60`.
 */
export function shortText(value: SettingValue, digits = 3): string {
  if (typeof value === 'object') return widthsText(value);
  if (typeof value !== 'number') return valueText(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const rounded = Number(value.toPrecision(digits));
  // Rounding up the greatest numbers gives Infinity.
  const short = Number.isFinite(rounded) ? rounded : value;
  return Math.abs(short) < 0.1 || Math.abs(short) >= 1e6 ? powerText(short) : String(short);
}

/** A longer list of widths tells how often each is repeated. */
const MOST_WIDTHS = 8;

/** `50x50x20`; a long list as `50 x 60`, or `512 + 50 x 59`. */
function widthsText(widths: readonly number[]): string {
  if (widths.length <= MOST_WIDTHS) return valueText([...widths]);
  const layers: { readonly width: number; count: number }[] = [];
  for (const width of widths) {
    const last = layers.at(-1);
    if (last?.width === width) last.count++;
    else layers.push({ width, count: 1 });
  }
  return layers.map(({ width, count }) => (count === 1 ? String(width) : `${width} x ${count}`)).join(' + ');
}

/** 0.00016 as `1.6e-4`; with `digits` after the point if given. */
export const powerText = (value: number, digits?: number): string =>
  value.toExponential(digits).replace('e+', 'e');
