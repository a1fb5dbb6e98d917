import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePairs } from '../../src/analysis/paired.ts';
import { MAX_FLIPPED_SEEDS, signFlipTest } from '../../src/analysis/sign-flips.ts';
import { expectClose, truth } from './truth.ts';

/** Accuracies over 1,000 images, so that ties occur. */
const accuracy = fc.integer({ min: 0, max: 1000 }).map(k => k / 1000);
const pairs = fc.array(fc.tuple(accuracy, accuracy), { minLength: 1, maxLength: 8 });
const split = (rows: [number, number][]) => [rows.map(([a]) => a), rows.map(([, b]) => b)] as const;

describe('comparing pairs', () => {
  it.each(truth.paired)('gives the figures of SciPy: $a.length pairs', c => {
    const { difference, effectSize, t, tTestP, signFlipP, above, below, equal } = comparePairs(c.a, c.b);
    expect(difference.n).toBe(c.a.length);
    expectClose(difference.mean, c.mean_difference);
    expectClose(difference.low, c.interval[0]);
    expectClose(difference.high, c.interval[1]);
    expectClose(effectSize, c.effect_size_dz);
    expectClose(t, c.effect_size_dz * Math.sqrt(c.a.length));
    expectClose(tTestP, c.t_test_p);
    expect(signFlipP).toBe(c.sign_flip_p);
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
        expect([back.signFlipP, back.tTestP]).toEqual([there.signFlipP, there.tTestP]);
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
        expect(comparePairs(...split(rows)).signFlipP).toBe(exact);
      }),
    );
  });

  it('says what one pair, equal pairs and constant differences allow', () => {
    const none = { effectSize: null, t: null, tTestP: null };
    expect(comparePairs([0.3], [0.2])).toMatchObject({ ...none, signFlipP: 1, above: 1 });
    expect(comparePairs([], [])).toMatchObject({ ...none, signFlipP: null, equal: 0 });
    expect(comparePairs([0.3, 0.2], [0.3, 0.2])).toEqual({
      difference: { n: 2, mean: 0, sd: 0, low: 0, high: 0 },
      effectSize: 0,
      t: 0,
      tTestP: 1,
      signFlipP: 1,
      above: 0,
      below: 0,
      equal: 2,
    });
    // equal but for rounding: 0.36 - 0.35 is not 0.46 - 0.45
    expect(comparePairs([0.36, 0.46, 0.11], [0.35, 0.45, 0.1])).toMatchObject({
      ...none,
      signFlipP: 0.25,
      above: 3,
    });
    expect(() => comparePairs([1], [])).toThrow(RangeError);
  });
});

describe('sign flips of several cells', () => {
  const cells = truth.max_t.differences_cells_by_seeds;

  it("gives NumPy's t, unadjusted and adjusted p", () => {
    const rows = signFlipTest(cells);
    cells.forEach((cell, i) => {
      expectClose(
        comparePairs(
          cell,
          cell.map(() => 0),
        ).t,
        truth.max_t.t[i]!,
      );
    });
    expect(rows.map(({ p }) => p)).toEqual(truth.max_t.p);
    expect(rows.map(({ adjustedP }) => adjustedP)).toEqual(truth.max_t.adjusted_p);
  });

  const grid = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 })).chain(([m, n]) =>
    fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: n, maxLength: n }), {
      minLength: m,
      maxLength: m,
    }),
  );

  it('orders cells as an independent enumeration of |t| does', () => {
    const tSquared = (d: number[]) => {
      const n = d.length;
      const sum = d.reduce((s, x) => s + x, 0);
      const spread = n * d.reduce((s, x) => s + x * x, 0) - sum * sum; // integers: exact
      return sum === 0 ? 0 : ((n - 1) * sum * sum) / spread; // Infinity where nothing varies
    };
    fc.assert(
      fc.property(
        grid.filter(cells => cells[0]!.length > 1),
        cells => {
          let flips: number[][] = [[]];
          for (const _ of cells[0]!)
            flips = flips.flatMap(flip => [
              [...flip, 1],
              [...flip, -1],
            ]);
          const largest = flips.map(flip =>
            Math.max(...cells.map(d => tSquared(d.map((x, i) => x * flip[i]!)))),
          );
          const expected = cells.map(
            d => largest.filter(t => t >= tSquared(d) * (1 - 1e-12)).length / flips.length,
          );
          expect(signFlipTest(cells).map(({ adjustedP }) => adjustedP)).toEqual(expected);
        },
      ),
    );
  });

  it('does not depend on the unit of a cell, and never adjusts downwards', () => {
    fc.assert(
      fc.property(grid, fc.integer({ min: 1, max: 1000 }), (cells, factor) => {
        const rows = signFlipTest(cells);
        expect(signFlipTest(cells.map(cell => cell.map(d => (-d * factor) / 1000)))).toEqual(rows);
        for (const { p, adjustedP } of rows) expect(adjustedP).toBeGreaterThanOrEqual(p!);
      }),
    );
  });

  it('copes with cells that do not vary', () => {
    const [zero, constant, other] = signFlipTest([
      [0, 0, 0, 0],
      [0.1, 0.1, 0.1, 0.1],
      [0.1, 0.2, 0.1, 0.3],
    ]);
    expect(zero).toEqual({ p: 1, adjustedP: 1 });
    expect(constant).toEqual({ p: 0.125, adjustedP: 0.125 });
    expect(other!.p).toBe(0.125);
  });

  it('has no p without seeds, nor beyond what can be enumerated', () => {
    const many = Array.from({ length: MAX_FLIPPED_SEEDS + 1 }, (_, i) => i + 1);
    const none = { p: null, adjustedP: null };
    expect(signFlipTest([many])).toEqual([none]);
    expect(signFlipTest([[]])).toEqual([none]);
    expect(signFlipTest([])).toEqual([]);
    expect(signFlipTest([many.slice(1)])).toEqual([{ p: 2 / 2 ** 16, adjustedP: 2 / 2 ** 16 }]);
    expect(() => signFlipTest([[1, 2], [1]])).toThrow(RangeError);
    expect(() => signFlipTest([[1, Number.NaN]])).toThrow(RangeError);
  });
});
