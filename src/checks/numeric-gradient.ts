/** Gradients by centred differences, and measures of how far two gradients are apart. */

const H = 1e-5;

/**
 * The numeric gradient of sum(weights f(x)) with respect to `x`, which f reads and this function perturbs in place.
 * Takes f(x + h) - f(x - h) part by part before it sums, because a sum has the round-off of its largest part.
 */
export function numericGradient(
  f: () => ArrayLike<number>,
  weights: ArrayLike<number>,
  x: Float64Array,
  indices: Iterable<number> = x.keys(),
): Float64Array {
  return Float64Array.from(indices, i => {
    const old = x[i]!;
    x[i] = old + H;
    const up = f();
    x[i] = old - H;
    const down = f();
    x[i] = old;
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k]! * (up[k]! - down[k]!);
    return sum / (2 * H);
  });
}

/** max |a - b| / max(1e-8, |a| + |b|): the course's rel_error. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return largest(a, (v, i) => Math.abs(v - b[i]!) / Math.max(1e-8, Math.abs(v) + Math.abs(b[i]!)));
}

/**
 * |a - b| / max(1e-4, |a| + |b|) in Euclidean norms: tiny elements do not count with their own round-off, and a gradient
 * that vanishes may differ by that of the differences, about 1e-10.
 */
export function relativeErrorOfNorms(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const difference = Float64Array.from(a, (v, i) => v - b[i]!);
  return norm(difference) / Math.max(1e-4, norm(a) + norm(b));
}

const norm = (values: ArrayLike<number>): number => {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! * values[i]!;
  return Math.sqrt(squares);
};

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  largest(a, (v, i) => Math.abs(v - b[i]!));

export const largestSize = (a: ArrayLike<number>): number => largest(a, Math.abs);

/** NaN if any size is NaN, so that no check passes. */
function largest(values: ArrayLike<number>, size: (value: number, index: number) => number): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const s = size(values[i]!, i);
    if (!(s <= max)) max = s;
    if (Number.isNaN(max)) break;
  }
  return max;
}
