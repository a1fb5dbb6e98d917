import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tCdf, tQuantile } from '../../src/analysis/student-t.ts';
import { expectClose, truth } from './truth.ts';

describe("Student's t distribution", () => {
  it.each(['t_cdf', 't_cdf_large', 't_tail'] as const)('has the cdf of SciPy and mpmath: %s', name => {
    for (const [t, row] of Object.entries(truth[name]))
      for (const [df, value] of Object.entries(row)) expectClose(tCdf(Number(t), Number(df)), value);
  });

  it('has the quantiles of mpmath', () => {
    for (const [p, row] of Object.entries(truth.t_quantiles))
      for (const [df, value] of Object.entries(row)) {
        expectClose(tQuantile(Number(p), Number(df)), value);
        expectClose(tQuantile(1 - Number(p), Number(df)), -value, 1e-10);
      }
  });

  it('is the Cauchy distribution at 1 df, has a closed form at 2, and becomes normal', () => {
    for (const t of [-300, -5, -1.8, -1.7, -0.2, 1e-8, 0.9, 1.75, 40]) {
      expectClose(tCdf(t, 1), t < -1 ? Math.atan(-1 / t) / Math.PI : 0.5 + Math.atan(t) / Math.PI, 1e-14);
      const root = Math.sqrt(2 + t * t);
      expectClose(tCdf(t, 2), t < 0 ? 1 / (root * (root - t)) : 0.5 + t / (2 * root), 1e-14);
    }
    expectClose(tCdf(-1.9, 1e13), 0.028716559816001803);
    expectClose(tQuantile(0.975, 1e13), 1.959963984540054);
  });

  it('is defined at the ends, and NaN outside', () => {
    expect([tCdf(Number.NEGATIVE_INFINITY, 3), tCdf(0, 3), tCdf(Number.POSITIVE_INFINITY, 3)]).toEqual([
      0, 0.5, 1,
    ]);
    expect([tQuantile(0, 3), tQuantile(0.5, 3), tQuantile(1, 3)]).toEqual([-Infinity, 0, Infinity]);
    for (const p of [-0.1, 1.1, Number.NaN]) expect(tQuantile(p, 3)).toBeNaN();
    expect(tCdf(Number.NaN, 3)).toBeNaN();
  });

  const df = fc.double({ min: 1, max: 1e6, noNaN: true });

  it('is symmetric and increases', () => {
    const t = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(t, t, df, (t, u, df) => {
        expect(tCdf(t, df) + tCdf(-t, df)).toBeCloseTo(1, 14);
        if (t < u - 1e-9) expect(tCdf(t, df)).toBeLessThanOrEqual(tCdf(u, df));
      }),
    );
  });

  it('has a quantile that inverts its cdf', () => {
    const p = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
    fc.assert(fc.property(p, df, (p, df) => expectClose(tCdf(tQuantile(p, df), df), p, 1e-12)));
  });
});
