import { describe, expect, it } from 'vitest';
import { measureNames, summarize } from '../../src/records/measures.ts';
import { hasNumpy, python } from '../python.ts';
import { accuracy, type Given, resultsOf } from '../report/results.ts';
import { truth } from '../shared.ts';

const PER_EPOCH = 20;
const summaryOf = (given: Given) => summarize(resultsOf(given)[0]!.record(), PER_EPOCH);
const countTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('summarize', () => {
  it('takes the final loss from the last 100 iterations, or from all of fewer', () => {
    expect(summaryOf({ losses: countTo(300) }).finalTrainLoss).toBe(250.5);
    expect(summaryOf({ losses: countTo(100) }).finalTrainLoss).toBe(50.5);
    expect(summaryOf({ losses: countTo(10) }).finalTrainLoss).toBe(5.5);
  });

  it('averages the last epoch', () => {
    expect(summaryOf({ losses: countTo(300) }).lastEpochTrainLoss).toBe(290.5);
    expect(summaryOf({ losses: countTo(20) }).lastEpochTrainLoss).toBe(10.5);
    expect(summaryOf({ status: 'diverged', losses: countTo(20) }).lastEpochTrainLoss).toBeNull();
  });

  it.skipIf(!hasNumpy)('agrees with np.mean(loss_history[-100:]) (needs NumPy)', () => {
    const text = truth('numpy-231.json');
    const histories: { loss: number[] }[] = Object.values(JSON.parse(text).deep_net_float64);
    const program = `
import json, sys, numpy as np
runs = json.load(sys.stdin)["deep_net_float64"].values()
print(json.dumps([np.mean(run["loss"][-100:]) for run in runs]))`;
    const expected: number[] = JSON.parse(python(['-c', program], text));
    expect(expected).toHaveLength(2);
    for (const [index, { loss }] of histories.entries()) {
      expect(summaryOf({ losses: loss }).finalTrainLoss).toBeCloseTo(expected[index]!, 13);
    }
  });

  it('keeps the first loss, and best and last accuracies', () => {
    const accuracies = [accuracy(0, 0.1, 0.2), accuracy(1, 0.5, 0.4), accuracy(2, 0.6, 0.3)];
    expect(summaryOf({ losses: [3, 2, 1], accuracies })).toEqual({
      iterations: 3,
      initialLoss: 3,
      finalTrainLoss: 2,
      lastEpochTrainLoss: 2,
      bestTrainAccuracy: 0.6,
      bestValAccuracy: 0.4,
      lastTrainAccuracy: 0.6,
      lastValAccuracy: 0.3,
    });
  });

  it('gives a trial that did not complete no final loss, but what was measured before', () => {
    for (const status of ['diverged', 'failed'] as const) {
      const summary = summaryOf({ status, losses: [2, 9], accuracies: [accuracy(0, 0.3, 0.2)] });
      expect(summary).toMatchObject({
        initialLoss: 2,
        finalTrainLoss: null,
        bestValAccuracy: 0.2,
        iterations: 2,
      });
    }
  });

  it('is null where nothing was measured', () => {
    const { iterations, ...others } = summaryOf({ status: 'diverged', losses: [], accuracies: [] });
    expect(iterations).toBe(0);
    expect(Object.values(others)).toEqual(measureNames.map(() => null));
  });
});
