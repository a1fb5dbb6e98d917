import { type Axis, isRange, type Range } from './sweep-schema.ts';

/** The least and the greatest value of a numeric axis; a single value is both. */
export function axisBounds(axis: Axis): [least: number, greatest: number] {
  const values = isRange(axis) ? ends(axis) : [axis].flat().map(Number);
  return [Math.min(...values), Math.max(...values)];
}

function ends({ linspace, logspace }: Range): number[] {
  return linspace?.slice(0, 2) ?? logspace!.slice(0, 2).map(exponent => 10 ** exponent);
}
