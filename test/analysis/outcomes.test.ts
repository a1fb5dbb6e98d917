import { describe, expect, it } from 'vitest';
import { blownUp, cellOf, cellsOf } from '../../src/analysis/cells.ts';
import { learningBound, outcomeOf } from '../../src/analysis/outcomes.ts';
import { type Given, resultsOf } from './trials.ts';

const outcome = (...given: readonly Given[]) =>
  outcomeOf(cellOf(resultsOf(...given.map((one, seed) => ({ seed, ...one })))));
const accuracies = (...values: readonly number[]) =>
  outcome(...values.map(bestValAccuracy => ({ bestValAccuracy })));

describe('one seed', () => {
  // scipy.stats.binom.isf(.05 / 11, 1000, .1) = 125: 126 or more of 1,000 images have a probability of at most .05 / 11
  // (ten epochs and the first iteration are 11 evaluations).
  it('learns above what a guesser reaches at its best evaluation in 95 % of runs', () => {
    expect(accuracies(0.126)).toBe('learns');
    expect(accuracies(0.125)).toBe('at chance');
  });

  // scipy.stats.binom.isf(.05 / 11 / 40, 1000, .1) = 137
  it('has a higher bound among forty cells', () => {
    const given = Array.from({ length: 40 }, (_, i) => ({
      axes: { weightScale: i },
      bestValAccuracy: 0.138 - (i % 2) / 1000,
    }));
    const cells = cellsOf(resultsOf(...given));
    expect(learningBound(cells[0]!)).toBe(0.138);
    expect(cells.map(outcomeOf)).toEqual(given.map((_, i) => (i % 2 ? 'at chance' : 'learns')));
  });

  it("regularization is no explosion: the data's part of the loss counts", () => {
    const settings = { reg: 1 };
    expect(outcome({ settings, lastEpochTrainLoss: 36, lastEpochDataLoss: 2.1 })).toBe('learns');
    expect(outcome({ settings, lastEpochTrainLoss: 36, lastEpochDataLoss: 24 })).toBe('blows up');
    // Records of 0.2.0 have only the whole loss.
    expect(outcome({ settings, initialLoss: 71.8, lastEpochTrainLoss: 36 })).toBe('learns');
    expect(outcome({ settings, initialLoss: 30, lastEpochTrainLoss: 36 })).toBe('blows up');
  });

  it('one figure of a run of six seeds decides nothing', () => {
    const lost = Array.from(
      { length: 6 },
      (_, seed): Given => ({ seed, ...(seed > 0 && { status: 'failed' as const }) }),
    );
    const [cell] = cellsOf(
      resultsOf(
        ...lost.map(given => ({ axes: { weightScale: 1 }, ...given })),
        ...lost.map(({ seed }) => ({ axes: { weightScale: 2 }, seed: seed! })),
      ),
    );
    expect(outcomeOf(cell!)).toBe('undecided');
  });

  it('blows up above ten times ln 10, or if its loss is not finite', () => {
    expect(outcome({ lastEpochTrainLoss: 23.02 })).toBe('learns');
    expect(outcome({ lastEpochTrainLoss: 23.03 })).toBe('blows up');
    expect(outcome({ status: 'diverged', bestValAccuracy: 0.4 })).toBe('blows up');
  });

  it('a failed trial says nothing about the net', () => {
    expect(outcome({ status: 'failed' })).toBe('failed');
  });
});

describe('replicates', () => {
  it('learn if the t interval lies above the bound', () => {
    expect(accuracies(0.29, 0.3, 0.31)).toBe('learns');
  });

  it('always naming one class is not learning, however many seeds agree on it', () => {
    expect(accuracies(...Array.from({ length: 12 }, () => 0.119))).toBe('at chance');
  });

  it('a spread across the bound is undecided', () => {
    expect(accuracies(0.1, 0.3)).toBe('undecided');
  });

  it('one that blows up is enough, one that fails is left out', () => {
    const given = [{}, {}, { lastEpochTrainLoss: 100 }];
    expect(outcome(...given)).toBe('blows up');
    expect(blownUp(cellOf(resultsOf(...given)))).toBe(1);
    expect(outcome({ bestValAccuracy: 0.3 }, { bestValAccuracy: 0.31 }, { status: 'failed' })).toBe('learns');
  });
});
