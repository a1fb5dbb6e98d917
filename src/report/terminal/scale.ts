/** Round numbers for the axes of a chart. */
import { powerText } from '../../analysis/results.ts';

/** Whole multiples of a round step, from `first * step` to `last * step`. */
export interface Ticks {
  readonly step: number;
  readonly first: number;
  readonly last: number;
}

/** Tolerates round-off in a quotient that should be whole. */
const SLACK = 1e-9;

/** [low, high] itself, or room around it if it is as good as one value. */
export function withRoom([low, high]: readonly [number, number]): [low: number, high: number] {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > SLACK * size) return [low, high];
  return size === 0 ? [-1, 1] : [low - size / 2, high + size / 2];
}

/**
 * The finest multiples of 1, 2 or 5 times a power of ten (and of `least` or more) that surround [low, high]
 * in at most `most` intervals. Needs low < high and most >= 2.
 */
export function surroundingTicks(low: number, high: number, most: number, least = 0): Ticks {
  // The logarithm of a range that underflows to 0 is -Infinity: start from the smallest power of ten.
  for (let exponent = Math.max(-323, Math.floor(Math.log10((high - low) / most))); ; exponent++) {
    for (const digit of [1, 2, 5]) {
      const step = Number(`${digit}e${exponent}`);
      const first = Math.floor(low / step + SLACK);
      const last = Math.ceil(high / step - SLACK);
      if (last - first <= most && step >= least) return { step, first, last };
    }
  }
}

/** The multiples of the same step that lie within [low, high]. */
export function innerTicks(low: number, high: number, most: number, least = 0): Ticks {
  const { step } = surroundingTicks(low, high, most, least);
  return { step, first: Math.ceil(low / step - SLACK), last: Math.floor(high / step + SLACK) };
}

export function tickValues({ step, first, last }: Ticks): number[] {
  // The tick above the greatest number would be infinite.
  const finite = (value: number) => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
  return Array.from({ length: last - first + 1 }, (_, index) => finite((first + index) * step));
}

/** The ticks as text: with as many decimals as the step needs, or as powers of ten. */
export function tickTexts(ticks: Ticks): string[] {
  const values = tickValues(ticks);
  const exponent = Math.floor(Math.log10(ticks.step) + SLACK);
  if (exponent >= -4 && values.every(value => Math.abs(value) < 1e6))
    return values.map(value => value.toFixed(Math.max(0, -exponent)));
  const exponentOf = (value: number) => Math.floor(Math.log10(Math.abs(value)) + SLACK);
  return values.map(value =>
    value === 0 ? '0' : powerText(value, Math.max(0, exponentOf(value) - exponent)),
  );
}
