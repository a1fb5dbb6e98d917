import { describe, expect, it } from 'vitest';
import { chartsOf } from '../../src/report/charts.ts';
import { robustClamp } from '../../src/report/range.ts';
import { renderChart } from '../../src/report/terminal/chart.ts';
import { accuracy, type Given, resultsOf } from './results.ts';

const at = (weightScale: number, normalization: 'none' | 'batchnorm', others: Given = {}): Given => ({
  axes: { weightScale, normalization },
  losses: [2, weightScale],
  accuracies: [accuracy(0, 0.1, 0.1), accuracy(1, 0.5, weightScale / 10)],
  ...others,
});

describe('the charts of a run', () => {
  it('are the three measures of the table against an axis of three numbers or more', () => {
    const charts = chartsOf(undefined, resultsOf(at(1, 'none'), at(2, 'none'), at(3, 'none')), 'CIFAR-10');
    expect(charts.map(({ title }) => title)).toEqual([
      'Best validation accuracy by weightScale (CIFAR-10)',
      'Best training accuracy by weightScale (CIFAR-10)',
      'Final training loss by weightScale (CIFAR-10)',
    ]);
  });

  it('show the loss of the last epoch where epochs differ in iterations', () => {
    const trials = [5, 10, 50].map(batchSize => ({ axes: { batchSize } }));
    const charts = chartsOf(undefined, resultsOf(...trials), 'CIFAR-10');
    expect(charts.at(-1)!.title).toBe('Training loss of the last epoch by batchSize (CIFAR-10)');
    expect(charts.at(-1)!.notes).toContain('Loss: the mean training loss of the last epoch.');
  });

  it('are the histories otherwise, and one set for each group', () => {
    const charts = chartsOf(
      undefined,
      resultsOf({ groups: ['a', 'b'] }, { groups: ['b'], axes: { reg: 1 } }),
      'CIFAR-10',
    );
    expect(charts.map(({ title, series }) => [title, series.length])).toEqual(
      [
        ['a', 1],
        ['b', 2],
      ].flatMap(([group, count]) =>
        ['Training loss by iteration', 'Training accuracy by epoch', 'Validation accuracy by epoch'].map(
          title => [`${title} (${group}, CIFAR-10)`, count],
        ),
      ),
    );
  });

  it('draw the accuracy of a diverged trial, leave a gap for its loss, and mark where it diverged', () => {
    const results = resultsOf(at(1, 'none'), at(2, 'none', { status: 'diverged' }), at(4, 'none'));
    const [val, loss] = chartsOf(
      [
        { y: 'bestValAccuracy', x: 'weightScale' },
        { y: 'finalTrainLoss', x: 'weightScale' },
      ],
      results,
      'CIFAR-10',
    );
    expect(val!.series[0]!.points.map(({ y }) => y)).toEqual([0.1, 0.2, 0.4]);
    expect(val!.notes).toEqual(['1 trial diverged: what was measured before counts.']);
    expect(loss!.series[0]!.points.map(({ y }) => y)).toEqual([1.5, Number.NaN, 3]);
    expect(loss!.notes![0]).toBe('1 trial diverged: its final training loss is missing.');
    for (const { series } of [val!, loss!]) expect(series[0]!.diverged).toEqual([2]);
  });

  it('draw the mean of what replicates have', () => {
    const results = resultsOf(
      at(1, 'none', { seed: 1 }),
      at(1, 'none', { seed: 2, status: 'diverged', accuracies: [accuracy(0, 0.3, 0.3)] }),
      at(1, 'none', { seed: 3, status: 'failed', losses: [], accuracies: [] }),
    );
    const [history] = chartsOf([{ y: 'valAccuracy' }], results, 'CIFAR-10');
    const [curve] = history!.series;
    const { points, diverged } = curve!;
    expect(points.map(({ x, y }) => [x, y])).toEqual([
      [0, 0.2],
      [1, 0.1],
    ]);
    // The interval, .2 ± 12.706 x .1, is cut at 0 and 1: 12.706 is the t quantile for 1 degree of freedom.
    expect(points[0]).toMatchObject({ low: 0, high: 1 });
    expect(points[1]!.low).toBeUndefined();
    expect(diverged).toEqual([3 / 20]);
    expect(history!.notes).toEqual([
      'Means over 3 seeds, with their 95 % t interval.',
      '1 trial diverged: drawn up to there.',
      '1 trial failed: it has no values.',
    ]);
  });

  it('read the records of the curves they draw only', () => {
    const read = new Set<number>();
    const results = resultsOf(...Array.from({ length: 16 }, (_, index) => at(index + 1, 'none'))).map(
      result => ({
        ...result,
        record: () => {
          read.add(result.trial.index);
          return result.record();
        },
      }),
    );
    const [chart] = chartsOf([{ y: 'loss' }], results, 'CIFAR-10');
    expect(chart!.series).toHaveLength(8);
    expect([...read]).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
    expect(chart!.notes).toContain('8 of 16 curves are drawn.');
  });
});

describe('the loss of one net that explodes', () => {
  const results = resultsOf(
    at(1, 'none'),
    at(2, 'none', { losses: [2, 2] }),
    at(3, 'none', { losses: [2, 1e9] }),
  );

  it.each([{ y: 'loss' as const }, { y: 'finalTrainLoss' as const, x: 'weightScale' as const }])(
    'is clamped in a chart of $y, and counted',
    spec => {
      const [chart] = chartsOf([spec], results, 'CIFAR-10');
      expect(chart!.clamp).toEqual([0, 6]);
      const text = renderChart(chart!, { width: 80, height: 14, color: false });
      expect(text).toContain('Values above 6 are drawn at the edge: 1.');
    },
  );

  it('follows the clamp of the config', () => {
    const [chart] = chartsOf([{ y: 'loss', clamp: [1, 3] }], results, 'CIFAR-10');
    expect(chart!.clamp).toEqual([1, 3]);
  });
});

describe('the clamp that a chart gets without one in its config', () => {
  const clampOf = (...curves: number[][]) =>
    robustClamp(curves.map(ys => ({ name: '', points: ys.map((y, x) => ({ x, y })) })));

  it('cuts off what would flatten everything else', () => {
    expect(clampOf([2.3, 1.8, 1.5, 1.4, 1.9, 3.2], [2.3, 2.3, 2, 1.4, 50, 3e7])).toEqual([0, 7]);
    expect(clampOf([40, 30, 20, 25, 22], [1e6])).toEqual([0, 90]);
  });

  it('leaves ordinary curves whole: accuracies, losses that fall, losses that are all large', () => {
    expect(clampOf([0.1, 0.9])).toBeUndefined();
    expect(clampOf([9, 2, 1, 0.1, 0.01], [2.3, 2.2, 2.1])).toBeUndefined();
    expect(clampOf([1e6, 2e6], [3e6, 1e6])).toBeUndefined();
    expect(clampOf([])).toBeUndefined();
    expect(clampOf([Number.NaN, 1])).toBeUndefined();
  });
});
