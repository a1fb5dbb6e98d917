/** The horizontal axis of a chart. */

import { shortText } from '../../analysis/results.ts';
import { axisText } from '../../analysis/words.ts';
import { type Chart, isPastZero } from '../model.ts';
import { extent } from '../range.ts';
import { innerTicks, tickTexts, tickValues } from './scale.ts';

interface Tick {
  readonly x: number;
  readonly text: string;
}

/** With up to so many distinct values, the ticks stand at the values. */
const FEW_VALUES = 12;

/** Ticks for an axis with values `xs`: the values themselves if they are few, else powers of ten or round numbers. */
export function xTicks(
  { x: kind, zeroAt }: Pick<Chart, 'x' | 'zeroAt'>,
  xs: readonly number[],
  most: number,
): Tick[] {
  if (zeroAt !== undefined) {
    const others = xs.filter(x => isPastZero({ zeroAt }, x));
    return [{ x: zeroAt, text: '0' }, ...xTicks({ x: kind }, others, most)];
  }
  const values = [...new Set(xs)].sort((a, b) => a - b);
  if (values.length <= FEW_VALUES) {
    const text = axisText(values);
    return values.map(x => ({ x, text: text(x) }));
  }
  const [low, high] = extent(values);
  if (kind === 'log') {
    const powers = tickValues(innerTicks(Math.log10(low), Math.log10(high), most, 1));
    if (powers.length > 1)
      return powers.map(power => ({ x: Number(`1e${power}`), text: shortText(Number(`1e${power}`)) }));
  }
  const round = innerTicks(low, high, most);
  const texts = tickTexts(round);
  return tickValues(round).map((x, index) => ({ x, text: texts[index]! }));
}

/**
 * The axis line and the texts below its ticks, for an area of `columns` columns that begins at column `margin + 1`.
 * Leaves out ticks whose text would touch the one before.
 */
export function xAxis(
  ticks: readonly Tick[],
  columnOf: (x: number) => number,
  margin: number,
  columns: number,
): [line: string, texts: string] {
  const line = Array<string>(columns).fill('─');
  let texts = '';
  for (const { x, text } of ticks) {
    const column = margin + 1 + columnOf(x);
    const start = Math.min(column - Math.floor(text.length / 2), margin + 1 + columns - text.length);
    if (start < 0 || (texts !== '' && start < texts.length + 2)) continue;
    texts = texts.padEnd(start) + text;
    line[columnOf(x)] = '┬';
  }
  return [`${' '.repeat(margin)}└${line.join('')}`, texts];
}
