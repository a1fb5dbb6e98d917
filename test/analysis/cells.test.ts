import { expect, it } from 'vitest';
import { cellOf, cellsOf, estimate } from '../../src/analysis/cells.ts';
import { resultsOf } from './trials.ts';
import { expectClose, truth } from './truth.ts';

it.each(truth.paired)('mean, sd and interval of $a.length replicates equal those of SciPy', pair => {
  const cell = cellOf(resultsOf(...pair.a.map((bestValAccuracy, i) => ({ bestValAccuracy, seed: i }))));
  const { mean, sd, low, high, n, missing } = estimate(cell, 'bestValAccuracy');
  expectClose(mean, pair.mean_a);
  expectClose(sd, pair.sd_a);
  expectClose(low, pair.interval_a[0]);
  expectClose(high, pair.interval_a[1]);
  expect([n, missing]).toEqual([pair.a.length, 0]);
});

it('an accuracy counts in a trial that diverged; a loss is left out and counted; a failed trial has neither', () => {
  const cell = cellOf(
    resultsOf(
      { seed: 1, bestValAccuracy: 0.25, finalTrainLoss: 1.5 },
      { seed: 2, bestValAccuracy: 0.5, status: 'diverged' },
      { seed: 3, status: 'failed' },
    ),
  );
  expect(estimate(cell, 'bestValAccuracy')).toMatchObject({ mean: 0.375, n: 2, missing: 1 });
  expect(estimate(cell, 'finalTrainLoss')).toEqual({
    mean: 1.5,
    sd: null,
    low: null,
    high: null,
    n: 1,
    missing: 2,
  });
  expect(cell.ranked).toBe(false);
});

it('a loss that is not finite is left out, whatever the status says', () => {
  const cell = cellOf(resultsOf({ finalTrainLoss: Number.POSITIVE_INFINITY }));
  expect(estimate(cell, 'finalTrainLoss')).toMatchObject({ mean: null, n: 0, missing: 1 });
});

it('replicates share a cell; axes and groups part them', () => {
  const cells = cellsOf(
    resultsOf(
      { axes: { batchSize: 5 }, groups: ['a'], seed: 1 },
      { axes: { batchSize: 5 }, groups: ['b'], seed: 1 },
      { axes: { batchSize: 5 }, groups: ['a'], seed: 2 },
    ),
  );
  expect(cells.map(({ results }) => results.map(({ trial }) => trial.seed))).toEqual([[1, 2], [1]]);
});
