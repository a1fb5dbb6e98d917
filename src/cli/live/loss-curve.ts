/** A trial's training loss so far, in few pieces. */

/** Sums and counts of the losses in equal pieces of the training, from its first iteration to its last. */
export interface LossCurve {
  readonly iterations: number;
  /** Number of losses. */
  readonly length: number;
  readonly sums: readonly number[];
  readonly counts: readonly number[];
  /** Mean loss of the last report. */
  readonly last: number | undefined;
}

const PIECES = 20;

/** @param iterations of the whole training */
export function emptyCurve(iterations: number): LossCurve {
  const none = Array<number>(Math.min(PIECES, iterations)).fill(0);
  return { iterations, length: 0, sums: none, counts: none, last: undefined };
}

export function extended(curve: LossCurve, losses: readonly number[]): LossCurve {
  if (losses.length === 0) return curve;
  const [sums, counts] = [[...curve.sums], [...curve.counts]];
  let [total, iteration] = [0, curve.length];
  for (const loss of losses) {
    const piece = Math.min(sums.length - 1, Math.floor((iteration++ / curve.iterations) * sums.length));
    sums[piece]! += loss;
    counts[piece]! += 1;
    total += loss;
  }
  return { ...curve, length: iteration, sums, counts, last: total / losses.length };
}

/** Mean losses in at most `most` pieces, in order; undefined for pieces that training has not reached. */
export function meansOf({ sums, counts }: LossCurve, most: number): (number | undefined)[] {
  const pieces = Math.min(most, sums.length);
  return Array.from({ length: pieces }, (_, piece) => {
    const [from, to] = [piece, piece + 1].map(edge => Math.floor((edge * sums.length) / pieces));
    const count = sum(counts.slice(from, to));
    return count === 0 ? undefined : sum(sums.slice(from, to)) / count;
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
