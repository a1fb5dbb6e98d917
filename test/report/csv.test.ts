import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuraciesCsv, linesOf020, lossesCsv, summaryCsv, trialsCsv } from '../../src/report/csv.ts';
import { accuracy, resultsOf } from './results.ts';

const sweep = resultsOf(
  {
    axes: { hiddenDims: [50, 50], normalization: 'batchnorm', weightScale: 9.999999999999999e-5 },
    settings: { trainImages: 100 },
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
      `0,50x50,batchnorm,0.00009999999999999999,231,completed,3,2.3,${(2.3 + 1.5 + 0.1 + 0.2) / 3},${(1.5 + 0.1 + 0.2) / 2},0.3333333333333333,0.25,0.3333333333333333,0.25\n`,
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

  it('hold a row for each epoch', () => {
    expect([...accuraciesCsv(sweep)].slice(1)).toEqual([
      '0,50x50,batchnorm,0.00009999999999999999,231,0,0.1,0.2\n',
      '0,50x50,batchnorm,0.00009999999999999999,231,1,0.3333333333333333,0.25\n',
    ]);
  });

  it('have only their head without results', () => {
    expect([...lossesCsv([])]).toEqual(['trial,seed,iteration,loss\n']);
  });

  it('write numbers that read back exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), losses => {
        const cells = [...lossesCsv(resultsOf({ losses }))]
          .slice(1)
          .map(line => line.trim().split(',').at(-1));
        expect(cells.map(Number)).toEqual(losses.map(loss => loss + 0));
      }),
    );
  });

  it('write a number as an exponent where pandas would read digits as text, and all others as JavaScript does', () => {
    const numbers = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(Number),
      fc.constantFrom(2 ** 53, 2 ** 53 - 1, -(2 ** 53), 2 ** 63, 2 ** 64, 1e20, 1e21, 92805079079035040000),
    );
    fc.assert(
      fc.property(numbers, value => {
        const axes = { hiddenWeightFactor: value };
        for (const lines of [lossesCsv(resultsOf({ losses: [value] })), trialsCsv(resultsOf({ axes }))]) {
          const cells = [...lines][1]!.trim().split(',');
          const cell = cells.find(text => Number(text) === value)!;
          if (Math.abs(value) < 2 ** 53) expect(cell).toBe(String(value));
          else expect(cell).toMatch(/^-?\d(\.\d+)?e\+\d+$/);
        }
      }),
    );
  });

  it('are told from those of 0.2.0, which differ in nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), losses => {
        const values = [...losses, 1e20, -1e20, 2 ** 53, 1e21, 5e15];
        const rows = [...linesOf020(lossesCsv(resultsOf({ losses: values })))].slice(1);
        expect(rows.map(row => row.trim().split(',').at(-1))).toEqual(values.map(String));
      }),
    );
  });

  it('hold names of groups that no spreadsheet computes, without control characters', () => {
    const cellOf = (group: string) => {
      const [result] = resultsOf({});
      const [, row] = [...summaryCsv([{ ...result!, trial: { ...result!.trial, groups: [group] } }])];
      return row!.replace(/^0,/, '').replace(/,1,1,0,0,.*\n$/, '');
    };
    expect(cellOf('layers')).toBe('layers');
    expect(cellOf('=HYPERLINK("http://x","open me")')).toBe('"\'=HYPERLINK(""http://x"",""open me"")"');
    expect(cellOf('+1+1')).toBe("'+1+1");
    expect(cellOf('@SUM(A1:A9)')).toBe("'@SUM(A1:A9)");
    expect(cellOf('-2 layers')).toBe("'-2 layers");
    expect(cellOf('\t=1+1')).toBe("'=1+1");
    expect(cellOf('\r\n=1+1')).toBe("'=1+1");
    expect(cellOf('＝1+1')).toBe("'＝1+1");
    expect(cellOf('a = b')).toBe('a = b');
    expect(cellOf('实验 一')).toBe('实验 一');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), group => {
        expect(cellOf(group)).not.toMatch(/^"?\s*[=+\-@\t\r]|\p{Cc}/u);
      }),
    );
  });

  it('are made line by line', () => {
    const [first, second] = resultsOf({ losses: [1, 2] }, {});
    const unread = {
      ...second!,
      record: () => {
        throw new Error('read too far');
      },
    };
    const lines = lossesCsv([first!, unread]);
    for (let line = 0; line < 3; line++) expect(lines.next().done).toBe(false);
    expect(() => lines.next()).toThrow('read too far');
  });
});
