import { describe, expect, it } from 'vitest';
import { exp, log, pow } from '../../src/kernels/base.ts';

describe('elementary functions', () => {
  it('pow gives the scales of numpy.logspace(-4, 0, 20) as CPython and NumPy 2 print them', () => {
    const values = Array.from({ length: 20 }, (_, i) => pow(10, i === 19 ? 0 : i * (4 / 19) - 4));
    expect(values).toEqual([
      0.0001, 0.0001623776739188721, 0.00026366508987303583, 0.00042813323987193956, 0.0006951927961775605,
      0.0011288378916846883, 0.0018329807108324356, 0.002976351441631319, 0.004832930238571752,
      0.007847599703514606, 0.012742749857031334, 0.0206913808111479, 0.03359818286283781,
      0.05455594781168514, 0.08858667904100823, 0.14384498882876628, 0.23357214690901212, 0.3792690190732246,
      0.615848211066026, 1,
    ]);
  });

  it('exp and log are inverse, and exact where the result is representable', () => {
    expect([exp(0), log(1), exp(Number.NEGATIVE_INFINITY), log(0)]).toEqual([
      1,
      0,
      0,
      Number.NEGATIVE_INFINITY,
    ]);
    for (const x of [-700, -1e-3, 0.5, 1, 20, 700])
      expect(Math.abs(log(exp(x)) - x)).toBeLessThan(1e-12 * Math.abs(x) + 1e-15);
  });
});
