import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBy, compareRuns } from '../../src/analysis/comparison.ts';
import {
  comparisonJson,
  comparisonSentences,
  comparisonTable,
} from '../../src/analysis/comparison-report.ts';
import { type Given, recorded, resultsOf } from './trials.ts';
import { expectClose, truth } from './truth.ts';

const options = { measure: 'bestValAccuracy', stream: 'paired' } as const;

/** A cell of batch norm and of the plain net for each seed. */
const twoNets = (batchnorm: readonly number[], none: readonly number[], axes: Given['axes'] = {}): Given[] =>
  batchnorm.flatMap((value, seed) => [
    { axes: { ...axes, normalization: 'batchnorm' as const }, seed, bestValAccuracy: value },
    { axes: { ...axes, normalization: 'none' as const }, seed, bestValAccuracy: none[seed]! },
  ]);
const byNet = (given: readonly Given[], more = {}) =>
  compareBy(resultsOf(...given), { ...options, by: 'normalization', ...more });

describe('reference figures', () => {
  it.each(truth.paired)('$a.length pairs equal those of SciPy', ({ a, b, ...wanted }) => {
    const [cell] = byNet(twoNets(a, b), { equivalent: 0.01 }).cells;
    expectClose(cell!.pairs!.difference.mean, wanted.mean_difference);
    expectClose(cell!.pairs!.difference.low, wanted.interval[0]);
    expectClose(cell!.pairs!.difference.high, wanted.interval[1]);
    expectClose(cell!.pairs!.effectSize, wanted.effect_size_dz);
    expect(cell!.better).toBe(wanted.pairs_above);
    expect(cell!.worse).toBe(wanted.pairs_below);
    const [worse, equivalent, better] = wanted.margin_probabilities;
    expectClose(cell!.probabilities!.worse, worse, 1e-9);
    expectClose(cell!.probabilities!.equivalent, equivalent, 1e-9);
    expectClose(cell!.probabilities!.better, better, 1e-9);
  });

  it('p of sign flips equals the reference, and p is corrected by Holm', () => {
    const { differences_cells_by_seeds: cells, p, t } = truth.max_t;
    const given = cells.flatMap((differences, i) =>
      twoNets(
        differences.map(difference => 0.5 + difference),
        differences.map(() => 0.5),
        { weightScale: i },
      ),
    );
    const comparison = byNet(given);
    expect(comparison.cells.map(cell => cell.pairs!.signFlips!.p)).toEqual(p);
    // The cell with the largest |t| has the least p, which counts for all.
    const largest = t.map(Math.abs).indexOf(Math.max(...t.map(Math.abs)));
    const { p: least, adjustedP } = comparison.cells[largest]!;
    expect(adjustedP).toBeCloseTo(Math.min(1, cells.length * least!), 12);
    expect(comparison.family).toBe(cells.length);
  });
});

describe('laws', () => {
  const accuracies = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 })),
    {
      minLength: 2,
      maxLength: 7,
    },
  );

  it('swapping the nets swaps the signs and keeps every p', () => {
    fc.assert(
      fc.property(accuracies, pairs => {
        const given = twoNets(
          pairs.map(([a]) => a / 1000),
          pairs.map(([, b]) => b / 1000),
        );
        const [forth] = byNet(given, { equivalent: 0.01 }).cells;
        const [back] = byNet(given, { equivalent: 0.01, baseline: { normalization: 'batchnorm' } }).cells;
        expect(back!.pairs!.difference.mean).toBeCloseTo(-forth!.pairs!.difference.mean, 12);
        expect([back!.better, back!.worse]).toEqual([forth!.worse, forth!.better]);
        expect([back!.p, back!.pairs!.signFlips]).toEqual([forth!.p, forth!.pairs!.signFlips]);
        expect(back!.probabilities!.worse).toBeCloseTo(forth!.probabilities!.better, 9);
        const opposite = {
          better: 'worse',
          worse: 'better',
          equivalent: 'equivalent',
          'not told apart': 'not told apart',
          'not compared': 'not compared',
        } as const;
        expect(back!.verdict).toBe(forth!.verdict && opposite[forth!.verdict]);
      }),
    );
  });

  it('neither the order of trials nor that of seeds matters', () => {
    const given = twoNets([0.31, 0.35, 0.33, 0.3], [0.3, 0.31, 0.32, 0.29]);
    const [forward, backward] = [byNet(given), byNet([...given].reverse())].map(({ cells }) => cells[0]!);
    expect(backward!.pairs!.difference.mean).toBeCloseTo(forward!.pairs!.difference.mean, 12);
    expect(backward!.pairs!.signFlips).toEqual(forward!.pairs!.signFlips);
  });
});

describe('direction', () => {
  it('a lower loss is better', () => {
    const given = [1, 2, 3].flatMap((loss, seed): Given[] => [
      { axes: { normalization: 'batchnorm' }, seed, finalTrainLoss: loss },
      { axes: { normalization: 'none' }, seed, finalTrainLoss: loss + 1 + seed / 10 },
    ]);
    const [cell] = byNet(given, { measure: 'finalTrainLoss', equivalent: 0.1 }).cells;
    expect(cell).toMatchObject({ better: 3, worse: 0, verdict: 'better' });
    expect(cell!.probabilities!.better).toBeGreaterThan(0.9);
  });

  it('a difference within the margin is equivalent even if it is sure', () => {
    const given = twoNets([0.301, 0.302, 0.301, 0.302], [0.3, 0.3, 0.3, 0.3]);
    expect(byNet(given).cells[0]!.verdict).toBe('better');
    expect(byNet(given, { equivalent: 0.01 }).cells[0]!.verdict).toBe('equivalent');
  });
});

describe('what is left out', () => {
  const losses: Given[] = [1, 2, 3].flatMap((seed): Given[] => [
    { axes: { normalization: 'batchnorm' }, seed, finalTrainLoss: 1 },
    {
      axes: { normalization: 'none' },
      seed,
      finalTrainLoss: 2,
      ...(seed === 3 && { status: 'failed', finalTrainLoss: null }),
    },
  ]);

  it('a pair of which one trial failed, counted', () => {
    const comparison = byNet(losses, { measure: 'finalTrainLoss' });
    expect(comparison.cells[0]).toMatchObject({ seeds: [1, 2], leftOut: 1, unpaired: 0 });
    expect(comparisonSentences(comparison).join(' ')).toContain('1 pair left out');
  });

  it('a seed that one net lacks, counted', () => {
    const comparison = byNet(losses.slice(0, 5));
    expect(comparison.cells[0]).toMatchObject({ seeds: [1, 2], unpaired: 1 });
    expect(comparisonSentences(comparison).join(' ')).toContain('1 trial left out');
  });

  it('two equal differences, which have no p and do not count in the correction', () => {
    const full = twoNets([0.3, 0.4, 0.5], [0.2, 0.25, 0.3], { weightScale: 1 });
    const part = twoNets([0.3, 0.4], [0.2, 0.3], { weightScale: 2 });
    const { cells, family } = byNet([...full, ...part]);
    expect(family).toBe(1);
    expect(cells.map(({ verdict }) => verdict)).toEqual(['better', null]);
    expect(cells[0]!.adjustedP).toBe(cells[0]!.p);
    expect(cells[1]!.adjustedP).toBeNull();
  });
});

describe('baselines', () => {
  it('the only plain net serves all batch sizes', () => {
    const { cells, unmatched } = byNet(recorded('batch-size'), { measure: 'lastTrainAccuracy' });
    expect(
      cells.map(({ candidate, baseline }) => [candidate.axes.batchSize, baseline.axes.batchSize]),
    ).toEqual([5, 10, 50, 5, 10, 50].map(size => [size, 5]));
    expect(unmatched).toEqual([]);
  });

  it('a cell without a partner is named', () => {
    const given = [
      ...twoNets([0.3], [0.2], { batchSize: 5 }),
      ...twoNets([0.3], [0.2], { batchSize: 10 }),
      { axes: { batchSize: 50, normalization: 'batchnorm' as const }, seed: 0 },
    ];
    const comparison = byNet(given);
    expect(comparison.unmatched).toEqual([{ batchSize: 50, normalization: 'batchnorm' }]);
    expect(comparisonSentences(comparison).join(' ')).toContain('batchSize 50');
  });

  it('an axis or a value that the run lacks is a usage error that lists what there is', () => {
    const given = twoNets([0.3], [0.2]);
    expect(() => compareBy(resultsOf(...given), { ...options, by: 'reg' })).toThrow('does not vary reg');
    expect(() => byNet(given, { baseline: { normalization: 'layernorm' } })).toThrow(
      'no normalization layernorm',
    );
  });
});

describe('two runs', () => {
  const run = (normalization: 'none' | 'batchnorm', accuracies: readonly number[]): Given[] =>
    accuracies.flatMap((bestValAccuracy, seed) =>
      [0.1, 0.2].map(weightScale => ({
        axes: { weightScale },
        settings: { normalization },
        seed,
        bestValAccuracy,
      })),
    );

  it('pair cells by their axes and trials by their seeds', () => {
    const comparison = compareRuns(
      resultsOf(...run('none', [0.1, 0.2, 0.3])),
      resultsOf(...run('batchnorm', [0.2, 0.3, 0.4, 0.5])),
      options,
    );
    expect(comparison.cells).toHaveLength(2);
    for (const cell of comparison.cells) {
      expect(cell).toMatchObject({ seeds: [0, 1, 2], unpaired: 1 });
      expect(cell.candidate.net).toEqual({ normalization: 'batchnorm' });
      expect(cell.pairs!.difference.mean).toBeCloseTo(0.1, 12);
    }
    expect(comparisonSentences(comparison)[0]).toMatch(/^Batch norm against the plain net/);
  });
});

describe('sentences', () => {
  const six = twoNets([0.31, 0.35, 0.33, 0.3, 0.32, 0.34], [0.3, 0.31, 0.32, 0.29, 0.3, 0.31]);

  it('name what varied and what did not', () => {
    expect(comparisonSentences(byNet(six)).join(' ')).toContain(
      'Over 6 seeds of weights and minibatches, on the same 1,000 training and 1,000 validation images.',
    );
    expect(comparisonSentences(byNet(six)).join(' ')).not.toContain('not draws');
    expect(comparisonSentences(byNet(six, { stream: 'notebook' })).join(' ')).toContain(
      'share a seed but not draws',
    );
  });

  it('one seed has no spread: the report has no interval or p, and says to add replicates', () => {
    const text = comparisonSentences(byNet(six.slice(0, 2))).join(' ');
    expect(text).toContain('One seed');
    expect(text).not.toMatch(/95 % interval|p \./);
    expect(text).toContain('Run it again with --replicates 6');
    expect(comparisonSentences(byNet(six)).join(' ')).not.toContain('--replicates');
  });

  it('the answer changes with the figures', () => {
    const swapped = twoNets([0.3, 0.31, 0.32, 0.29, 0.3, 0.31], [0.31, 0.35, 0.33, 0.3, 0.32, 0.34]);
    expect(comparisonSentences(byNet(six))[0]).toMatch(/: better\.$/);
    expect(comparisonSentences(byNet(swapped))[0]).toMatch(/: worse\.$/);
    expect(comparisonSentences(byNet(twoNets([0.3, 0.2, 0.31], [0.2, 0.3, 0.3])))[0]).toMatch(
      /: not told apart\.$/,
    );
  });

  it('without any pair there is nothing to compare', () => {
    const failed = six.map(given => ({ axes: given.axes!, seed: given.seed!, status: 'failed' as const }));
    expect(comparisonSentences(byNet(failed))[0]).toBe(
      'Batch norm and the plain net are not compared: batch norm failed and the plain net failed.',
    );
  });
});

it('the table has a row for each cell and three more columns with a margin', () => {
  const given = [231, 232].flatMap(seed => recorded('weight-scale').map(each => ({ ...each, seed })));
  const [plain, margin] = [byNet(given), byNet(given, { equivalent: 0.01 })].map(comparisonTable);
  expect(plain!.rows).toHaveLength(20);
  expect(margin!.columns.length - plain!.columns.length).toBe(3);
  for (const { columns, rows } of [plain!, margin!])
    for (const row of rows) expect(row).toHaveLength(columns.length);
  const heads = margin!.columns.map(({ head }) => head);
  expect(new Set(heads).size).toBe(heads.length);
});

it('the table of one seed has only columns that one seed can fill', () => {
  const { columns, rows } = comparisonTable(byNet(recorded('weight-scale'), { equivalent: 0.01 }));
  expect(columns.map(({ head }) => head).slice(-2)).toEqual(['difference', 'verdict']);
  for (const row of rows) {
    expect(row).toHaveLength(columns.length);
    expect(row).not.toContain('-');
    expect(row.at(-1)).toMatch(/^(one seed|not compared)$/);
  }
});

it('the JSON loses nothing on its way through text', () => {
  const json = comparisonJson(byNet(recorded('weight-scale'), { equivalent: 0.01 }));
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});
