/** Names at the ends of curves, pushed apart where they would overlap. */
import type { Chart, Series } from '../model.ts';
import { type Axis, hasPlace } from './scales.ts';

/** Longer names, or more of them, appear only in the legend. */
const [MOST_LETTERS, MOST_NAMES] = [13, 4] as const;
const LINE = 13;
const LETTER = 7.6;

/** Pixels that the names take at the right of the chart; 0 if they do not fit there. */
export function roomForNames({ series }: Chart): number {
  const longest = Math.max(0, ...series.map(({ name }) => name.length));
  return series.length > 1 && series.length <= MOST_NAMES && longest <= MOST_LETTERS
    ? Math.ceil(longest * LETTER) + 10
    : 0;
}

/** The place of each curve's name, in pixels from the top; undefined for a curve without points. */
export function namePlaces({ series, clamp }: Chart, y: Axis): readonly (number | undefined)[] {
  const [bottom, top] = y.range;
  const ends = series.flatMap((each, index) => {
    const last = lastOf(each, y);
    if (last === undefined) return [];
    const seen = clamp ? Math.max(clamp[0], Math.min(clamp[1], last)) : last;
    return [{ index, at: y.at(seen) }];
  });
  ends.sort((a, b) => a.at - b.at || a.index - b.index);
  const places: (number | undefined)[] = series.map(() => undefined);
  // Places names from the top, each at least a line below the one before. Then moves them up if the last is outside the chart.
  const ats = ends.map(({ at }) => at);
  for (let i = 0; i < ats.length; i++) ats[i] = Math.max(ats[i]!, i === 0 ? top : ats[i - 1]! + LINE);
  for (let i = ats.length - 1; i >= 0; i--)
    ats[i] = Math.min(ats[i]!, i === ats.length - 1 ? bottom : ats[i + 1]! - LINE);
  for (const [i, { index }] of ends.entries()) places[index] = ats[i];
  return places;
}

function lastOf({ points, means }: Series, axis: Axis): number | undefined {
  const finite = (means ?? points).filter(({ y }) => hasPlace(axis, y));
  return finite.toSorted((a, b) => a.x - b.x).at(-1)?.y;
}
