/** Timing in rounds that run every measurement once, so that a noisy minute affects all of them alike. */

/** Median and extremes of several measurements. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return { median: (low + high) / 2, least: sorted[0]!, most: sorted.at(-1)! };
}

/** Mean milliseconds per call, over calls that last `milliseconds` together. */
export function timeOf(call: () => void, milliseconds: number): number {
  let count = 0;
  const start = performance.now();
  let now = start;
  while (now - start < milliseconds) {
    call();
    count++;
    now = performance.now();
  }
  return (now - start) / count;
}

/** Takes every measurement once in each round. */
export async function interleaved<Name extends string>(
  rounds: number,
  measurements: Readonly<Record<Name, () => number | Promise<number>>>,
): Promise<Record<Name, Spread>> {
  const names = Object.keys(measurements) as Name[];
  const values = new Map(names.map(name => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) values.get(name)!.push(await measurements[name]());
  }
  return Object.fromEntries(names.map(name => [name, spreadOf(values.get(name)!)])) as Record<Name, Spread>;
}

export const spreadText = ({ median, least, most }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${least.toFixed(digits)}..${most.toFixed(digits)})`;
