/** What the forms of sentences share: patterns of figures, and judgements of them. */
import type { Sample } from './arithmetic.ts';
import { estimate, type MeasureName, measures, type Outcome, type RawCell, type RawRun } from './facts.ts';
import type { Family, Nets, RawNet } from './families.ts';
import { capitalized, escaped, isFigure, oneOf, regexOf } from './words.ts';

/** What a sentence claims beside figures: for counting false claims in simulations. */
export type Claim = 'difference' | 'trend' | 'speed' | 'learner';

export interface Subject {
  readonly run: RawRun;
  readonly nets: Nets;
  /** The comparison that the sentences speak of. */
  readonly family: Family | undefined;
  /** The measure of trends; that of the usual comparison unless told. */
  readonly measure?: MeasureName | undefined;
}

export const FIG = '-?\\d*\\.\\d+(?:e-?\\d+)?';
export const P = '(?:[<>]?\\d?\\.\\d{3})';
export const ESTIMATE = `(?:${FIG} ± ${FIG}|${FIG} \\(${FIG} to ${FIG}\\)|${FIG})`;
export const COUNT = '\\d{1,3}(?:,\\d{3})*';

/** A form: the pattern of its sentences, and what is wrong with one that has it; nothing if it is true. */
export interface Form {
  readonly name: string;
  pattern(subject: Subject): string | undefined;
  judge(match: RegExpExecArray, subject: Subject): string[];
  claims?(match: RegExpExecArray): Claim[];
}

/** A mean with its spread: half the interval, or its ends where it would leave 0 to 1. */
export function estimateFaults(text: string, sample: Sample, isShare: boolean, what: string): string[] {
  const found = /^(\S+)(?: ± (\S+)| \((\S+) to (\S+)\))?$/.exec(text);
  if (!found || sample.n === 0) return [`${what}: ${text} is no estimate of ${sample.n} figures`];
  const [, mean, half, low, high] = found;
  const faults = isFigure(mean!, sample.mean) ? [] : [`${what}: ${mean} is ${sample.mean}`];
  if (sample.n < 2)
    return half === undefined && low === undefined ? faults : [...faults, `${what}: a spread of one figure`];
  const leaves = isShare && (sample.low < 0 || sample.high > 1);
  if (leaves !== (low !== undefined))
    return [...faults, `${what}: ${text} for ${sample.low} to ${sample.high}`];
  if (leaves) {
    const [from, to] = [Math.max(0, sample.low), Math.min(1, sample.high)];
    return isFigure(low!, from) && isFigure(high!, to)
      ? faults
      : [...faults, `${what}: ${text} for ${from} to ${to}`];
  }
  const width = (sample.high - sample.low) / 2;
  return half !== undefined && isFigure(half, width) ? faults : [...faults, `${what}: ± ${half} is ${width}`];
}

export const isShare = (measure: MeasureName): boolean => /Accuracy/.test(measure);

export const meanFaults = (text: string, cell: RawCell, measure: MeasureName, what: string): string[] => {
  const { mean } = estimate(cell, measure);
  return isFigure(text, mean) ? [] : [`${what}: ${text} is ${mean}`];
};

export const textOf = (measure: MeasureName): string => measures[measure].text;
export const measureNamed = (text: string): MeasureName | undefined =>
  (Object.keys(measures) as MeasureName[]).find(name => measures[name].text === text.toLowerCase());
export const MEASURE = oneOf(Object.values(measures).flatMap(({ text }) => [text, capitalized(text)]));

/** The net whose name this is, with or without a capital. */
export const netNamed = (name: string, { nets }: Nets): RawNet | undefined =>
  nets.find(net => net.name === name || capitalized(net.name) === name);
export const namesOf = remembered(({ nets }: Nets): string =>
  oneOf(nets.flatMap(({ name }) => [name, capitalized(name)])),
);
export const placesOf = remembered(({ nets }: Nets): string =>
  oneOf(nets.flatMap(({ cells }) => cells.map(({ at }) => at)).filter(at => at !== '')),
);

export function remembered<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return key => {
    const found = known.get(key) ?? { value: make(key) };
    known.set(key, found);
    return found.value;
  };
}
export const axisOf = ({ axis }: Nets): string => escaped(axis?.label ?? 'no axis');

export const count = (cells: readonly RawCell[], outcome: Outcome): number =>
  cells.filter(cell => cell.outcome === outcome).length;

/** The first of the longest stretches of neighbouring cells that learn. */
export function stretchOf(cells: readonly RawCell[]): readonly [number, number] | undefined {
  let best: readonly [number, number] | undefined;
  for (let start = 0; start < cells.length; start++) {
    let end = start;
    while (end < cells.length && cells[end]!.outcome === 'learns') end++;
    if (end > start && (!best || end - 1 - start > best[1] - best[0])) best = [start, end - 1];
  }
  return best;
}

export const expect = (isTrue: boolean, fault: string): string[] => (isTrue ? [] : [fault]);

/** Splits at "; " and judges each part by the first pattern that it has. */
export const eachPart = (
  text: string,
  forms: readonly (readonly [pattern: string, judge: (match: RegExpExecArray) => string[]])[],
): string[] =>
  text.split('; ').flatMap(part => {
    for (const [pattern, judge] of forms) {
      const match = regexOf(`^${pattern}$`).exec(part);
      if (match) return judge(match);
    }
    return [`cannot be read: ${part}`];
  });

/** The faults by the item that has the fewest: a name may stand for several, one of which is meant. */
export function bestOfFaults<Item>(items: readonly Item[], judge: (item: Item) => string[]): string[] {
  const all = items.map(judge).sort((a, b) => a.length - b.length);
  return all[0] ?? ['nothing has this name'];
}

export const OUTCOME_WORDS: Readonly<Record<string, Outcome>> = {
  learns: 'learns',
  learn: 'learns',
  'does not learn': 'at chance',
  'do not learn': 'at chance',
  'blows up': 'blows up',
  'blow up': 'blows up',
  'is undecided': 'undecided',
  'are undecided': 'undecided',
  'failed to run': 'failed',
};
export const OUTCOMES = oneOf(Object.keys(OUTCOME_WORDS));

export const cellsIn = ({ nets }: Nets) => nets.flatMap(({ cells }) => cells);
