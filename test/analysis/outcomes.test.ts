import { describe, expect, it } from 'vitest';
import { cellOf } from '../../src/analysis/cells.ts';
import { blownUp, outcomeOf } from '../../src/analysis/outcomes.ts';
import { type Given, resultsOf } from './trials.ts';

const outcome = (...given: readonly Given[]) =>
  outcomeOf(cellOf(resultsOf(...given.map((one, seed) => ({ seed, ...one })))));
const accuracies = (...values: readonly number[]) =>
  outcome(...values.map(bestValAccuracy => ({ bestValAccuracy })));

describe('one seed', () => {
  // 0.1 + 3 sqrt(0.1 * 0.9 / 1000) = 0.12846
  it('learns above chance and three binomial standard errors', () => {
    expect(accuracies(0.129)).toBe('learns');
    expect(accuracies(0.128)).toBe('at chance');
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
