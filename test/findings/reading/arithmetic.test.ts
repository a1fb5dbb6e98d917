/** The second reading's arithmetic against mpmath (40 digits), and its walls: it knows nothing of what it judges. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  binomialQuantile,
  criticalT,
  holm,
  sampleOf,
  signFlipShare,
  tTestP,
  twoSidedT,
} from './arithmetic.ts';

const truth = JSON.parse(
  readFileSync(new URL('../../truth/reading.json', import.meta.url), 'utf8'),
) as Record<'twoSidedT' | 'criticalT' | 'binomialQuantile', [number, number, number][]>;

it('the t distribution agrees with mpmath', () => {
  for (const [t, df, p] of truth.twoSidedT) expect(twoSidedT(t, df) / p).toBeCloseTo(1, 9);
  for (const [df, t] of truth.criticalT) expect(criticalT(0.05, df) / t!).toBeCloseTo(1, 10);
});

it('binomial quantiles agree with mpmath', () => {
  for (const [n, tail, k] of truth.binomialQuantile) expect(binomialQuantile(n, 0.1, tail)).toBe(k);
});

it('Holm, the paired t test and sign flips agree with figures worked out by hand', () => {
  expect(holm([0.01, 0.04, 0.03, Number.NaN])).toEqual([0.03, 0.06, 0.06, Number.NaN]);
  // d = 1, 2, 3: mean 2, sd 1, t = 2 sqrt(3) with 2 degrees of freedom, for which p = 1 - t / sqrt(2 + t^2).
  expect(tTestP(sampleOf([1, 2, 3]))).toBeCloseTo(1 - Math.sqrt(12 / 14), 12);
  expect(signFlipShare([1, 2, 3])).toBe(2 / 8);
  expect(signFlipShare([1, -1, 0, 0])).toBe(1);
});

it('imports nothing of src/analysis or src/report', () => {
  for (const file of readdirSync(new URL('.', import.meta.url))) {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    for (const [, from] of text.matchAll(/^(?:import|export) .*from '([^']+)'/gm))
      expect(from, `${file} imports ${from}`).toMatch(/^(\.\/[\w-]+\.ts|node:\w+|vitest)$/);
  }
});
