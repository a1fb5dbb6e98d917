import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

type ByKeys = Record<string, Record<string, number>>;

interface Truth {
  t_quantiles: ByKeys;
  t_cdf: ByKeys;
  t_cdf_large: ByKeys;
  t_tail: ByKeys;
  paired: {
    a: number[];
    b: number[];
    mean_a: number;
    sd_a: number;
    interval_a: [number, number];
    mean_difference: number;
    interval: [number, number];
    effect_size_dz: number;
    t_test_p: number;
    sign_flip_p: number;
    pairs_above: number;
    pairs_below: number;
    margin_probabilities: [number, number, number];
  }[];
  max_t: { differences_cells_by_seeds: number[][]; t: number[]; p: number[]; adjusted_p: number[] };
  pairs_to_detect: Record<string, number>;
}

/** Figures of SciPy and mpmath; `sources` in the file says which made which. */
export const truth: Truth = JSON.parse(
  readFileSync(new URL('../truth/statistics-231.json', import.meta.url), 'utf8'),
);

/** Equal to a relative error. */
export function expectClose(actual: number | null, expected: number, relative = 1e-10): void {
  expect(actual).not.toBeNull();
  const error = Math.abs(actual! - expected);
  expect(error <= relative * Math.abs(expected), `${actual} is not ${expected}`).toBe(true);
}
