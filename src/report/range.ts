/** The range of values that a chart shows. */

import { axisText } from '../analysis/words.ts';
import type { Chart, Series } from './model.ts';

/** Least and greatest; NaN of an empty list. */
export function extent(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [values[0] ?? Number.NaN, values[0] ?? Number.NaN];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** Twice the loss of guessing among ten classes, ln 10 = 2.3, and a little: no axis need be cut below. */
const MIN_CLAMP = 5;

/**
 * A clamp for charts that one exploding net would flatten: three times the median of all values, if the greatest is
 * more than twice that. The median holds even when almost half of the values explode.
 */
export function robustClamp(series: readonly Series[]): [number, number] | undefined {
  const values = Float64Array.from(finiteValues(series)).sort();
  const [least = 0, median = 0, greatest = 0] = [values[0], values[values.length >> 1], values.at(-1)];
  const limit = Number(Math.max(MIN_CLAMP, 3 * median).toPrecision(1));
  return greatest > 2 * limit ? [Math.min(0, least), limit] : undefined;
}

/** How many values are drawn at the edge, as sentences. */
export function clampNotes({ clamp, series }: Chart): string[] {
  if (!clamp) return [];
  const [low, high] = clamp;
  const text = axisText(clamp);
  const values = finiteValues(series);
  const above = values.filter(value => value > high).length;
  const below = values.filter(value => value < low).length;
  return [
    ...(above > 0 ? [`Values above ${text(high)} are drawn at the edge: ${above}.`] : []),
    ...(below > 0 ? [`Values below ${text(low)} are drawn at the edge: ${below}.`] : []),
  ];
}

const finiteValues = (series: readonly Series[]): number[] =>
  series.flatMap(({ points }) => points.map(({ y }) => y)).filter(Number.isFinite);
