import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ExperimentInput,
  experimentSchema,
  type SettingKey,
  settingKeys,
} from '../../src/config/schema.ts';
import { sweepCells } from '../../src/config/sweep-cells.ts';
import { CifarNormError } from '../../src/errors.ts';
import { pow } from '../../src/kernels/base.ts';
import { hasNumpy, python } from '../python.ts';
import { distinct } from './distinct.ts';

const cellsOf = (input: ExperimentInput) => sweepCells(experimentSchema.parse(input), pow);
const logspace = (start: number, stop: number, count: number) =>
  cellsOf({ sweep: { reg: { logspace: [start, stop, count] } } }).map(({ settings }) => settings.reg);
const errorOf = (input: ExperimentInput): CifarNormError => {
  try {
    cellsOf(input);
  } catch (error) {
    if (error instanceof CifarNormError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

describe('logspace', () => {
  it("gives numpy.logspace's values", () => {
    expect(logspace(-3.3, 2.7, 7)).toEqual([
      0.0005011872336272725, 0.005011872336272725, 0.05011872336272725, 0.5011872336272725, 5.011872336272725,
      50.11872336272725, 501.18723362727246,
    ]);
    expect(logspace(0, -1, 4)).toEqual([1, 0.4641588833612779, 0.2154434690031884, 0.1]);
    expect(logspace(3, 1, 1)).toEqual([1000]);
    expect(logspace(2, 4, 2)).toEqual([100, 10_000]);
    expect(logspace(2, 2, 3)).toEqual([100]);
  });

  const script = `
import json, sys, numpy
for start, stop, count in json.load(sys.stdin):
    print(json.dumps(numpy.logspace(start, stop, count).tolist()))
`;
  it.skipIf(!hasNumpy)(
    'agrees with the installed NumPy to the last bit of pow (needs python3 with numpy)',
    () => {
      const place = fc.double({ min: -20, max: 20, noNaN: true });
      const cases = fc.sample(fc.tuple(place, place, fc.integer({ min: 1, max: 60 })), {
        numRuns: 200,
        seed: 1,
      });
      const expected = python(['-c', script], JSON.stringify(cases))
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as number[]);
      expect(expected).toHaveLength(cases.length);
      cases.forEach(([start, stop, count], i) => {
        const values = logspace(start, stop, count);
        const numpy = distinct(expected[i]!);
        expect(values.length).toBe(numpy.length);
        // The C library's pow may round the last bit differently.
        values.forEach((value, j) => {
          expect(Math.abs(value - numpy[j]!)).toBeLessThanOrEqual(2 ** -52 * numpy[j]!);
        });
      });
    },
  );
});

describe('sweepCells', () => {
  it('a rule with a word for a number leaves out the cells with that word alone', () => {
    const cells = cellsOf({
      sweep: { weightScale: [0.1, 'he', 'xavier'], exclude: [{ weightScale: 'he' }] },
    });
    expect(cells.map(({ settings }) => settings.weightScale)).toEqual([0.1, 'xavier']);
  });

  it('an experiment without a sweep is one cell with its own settings', () => {
    const cells = cellsOf({ epochs: 3, hiddenDims: [7] });
    expect(cells).toHaveLength(1);
    const [{ axes, settings, group }] = cells as [(typeof cells)[0]];
    expect({ axes, group }).toEqual({ axes: {}, group: undefined });
    expect(Object.keys(settings)).toEqual(settingKeys);
    expect(settings).toMatchObject({ epochs: 3, hiddenDims: [7], batchSize: 50 });
  });

  it('counts like an odometer: the first axis slowest, the last fastest', () => {
    const pools: Partial<Record<SettingKey, unknown[]>> = {
      weightScale: [0, 1, 2, 3],
      normalization: ['layernorm', 'none', 'batchnorm'],
      hiddenDims: [[5], [], [5, 5]],
      batchSize: [9, 8, 7],
      dtype: ['float64', 'float32'],
    };
    const grid = fc
      .shuffledSubarray(Object.keys(pools) as SettingKey[])
      .chain(names =>
        fc.tuple(
          ...names.map(name =>
            fc.shuffledSubarray(pools[name]!, { minLength: 1 }).map(values => [name, values] as const),
          ),
        ),
      );
    fc.assert(
      fc.property(grid, axes => {
        const cells = cellsOf({ sweep: Object.fromEntries(axes) });
        expect(cells).toHaveLength(axes.reduce((product, [, values]) => product * values.length, 1));
        cells.forEach((cell, index) => {
          let left = index;
          const digits = axes.toReversed().map(([key, values]) => {
            const value = values[left % values.length];
            left = Math.floor(left / values.length);
            return [key, value];
          });
          expect(Object.entries(cell.axes)).toEqual(digits.toReversed());
          expect(cell.settings).toMatchObject(cell.axes);
        });
      }),
    );
  });

  it('a grid takes the base setting for an axis that only other grids have', () => {
    const cells = cellsOf({
      batchSize: 20,
      sweep: [{ reg: [0, 1] }, { normalization: 'none', reg: 2, batchSize: [5, 6] }],
    });
    expect(cells.map(({ axes }) => Object.entries(axes))).toEqual(
      [
        [0, 'batchnorm', 20],
        [1, 'batchnorm', 20],
        [2, 'none', 5],
        [2, 'none', 6],
      ].map(([reg, normalization, batchSize]) => [
        ['reg', reg],
        ['normalization', normalization],
        ['batchSize', batchSize],
      ]),
    );
  });

  it('equal cells of one group become one; those of two groups stay two', () => {
    const sweep = ['a', 'a', 'b', undefined, undefined].map(group => ({
      group,
      batchSize: [5, 5, 10],
      hiddenDims: [[5], [5]],
    }));
    expect(cellsOf({ sweep }).map(({ group, settings }) => [group, settings.batchSize])).toEqual([
      ['a', 5],
      ['a', 10],
      ['b', 5],
      ['b', 10],
      [undefined, 5],
      [undefined, 10],
    ]);
  });

  it('names the grid and key of an invalid value', () => {
    const fractions = errorOf({ sweep: { batchSize: { logspace: [0, 1, 3] } } });
    expect(fractions.message).toBe('sweep.batchSize: expected a whole number, got 3.1622776601683795');
    expect(fractions.hint).toBe('give the values as a list');
    expect(errorOf({ sweep: [{}, { reg: { logspace: [0, 400, 2] } }] }).message).toBe(
      'sweep.1.reg: expected a number, got Infinity',
    );
    // A caller of the library may skip the schema.
    const experiment = experimentSchema.parse({});
    const sweep = [{ normalization: ['none', 'bathcnorm'] as never }];
    expect(() => sweepCells({ ...experiment, sweep }, pow)).toThrow(
      'sweep.normalization: expected none, batchnorm, layernorm, rmsnorm or groupnorm, got "bathcnorm" (did you mean batchnorm?)',
    );
  });

  it('refuses more than 100,000 cells before it makes them', () => {
    const axis = { logspace: [-3, 0, 10_000] as [number, number, number] };
    const message = /the sweep has more than 100000 combinations$/;
    expect(
      errorOf({ sweep: { reg: axis, learningRate: axis, weightScale: axis, lrDecay: axis } }).message,
    ).toMatch(message);
    expect(errorOf({ sweep: Array(1000).fill({ reg: axis }) }).message).toMatch(/^sweep\.10: /);
    expect(
      errorOf({ replicates: 5000, sweep: { epochs: { logspace: [0, 2, 3] }, reg: { logspace: [0, 1, 7] } } })
        .message,
    ).toMatch(/^sweep: the sweep has more than 100000 combinations and replicates$/);
    const counts = Array.from({ length: 250 }, (_, i) => i + 1);
    expect(cellsOf({ sweep: { batchSize: counts, epochs: counts } })).toHaveLength(62_500);
  });
});
