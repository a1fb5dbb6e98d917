import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePairs } from '../../src/analysis/paired.ts';
import { signFlips } from '../../src/analysis/sign-flips.ts';
import { RandomState } from '../../src/random/random-state.ts';
import { expectClose, truth } from './truth.ts';

/** Accuracies over 1,000 images, so that ties occur. */
const accuracy = fc.integer({ min: 0, max: 1000 }).map(k => k / 1000);
const pairs = fc.array(fc.tuple(accuracy, accuracy), { minLength: 1, maxLength: 8 });
const split = (rows: [number, number][]) => [rows.map(([a]) => a), rows.map(([, b]) => b)] as const;

describe('comparing pairs', () => {
  it.each(truth.paired)('gives the figures of SciPy: $a.length pairs', c => {
    const { difference, effectSize, t, tTestP, above, below, equal, ...rest } = comparePairs(c.a, c.b);
    expect(difference.n).toBe(c.a.length);
    expectClose(difference.mean, c.mean_difference);
    expectClose(difference.low, c.interval[0]);
    expectClose(difference.high, c.interval[1]);
    expectClose(effectSize, c.effect_size_dz);
    expectClose(t, c.effect_size_dz * Math.sqrt(c.a.length));
    expectClose(tTestP, c.t_test_p);
    expect(rest.signFlips).toEqual({ p: c.sign_flip_p, sampled: false });
    expect([above, below, equal]).toEqual([c.pairs_above, c.pairs_below, 0]);
  });

  it('changes only signs when the arrays are swapped', () => {
    fc.assert(
      fc.property(pairs, rows => {
        const [a, b] = split(rows);
        const there = comparePairs(a, b);
        const back = comparePairs(b, a);
        expect(back.difference.mean + there.difference.mean).toBe(0);
        expect(back.difference.sd).toBe(there.difference.sd);
        expect([back.signFlips, back.tTestP]).toEqual([there.signFlips, there.tTestP]);
        expect([back.above, back.below, back.equal]).toEqual([there.below, there.above, there.equal]);
      }),
    );
  });

  it('has the exact p of integers, whatever rounding does to their quotients', () => {
    fc.assert(
      fc.property(pairs, rows => {
        const counts = rows.map(([a, b]) => Math.round(1000 * a) - Math.round(1000 * b));
        const observed = Math.abs(counts.reduce((sum, d) => sum + d, 0));
        let sums = [0];
        for (const d of counts) sums = sums.flatMap(sum => [sum + d, sum - d]);
        const exact = sums.filter(sum => Math.abs(sum) >= observed).length / sums.length;
        expect(comparePairs(...split(rows)).signFlips!.p).toBe(exact);
      }),
    );
  });

  it('says what one pair, equal pairs and constant differences allow', () => {
    const none = { effectSize: null, t: null, tTestP: null };
    expect(comparePairs([0.3], [0.2])).toMatchObject({ ...none, signFlips: { p: 1 }, above: 1 });
    expect(comparePairs([], [])).toMatchObject({ ...none, signFlips: null, equal: 0 });
    expect(comparePairs([0.3, 0.2], [0.3, 0.2])).toEqual({
      difference: { n: 2, mean: 0, sd: 0, low: 0, high: 0 },
      effectSize: 0,
      t: 0,
      tTestP: 1,
      signFlips: { p: 1, sampled: false },
      above: 0,
      below: 0,
      equal: 2,
    });
    // equal but for rounding: 0.36 - 0.35 is not 0.46 - 0.45
    expect(comparePairs([0.36, 0.46, 0.11], [0.35, 0.45, 0.1])).toMatchObject({
      ...none,
      signFlips: { p: 0.25 },
      above: 3,
    });
    expect(() => comparePairs([1], [])).toThrow(RangeError);
  });
});

describe('sign flips', () => {
  it.each(truth.max_t.differences_cells_by_seeds.map((cell, i) => [i, cell] as const))(
    'cell %i has the p of NumPy',
    (i, cell) => {
      expect(signFlips(cell)).toEqual({ p: truth.max_t.p[i], sampled: false });
    },
  );

  it('do not depend on the unit', () => {
    const cell = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(cell, fc.integer({ min: 1, max: 1000 }), (cell, factor) => {
        expect(signFlips(cell.map(d => (-d * factor) / 1000))).toEqual(signFlips(cell));
      }),
    );
  });

  it('cope with differences that do not vary, and with huge ones', () => {
    expect(signFlips([0, 0, 0, 0])).toEqual({ p: 1, sampled: false });
    expect(signFlips([0.1, 0.1, 0.1, 0.1])).toEqual({ p: 0.125, sampled: false });
    expect(signFlips([1e308, 1e308, 1e308])).toEqual({ p: 0.25, sampled: false });
    expect(signFlips([])).toBeNull();
    expect(() => signFlips([1, Number.NaN])).toThrow(RangeError);
  });

  it('are enumerated for 16 seeds, and sampled beyond, near the p of the t test', () => {
    const many = Array.from({ length: 17 }, (_, i) => i + 1);
    expect(signFlips(many.slice(1))).toEqual({ p: 2 / 2 ** 16, sampled: false });
    expect(signFlips(many)).toEqual({ p: 1 / 10_000, sampled: true });
    const values = [...new RandomState(7).randn(new Float64Array(40))].map(value => value + 0.3);
    const { p, sampled } = signFlips(values)!;
    expect(sampled).toBe(true);
    const { tTestP } = comparePairs(
      values,
      values.map(() => 0),
    );
    expect(Math.abs(p - tTestP!)).toBeLessThan(0.015);
  });
});
