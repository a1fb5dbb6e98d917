import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SettingValue } from '../../src/config/schema.ts';
import { accuraciesCsv, lossesCsv, trialsCsv } from '../../src/run/csv.ts';
import { accuracy, hasPython, python, resultsOf } from '../report/results.ts';

const sweep = resultsOf(
  {
    axes: { hiddenDims: [50, 50], normalization: 'batchnorm', weightScale: 9.999999999999999e-5 },
    losses: [2.3, 1.5, 0.1 + 0.2],
    accuracies: [accuracy(0, 0.1, 0.2), accuracy(1, 1 / 3, 0.25)],
  },
  {
    axes: { hiddenDims: [], normalization: 'none', weightScale: 1 },
    seed: 232,
    status: 'diverged',
    losses: [1e300],
    accuracies: [],
  },
);

describe('the CSV files', () => {
  it('hold a row for each trial', () => {
    expect([...trialsCsv(sweep)]).toEqual([
      'trial,hiddenDims,normalization,weightScale,seed,status,iterations,initialLoss,finalTrainLoss,lastEpochTrainLoss,bestTrainAccuracy,bestValAccuracy,lastTrainAccuracy,lastValAccuracy\n',
      `0,50x50,batchnorm,0.00009999999999999999,231,completed,3,2.3,${(2.3 + 1.5 + 0.1 + 0.2) / 3},${(2.3 + 1.5 + 0.1 + 0.2) / 3},0.3333333333333333,0.25,0.3333333333333333,0.25\n`,
      '1,none,none,1,232,diverged,1,1e+300,,,,,,\n',
    ]);
  });

  it('hold a row for each iteration, counted from 1', () => {
    expect([...lossesCsv(sweep)]).toEqual([
      'trial,hiddenDims,normalization,weightScale,seed,iteration,loss\n',
      '0,50x50,batchnorm,0.00009999999999999999,231,1,2.3\n',
      '0,50x50,batchnorm,0.00009999999999999999,231,2,1.5\n',
      '0,50x50,batchnorm,0.00009999999999999999,231,3,0.30000000000000004\n',
      '1,none,none,1,232,1,1e+300\n',
    ]);
  });

  it('hold a row for each measurement of the accuracies', () => {
    expect([...accuraciesCsv(sweep)].slice(1)).toEqual([
      '0,50x50,batchnorm,0.00009999999999999999,231,0,0.1,0.2\n',
      '0,50x50,batchnorm,0.00009999999999999999,231,1,0.3333333333333333,0.25\n',
    ]);
  });

  it('have their head alone when there are no results', () => {
    expect([...lossesCsv([])]).toEqual(['trial,seed,iteration,loss\n']);
  });

  it('give back every number exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), losses => {
        const cells = [...lossesCsv(resultsOf({ losses }))]
          .slice(1)
          .map(line => line.trim().split(',').at(-1));
        expect(cells.map(Number)).toEqual(losses.map(loss => loss + 0));
      }),
    );
  });

  it('are made line by line', () => {
    const losses = Array.from({ length: 10 }, () => 1);
    Object.defineProperty(losses, 5, {
      get: () => {
        throw new Error('read too far');
      },
    });
    const lines = lossesCsv(resultsOf({ losses }));
    for (let line = 0; line <= 5; line++) expect(lines.next().done).toBe(false);
    expect(() => lines.next()).toThrow('read too far');
  });

  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom('=1+1', '+1', '-1', '@x', '\t=1', '\r=1', 'a"b', 'a,b', 'a\nb', 'a\r\nb', '"', ''),
  );

  it.skipIf(!hasPython)("are read by Python's csv module as they were meant (needs python3)", () => {
    const program = `
import csv, io, json, sys
text = sys.stdin.buffer.read().decode()
print(json.dumps(list(csv.reader(io.StringIO(text, newline=""), strict=True))))`;
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 300, maxLength: 300 }), words => {
        // The schema lets no such word through; the file must hold whatever comes.
        const results = resultsOf(...words.map(word => ({ axes: { word: word as SettingValue } })));
        const rows: string[][] = JSON.parse(python(program, [...trialsCsv(results)].join('')));
        expect(rows.slice(1).map(row => row[1])).toEqual(
          words.map(word => (/^[=+\-@\t\r]/.test(word) ? `'${word}` : word)),
        );
        expect(rows.every(row => row.length === rows[0]!.length)).toBe(true);
      }),
      { numRuns: 3 },
    );
  });
});
