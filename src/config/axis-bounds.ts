import type { Axis } from './schema.ts';

/** The least and the greatest value of a numeric axis; a single value is both. */
export function axisBounds(axis: Axis): [least: number, greatest: number] {
  const values =
    typeof axis === 'object' && 'logspace' in axis
      ? axis.logspace.slice(0, 2).map(exponent => 10 ** exponent)
      : [axis].flat().map(Number);
  return [Math.min(...values), Math.max(...values)];
}
