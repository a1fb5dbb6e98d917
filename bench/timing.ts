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

/** Takes every measurement once in each round; returns the results by name. */
export async function interleaved<Value>(
  rounds: number,
  measurements: ReadonlyMap<string, () => Value | Promise<Value>>,
  onRound: (round: number) => void = () => {},
): Promise<Map<string, readonly Value[]>> {
  const values = new Map([...measurements.keys()].map(name => [name, [] as Value[]]));
  for (let round = 1; round <= rounds; round++) {
    onRound(round);
    for (const [name, measure] of measurements) values.get(name)!.push(await measure());
  }
  return values;
}

export const spreadText = ({ median, least, most }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${least.toFixed(digits)}..${most.toFixed(digits)})`;
