/** Gradient checks of the notebook and of experiments. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CheckResult, summarizeCells } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/checks.ts';
import { checkExperiment } from '../../src/checks/net-checks.ts';
import { largestDifference } from '../../src/checks/numeric-gradient.ts';
import { experimentSchema, type Normalization, type Settings } from '../../src/config/schema.ts';
import { type Mode, type NormConstants, normalizations } from '../../src/nn/normalizations.ts';
import { truth } from '../shared.ts';

const names = Object.keys(normalizations) as Normalization[];
const settingsOf = (some: Partial<Settings>): Settings => ({ ...experimentSchema.parse({}), ...some });
const failures = (results: readonly CheckResult[]) =>
  results
    .filter(({ pass }) => !pass)
    .map(({ case: name, quantity, value }) => `${name} ${quantity} ${value}`);

describe('the notebook', () => {
  let now = 0;
  const results = runChecks(() => ++now);

  it('passes all of its checks', () => {
    expect(failures(results)).toEqual([]);
  });

  it('measures what NumPy does in test mode', () => {
    const golden = JSON.parse(truth('numpy-231.json')).batchnorm_forward_test;
    for (const [quantity, expected] of [
      ['means', golden.mean],
      ['stds', golden.std],
    ]) {
      const { value } = results.find(r => r.case === 'batchnorm-forward-test' && r.quantity === quantity)!;
      expect(largestDifference(value as number[], expected)).toBeLessThan(1e-12);
    }
  });

  describe('of wrong running statistics', () => {
    const { batchnorm } = normalizations;
    const { forward } = batchnorm;
    type Forward = typeof forward;
    afterEach(() => {
      vi.restoreAllMocks();
    });

    const withConstants =
      (change: (constants: NormConstants, mode: Mode) => Partial<NormConstants>): Forward =>
      (engine, n, layer, mode) => {
        const constants = { ...layer.constants, ...change(layer.constants, mode) };
        forward(engine, n, { ...layer, constants }, mode);
      };
    const unbiased: Forward = (engine, n, layer, mode) => {
      const { runningVar, constants, out } = layer;
      const before = engine.reals(runningVar, out.cols).slice();
      forward(engine, n, layer, mode);
      const after = engine.reals(runningVar, out.cols);
      for (const [j, old] of before.entries()) {
        const kept = constants.momentum * old;
        if (mode === 'train') after[j] = kept + ((after[j]! - kept) * n) / (n - 1);
      }
    };

    it.each([
      ['a momentum swapped with its rest', withConstants(({ momentum }) => ({ momentum: 1 - momentum }))],
      ['an unbiased variance', unbiased],
      ['no eps in test mode', withConstants((_, mode) => (mode === 'test' ? { eps: 0 } : {}))],
    ])('%s fails', (_, wrong) => {
      vi.spyOn(batchnorm, 'forward').mockImplementation(wrong);
      const failed = runChecks(() => ++now).filter(({ pass }) => !pass);
      expect(new Set(failed.map(({ case: name }) => name))).toContain('batchnorm-running-statistics');
    });
  });

  it('has a line for each cell', () => {
    const lines = summarizeCells(results);
    expect(lines.map(({ cell }) => cell).slice(0, 5)).toEqual([
      'Batch normalization: forward, training mode',
      'Batch normalization: forward, test mode',
      'Batch normalization: backward',
      'Batch normalization: alternative backward',
      'Fully connected net: batch normalization',
    ]);
    expect(lines.reduce((sum, { judged }) => sum + judged, 0)).toBe(
      results.filter(({ bound }) => bound !== null).length,
    );
  });
});

describe('an experiment', () => {
  // The errors depend on nothing but these three, so what passes here passes everywhere.
  it.each(names)('the nets of %s pass at every depth, with and without reg', normalization => {
    const settings = Array.from({ length: 12 }, (_, depth) => depth).flatMap(depth =>
      [0, 1e-3, 100].map(reg => settingsOf({ normalization, reg, hiddenDims: Array(depth).fill(100) })),
    );
    expect(failures(checkExperiment(settings))).toEqual([]);
  });

  describe('of a wrong backward pass', () => {
    afterEach(() => {
      vi.restoreAllMocks();
    });

    it.each(names)('%s fails at every depth', normalization => {
      const { backward } = normalizations[normalization];
      vi.spyOn(normalizations[normalization], 'backward').mockImplementation((engine, n, layer) => {
        backward(engine, n, layer);
        engine.reals(layer.dout.pointer, 1)[0]! *= 1.001;
      });
      for (let depth = 2; depth <= 10; depth++) {
        const settings = settingsOf({ normalization, hiddenDims: Array(depth).fill(100) });
        expect(failures(checkExperiment([settings]))).not.toEqual([]);
      }
    });
  });

  it('has each distinct net once', () => {
    const trials = [1e-3, 1e-2].flatMap(weightScale =>
      names.map(normalization => settingsOf({ normalization, weightScale, hiddenDims: [50, 50] })),
    );
    expect(summarizeCells(checkExperiment(trials)).map(({ cell }) => cell)).toEqual(
      names.map(name => `${name}, 2 hidden layers, reg 0`),
    );
  });

  it('checks every parameter of a net', () => {
    const results = checkExperiment([settingsOf({ normalization: 'batchnorm', hiddenDims: [7] })]);
    expect(results.map(({ quantity }) => quantity)).toEqual(['W1', 'b1', 'gamma1', 'beta1', 'W2', 'b2']);
  });
});

it('one figure out of bounds fails its cell', () => {
  const result = { case: 'c', quantity: 'q', value: 1, note: '' };
  expect(
    summarizeCells([
      { ...result, cell: 'good', bound: 2, pass: true },
      { ...result, cell: 'bad', bound: 2, pass: true },
      { ...result, cell: 'bad', bound: 0.5, pass: false },
      { ...result, cell: 'good', bound: null, pass: true },
    ]).map(({ cell, pass, judged, failed }) => [cell, pass, judged, failed.length]),
  ).toEqual([
    ['good', true, 1, 0],
    ['bad', false, 2, 1],
  ]);
});
