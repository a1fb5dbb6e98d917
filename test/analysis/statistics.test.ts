import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  guessingBound,
  holm,
  interval,
  marginProbabilities,
  mean,
  pairsToDetect,
  sampleSd,
} from '../../src/analysis/statistics.ts';
import { RandomState } from '../../src/random/random-state.ts';
import { expectClose, truth } from './truth.ts';

const differences = (c: { a: number[]; b: number[] }) => c.a.map((a, i) => a - c.b[i]!);

describe('the t interval of a mean', () => {
  it.each(truth.paired)('is that of SciPy and mpmath: $a.length values', c => {
    const { n, mean, sd, low, high } = interval(c.a);
    expect(n).toBe(c.a.length);
    expectClose(mean, c.mean_a);
    expectClose(sd, c.sd_a);
    expectClose(low, c.interval_a[0]);
    expectClose(high, c.interval_a[1]);
  });

  /** The share of 4,000 simulated experiments of n normal values whose interval holds the true mean, 0. */
  function coverage(n: number, seed: number): number {
    const experiments = 4000;
    const values = new RandomState(seed).randn(new Float64Array(experiments * n));
    let covered = 0;
    for (let i = 0; i < experiments; i++) {
      const { low, high } = interval([...values.subarray(i * n, (i + 1) * n)]);
      if (low! <= 0 && high! >= 0) covered++;
    }
    return covered / experiments;
  }

  // The standard error of one coverage is 0.34 %, so about one seed in 270 strays beyond 94 to 96 %: seed 231 does at n = 3
  // (96.275 %, in NumPy and SciPy as well). Ten seeds together have 0.11 %, which allows a bound of 0.4 %.
  it.each([3, 6, 12])('covers the true mean in 95 %% of experiments of %i values', n => {
    const shares = Array.from({ length: 10 }, (_, seed) => coverage(n, seed));
    expect(shares[0]).toBeGreaterThan(0.94);
    expect(shares[0]).toBeLessThan(0.96);
    expect(Math.abs(mean(shares) - 0.95)).toBeLessThan(0.004);
  });

  it('moves with a shift and grows with a factor', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(sample, fc.integer({ min: 1, max: 1000 }), (sample, factor) => {
        const before = interval(sample.map(value => value / 1000));
        const after = interval(sample.map(value => factor * (value / 1000 + 2)));
        expect(Math.abs(after.low! / factor - 2 - before.low!)).toBeLessThan(1e-11);
        expect(Math.abs(after.high! / factor - 2 - before.high!)).toBeLessThan(1e-11);
      }),
    );
  });

  it('has no ends for one value, and is a point for equal values', () => {
    expect(interval([0.3])).toEqual({ n: 1, mean: 0.3, sd: null, low: null, high: null });
    expect(interval([0.1, 0.1, 0.1])).toEqual({ n: 3, mean: 0.1, sd: 0, low: 0.1, high: 0.1 });
    expect(interval([])).toEqual({ n: 0, mean: Number.NaN, sd: null, low: null, high: null });
  });

  it('takes for no spread what rounding leaves', () => {
    expect(sampleSd([0.36 - 0.35, 0.46 - 0.45, 0.11 - 0.1])).toBe(0);
    expect(mean([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])).toBe(0.1);
  });
});

describe('probabilities for a margin', () => {
  it.each(truth.paired)('are those of SciPy: $a.length pairs', c => {
    const { below, within, above } = marginProbabilities(interval(differences(c)), 0.01)!;
    expectClose(below, c.margin_probabilities[0]);
    expectClose(within, c.margin_probabilities[1]);
    expectClose(above, c.margin_probabilities[2]);
  });

  it('agree with the interval: a margin that ends at it leaves 2.5 %', () => {
    const sample = interval([0.31, 0.33, 0.36, 0.3]);
    const { below, within } = marginProbabilities(sample, sample.low!)!;
    expectClose(below + within, 0.025);
  });

  it('do not exist for one pair, and are certain if the differences do not vary', () => {
    expect(marginProbabilities(interval([0.1]), 0.01)).toBeNull();
    expect(marginProbabilities(interval([0, 0, 0]), 0.01)).toEqual({ below: 0, within: 1, above: 0 });
    expect(marginProbabilities(interval([-0.1, -0.1]), 0.01)).toEqual({ below: 1, within: 0, above: 0 });
  });
});

describe('planning', () => {
  it('needs as many pairs as the noncentral t distribution says, or one fewer', () => {
    for (const [ratio, exact] of Object.entries(truth.pairs_to_detect)) {
      const n = pairsToDetect(0.01, Number(ratio) * 0.01);
      expect([exact - 1, exact], ratio).toContain(n);
    }
  });

  it('needs two pairs if nothing varies, and copes with a hopeless margin', () => {
    expect(pairsToDetect(0.01, 0)).toBe(2);
    // (1.959964 + 0.841621)^2 = 7.848880
    expectClose(pairsToDetect(1e-6, 1), 7.84888e12, 1e-5);
    expect(pairsToDetect(0, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("Holm's correction", () => {
  // statsmodels.stats.multitest.multipletests(method='holm')
  it.each([
    [
      [0.01, 0.04, 0.03, 0.005],
      [0.03, 0.06, 0.06, 0.02],
    ],
    [[0.5], [0.5]],
    [
      [0.9, 0.6, 0.02],
      [1, 1, 0.06],
    ],
    [
      [0.02, 0.02],
      [0.04, 0.04],
    ],
    [[], []],
  ])('%j becomes %j', (ps, wanted) => {
    expect(holm(ps).map(p => Number(p.toFixed(12)))).toEqual(wanted);
  });

  it('keeps the order of p values, and never makes one smaller', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), ps => {
        const adjusted = holm(ps);
        for (const [i, p] of ps.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          for (const [j, q] of ps.entries()) if (p < q) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]!);
        }
      }),
    );
  });
});

describe('the bound of guessing', () => {
  // The smallest k with scipy.stats.binom.sf(k - 1, images, .1) <= alpha.
  it.each([
    [1000, 0.05, 117],
    [1000, 0.05 / 11, 126],
    [1000, 0.05 / 440, 138],
    [100, 0.05 / 11, 20],
    [500, 0.05 / 220, 76],
    [10_000, 0.05 / 440, 1113],
    [1, 0.05, 2],
    [1, 0.11, 1],
    [50_000, 1e-12, 5479],
  ])('%i images at %f: %i', (images, alpha, wanted) => {
    expect(guessingBound(images, alpha)).toBe(wanted);
  });
});

it('values that cancel have the mean 0, and values whose squares underflow a spread', () => {
  expect(mean([0.3, -0.1, -0.1, -0.1])).toBe(0);
  expectClose(sampleSd([1e-200, 3e-200]), Math.SQRT2 * 1e-200);
});

it('values whose squares overflow have a spread', () => {
  expectClose(sampleSd([1e200, 3e200]), Math.SQRT2 * 1e200);
  expectClose(mean([1.7e308, -1.7e308, 1.7e308]), 1.7e308 / 3);
  expect(interval([1e308, 1.5e308]).high).toBeGreaterThan(1e308);
});
