import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  innerTicks,
  surroundingTicks,
  tickTexts,
  tickValues,
  withRoom,
} from '../../src/report/terminal/scale.ts';

const reading = fc
  .double({ min: -1e290, max: 1e290, noNaN: true })
  .map(value => (Math.abs(value) < 1e-290 ? 0 : value));
const interval = fc.tuple(reading, reading).map(([a, b]) => withRoom([Math.min(a, b), Math.max(a, b)]));

describe('the ticks of an axis', () => {
  it('are round, few, and surround what is drawn', () => {
    fc.assert(
      fc.property(interval, fc.integer({ min: 2, max: 20 }), ([low, high], most) => {
        const { step, first, last } = surroundingTicks(low, high, most);
        expect(step.toExponential()).toMatch(/^[125]e/);
        expect(last - first).toBeLessThanOrEqual(most);
        expect(last).toBeGreaterThan(first);
        expect(first * step).toBeLessThanOrEqual(low + 1e-8 * step);
        expect(last * step).toBeGreaterThanOrEqual(high - 1e-8 * step);
        // No finer step would do: a step of less than a third of this one needs too many intervals, or rounds outward.
        expect((high - low) / (step / 2.5)).toBeGreaterThan(most - 2);
      }),
    );
  });

  it('can be kept to those within', () => {
    expect(tickValues(innerTicks(1, 200, 7))).toEqual([50, 100, 150, 200]);
    expect(tickValues(innerTicks(-4, 0, 9, 1))).toEqual([-4, -3, -2, -1, 0]);
  });

  it('are written with the decimals of their step, and differ', () => {
    expect(tickTexts({ step: 0.5, first: 2, last: 4 })).toEqual(['1.0', '1.5', '2.0']);
    expect(tickTexts({ step: 20, first: 0, last: 2 })).toEqual(['0', '20', '40']);
    expect(tickTexts({ step: 5e5, first: 0, last: 3 })).toEqual(['0', '5e5', '1.0e6', '1.5e6']);
    expect(tickTexts({ step: 1e-7, first: -1, last: 1 })).toEqual(['-1e-7', '0', '1e-7']);
    fc.assert(
      fc.property(interval, ([low, high]) => {
        const texts = tickTexts(surroundingTicks(low, high, 6));
        expect(new Set(texts).size).toBe(texts.length);
      }),
    );
  });
});
