import { describe, expect, it } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../src/config/schema.ts';
import { warningsOf } from '../../src/config/warnings.ts';
import { loadShipped, SHIPPED } from './loading.ts';

const warningsFor = (input: ExperimentInput) => warningsOf(experimentSchema.parse(input));

describe('warningsOf', () => {
  it('is silent about sensible experiments', async () => {
    for (const name of SHIPPED) expect(warningsOf(await loadShipped(name))).toEqual([]);
    for (const logspace of [
      [-4, 0, 20],
      [-0.5, 0.5, 3],
      [0, 3, 4],
      [-3.5, -2.5, 4],
    ] satisfies [number, number, number][]) {
      expect(warningsFor({ sweep: { reg: { logspace } } })).toEqual([]);
    }
    expect(warningsFor({ batchSize: 1, normalization: 'none' })).toEqual([]);
    expect(warningsFor({ batchSize: 1, hiddenDims: [] })).toEqual([]);
    expect(warningsFor({ batchSize: 1000 })).toEqual([]);
  });

  it('warns of exponents that look like values', () => {
    expect(warningsFor({ sweep: { weightScale: { logspace: [1e-4, 1, 5] } } })).toEqual([
      'weightScale: logspace takes exponents, so [0.0001,1,5] runs from 10^0.0001 = 1.0002 to 10^1 = 10; for values from 0.0001 to 1 write logspace: [-4,0,5]',
    ]);
    expect(warningsFor({ sweep: { reg: { logspace: [0, 0.1, 5] } } })).toEqual([
      'reg: logspace takes exponents, so [0,0.1,5] runs from 10^0 = 1 to 10^0.1 = 1.2589; to give values, write a list',
    ]);
    expect(warningsFor({ sweep: [{}, { epochs: { logspace: [1, 100, 3] } }] })).toEqual([
      'epochs: logspace takes exponents, so [1,100,3] runs from 10^1 = 10 to 10^100 = 1e+100; for values from 1 to 100 write logspace: [0,2,3]',
    ]);
  });

  it('warns of minibatches larger than the training images', () => {
    const warning =
      'batchSize: a minibatch of 50 is drawn, with replacement, from only 20 training images; write batchSize: 20 or less, or raise trainImages';
    expect(warningsFor({ trainImages: 20 })).toEqual([warning]);
    expect(warningsFor({ batchSize: 10, sweep: { trainImages: [20, 100], batchSize: [5, 50] } })).toEqual([
      warning,
    ]);
  });

  it('warns of batch normalization over a single image, once for many grids', () => {
    const warning =
      'batchSize: over a minibatch of 1, batch normalization turns every activation into 0, so the net cannot learn from its images; write batchSize: 2 or more, or normalization: layernorm';
    expect(warningsFor({ batchSize: 1 })).toEqual([warning]);
    const grid = { normalization: ['none', 'batchnorm'] as const, batchSize: [1, 2], hiddenDims: [[], [5]] };
    const sweep = [grid, { ...grid, reg: 1 }].map(axes => ({
      ...axes,
      normalization: [...axes.normalization],
    }));
    expect(warningsFor({ sweep })).toEqual([warning]);
  });
});
