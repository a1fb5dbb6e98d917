/** A curve in one line of text. */
const LEVELS = '▁▂▃▄▅▆▇█';

/**
 * One character for each value and a blank for a missing one, without blanks at the end. The lowest level is the least value, or half of
 * the greatest if that is less, so that the noise of a curve that does not fall looks flat. Values must be positive.
 */
export function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter(value => value !== undefined);
  const high = Math.max(...known);
  const low = Math.min(high / 2, ...known);
  const level = (value: number) =>
    value >= high ? LEVELS.length - 1 : Math.floor(((value - low) / (high - low)) * LEVELS.length);
  return values
    .map(value => (value === undefined ? ' ' : LEVELS[level(value)]!))
    .join('')
    .trimEnd();
}
