import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../src/config/schema.ts';
import { sweepCells } from '../../src/config/sweep-cells.ts';
import { pow } from '../../src/kernels/base.ts';
import { planTrials, seedsOf } from '../../src/plan/plan.ts';
import { distinct } from '../config/distinct.ts';
import { hasNumpy, python } from '../python.ts';

const parse = (input: ExperimentInput) => experimentSchema.parse(input);
const cellsOf = (input: ExperimentInput) => sweepCells(parse(input), pow);
const axesOf = (input: ExperimentInput) => cellsOf(input).map(({ axes }) => Object.entries(axes));
const linspace = (start: number, stop: number, count: number) =>
  cellsOf({ sweep: { reg: { linspace: [start, stop, count] } } }).map(({ settings }) => settings.reg);

describe('linspace', () => {
  it("gives numpy.linspace's values", () => {
    expect(linspace(0.1, 0.7, 4)).toEqual([0.1, 0.3, 0.5, 0.7]);
    expect(linspace(0, 1, 11)).toEqual([
      0.0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001, 0.7000000000000001, 0.8, 0.9, 1.0,
    ]);
    expect(linspace(3, 1, 1)).toEqual([3]);
    expect(linspace(0, 10, 3)).toEqual([0, 5, 10]);
  });

  it.skipIf(!hasNumpy)('has the bits of the installed NumPy (needs python3 with numpy)', () => {
    const place = fc.double({ min: 0, max: 1e6, noNaN: true });
    const cases = fc.sample(fc.tuple(place, place, fc.integer({ min: 1, max: 60 })), {
      numRuns: 300,
      seed: 1,
    });
    const script =
      'import json, sys, numpy\nprint(json.dumps([numpy.linspace(*c).tolist() for c in json.load(sys.stdin)]))';
    const expected = JSON.parse(python(['-c', script], JSON.stringify(cases))) as number[][];
    cases.forEach((range, i) => {
      expect(linspace(...range)).toEqual(distinct(expected[i]!));
    });
  });

  it('gives integer settings whole numbers or names the offending one', () => {
    expect(axesOf({ sweep: { batchSize: { linspace: [10, 50, 3] } } }).flat()).toEqual(
      [10, 30, 50].map(value => ['batchSize', value]),
    );
    expect(() => cellsOf({ sweep: { batchSize: { linspace: [5, 10, 3] } } })).toThrow(
      'sweep.batchSize: expected a whole number, got 7.5',
    );
  });
});

describe('zip', () => {
  it('moves its axes together, in its place among the axes', () => {
    const zip = { hiddenDims: [[50], [100]], learningRate: [1e-3, 1e-4] };
    expect(axesOf({ sweep: { batchSize: [5, 10], zip, normalization: 'none' } })).toEqual(
      [5, 10].flatMap(batchSize =>
        [0, 1].map(i => [
          ['batchSize', batchSize],
          ['hiddenDims', zip.hiddenDims[i]],
          ['learningRate', zip.learningRate[i]],
          ['normalization', 'none'],
        ]),
      ),
    );
  });

  it('refuses axes of different lengths, and a key that is an axis already', () => {
    const zip = { reg: [0, 1], epochs: { linspace: [1, 3, 3] as [number, number, number] } };
    expect(() => cellsOf({ sweep: { zip } })).toThrow(
      'sweep.zip.epochs: reg has 2 values and epochs has 3 values',
    );
    expect(() => cellsOf({ sweep: { reg: 1, zip: { reg: [0, 1] } } })).toThrow(
      'sweep.zip.reg: reg is both an axis and in zip',
    );
  });
});

describe('exclude and baseline', () => {
  const sweep = { normalization: ['none' as const, 'batchnorm' as const], batchSize: [5, 50] };

  it('leaves out the cells that agree with all keys of a rule', () => {
    const exclude = [{ normalization: 'none' as const, batchSize: { above: 5 } }];
    expect(cellsOf({ sweep: { ...sweep, exclude } }).map(({ axes }) => Object.values(axes))).toEqual([
      ['none', 5],
      ['batchnorm', 5],
      ['batchnorm', 50],
    ]);
  });

  it('finds a value of a logspace by its decimal form', () => {
    const reg = { logspace: [-4, 0, 5] as [number, number, number] };
    expect(cellsOf({ sweep: { reg, exclude: [{ reg: 1e-3 }] } })).toHaveLength(4);
  });

  it('refuses a rule or a baseline that matches nothing, and a sweep without cells', () => {
    expect(() => cellsOf({ sweep: { ...sweep, exclude: [{ batchSize: 6 }] } })).toThrow(
      'sweep.exclude.0: no cell of the sweep matches {"batchSize":6}',
    );
    expect(() => cellsOf({ sweep, baseline: { normalization: 'layernorm' } })).toThrow(
      'baseline: no cell of the sweep matches {"normalization":"layernorm"}',
    );
    expect(cellsOf({ sweep, baseline: { normalization: 'none' } })).toHaveLength(4);
    expect(() => cellsOf({ sweep: { ...sweep, exclude: [{ epochs: 10 }] } })).toThrow(
      'exclude leaves no cell to run',
    );
  });
});

it('seeds stand for seed and replicates, and count towards the limit', () => {
  const experiment = parse({ seeds: [231, 7, 9], sweep: { reg: [0, 1, 1] } });
  expect(seedsOf(experiment)).toEqual([231, 7, 9]);
  const trials = planTrials(experiment, { fingerprint: 'f', numerics: 'n' });
  expect(trials.map(({ seed, axes }) => [seed, axes.reg])).toEqual(
    [231, 7, 9].flatMap(seed => [0, 1].map(reg => [seed, reg])),
  );
  const values = { linspace: [0, 1, 10_000] as [number, number, number] };
  const seeds = Array.from({ length: 11 }, (_, i) => i);
  expect(() => cellsOf({ seeds, sweep: { zip: { reg: values, lrDecay: values } } })).toThrow(
    /more than 100000 combinations and replicates/,
  );
});
