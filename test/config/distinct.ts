/** The first of each set of values within 1e-9 of each other: a sweep trains them once. */
export function distinct(values: readonly number[]): number[] {
  const kept: number[] = [];
  const isKnown = (value: number) =>
    kept.some(other => Math.abs(other - value) <= 1e-9 * Math.max(Math.abs(other), Math.abs(value)));
  for (const value of values) if (!isKnown(value)) kept.push(value);
  return kept;
}
