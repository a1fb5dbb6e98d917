import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomState } from '../../src/random/random-state.ts';
import { truth } from '../shared.ts';

const seed = () => new RandomState(231);
const sample = (r: RandomState, n: number) => [...r.randomSample(new Float64Array(n))];
const randn = (r: RandomState, n: number) => [...r.randn(new Float64Array(n))];
const randint = (r: RandomState, low: number, high: number, n: number) => [
  ...r.randint(low, high, new Int32Array(n)),
];

describe('numbers that NumPy prints', () => {
  it('np.random.seed(0): random_sample, randn', () => {
    expect(sample(new RandomState(0), 3)).toEqual([
      0.5488135039273248, 0.7151893663724195, 0.6027633760716439,
    ]);
    expect(randn(new RandomState(0), 3)).toEqual([1.764052345967664, 0.4001572083672233, 0.9787379841057392]);
  });
});

describe('golden figures of NumPy', () => {
  const golden = JSON.parse(truth('numpy-231.json')).random;

  it('mixed draws from one stream', () => {
    const r = seed();
    expect(sample(r, 5)).toEqual(golden.random_sample_5);
    expect(randn(r, 7)).toEqual(golden.randn_7);
    expect(randint(r, 0, 10, 12)).toEqual(golden.randint_0_10_size_12);
    expect([...r.choice(1000, new Int32Array(12))]).toEqual(golden.choice_1000_size_12);
    expect(randn(r, 3)).toEqual(golden.randn_after_odd_3);
    expect(randint(r, 0, 1000, 5)).toEqual(golden.randint_0_1000_size_5);
    expect([...r.choice(49_000, new Int32Array(5))]).toEqual(golden.choice_49000_size_5);
    expect(sample(r, 3)).toEqual(golden.random_sample_3);
  });

  it('170,000 normal numbers, which take more than a page of the kernels', () => {
    const r = seed();
    const values = r.randn(new Float64Array(170_000));
    const { sum, last3, max, next_randint_1000 } = golden.randn_170000;
    expect([...values.slice(-3)]).toEqual(last3);
    expect(Math.abs(values.reduce((a, b) => a + b, 0) - sum)).toBeLessThan(1e-9);
    expect(values.reduce((a, b) => Math.max(a, b))).toBe(max);
    expect(randint(r, 0, 1000, 1)).toEqual([next_randint_1000]);
  });
});

describe('laws', () => {
  const draws = fc.array(
    fc.oneof(
      fc.nat(9).map(n => (r: RandomState) => randn(r, n)),
      fc.nat(9).map(n => (r: RandomState) => sample(r, n)),
      fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 100_000 })).map(
        ([n, high]) =>
          (r: RandomState) =>
            randint(r, 0, high, n),
      ),
    ),
  );

  it('a restored snapshot continues like the stream itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), draws, draws, (start, before, after) => {
        const r = new RandomState(start);
        for (const draw of before) draw(r);
        const copy = new RandomState(JSON.parse(JSON.stringify(r.snapshot())));
        for (const draw of after) expect(draw(copy)).toEqual(draw(r));
      }),
    );
  });

  it('two streams are independent', () => {
    const [a, b] = [seed(), new RandomState(1)];
    const apart = [randn(a, 3), randn(b, 3), randn(a, 3), randn(b, 3)];
    const [c, d] = [seed(), new RandomState(1)];
    expect(apart).toEqual([randn(c, 3), randn(d, 3), randn(c, 3), randn(d, 3)]);
  });

  it('skipRandn leaves the stream where randn does', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(2000), (odd, count) => {
        const [drawn, skipped] = [seed(), seed()];
        randn(drawn, odd);
        randn(skipped, odd);
        randn(drawn, count);
        skipped.skipRandn(count);
        expect(skipped.snapshot()).toEqual(drawn.snapshot());
      }),
    );
  });

  it('integers stay in their range, and a range of one integer draws nothing', () => {
    const r = seed();
    const before = r.snapshot();
    expect(randint(r, 7, 8, 4)).toEqual([7, 7, 7, 7]);
    expect(r.snapshot()).toEqual(before);
    expect(randint(r, -3, 4, 1000).every(v => v >= -3 && v < 4)).toBe(true);
  });
});
