import { describe, expect, it } from 'vitest';
import { checkExpectations } from '../../src/analysis/expectations.ts';
import { reportJson } from '../../src/report/run-json.ts';
import { reportBody, reportHeader } from '../../src/report/run-report.ts';
import { findingIn, type RunView } from '../../src/report/run-view.ts';
import { accuracy, resultsOf } from './results.ts';

const results = resultsOf(
  { axes: { weightScale: 0.01 }, losses: [2, 1], accuracies: [accuracy(0, 0.1, 0.2), accuracy(1, 0.3, 0.4)] },
  { axes: { weightScale: 0.1 }, status: 'failed', error: 'out of memory', losses: [], accuracies: [] },
);
const view: RunView = {
  name: 'my-run',
  title: 'A title',
  description: undefined,
  command: 'sweep',
  data: 'CIFAR-10',
  planned: 2,
  results,
  charts: [{ y: 'loss' }],
  stream: 'paired',
  expectations: [],
};
const style = { width: 80, color: false };
const header = (others: Partial<RunView>, width = 80) =>
  reportHeader({ ...view, ...others }, { width, color: false }).split('\n');

describe('the header of a report', () => {
  it('says what was run: title or name, number of trials, data', () => {
    expect(header({})).toEqual(['A title', '2 trials on CIFAR-10']);
    expect(header({ title: undefined, planned: 1, results: [] })).toEqual(['my-run', '1 trial on CIFAR-10']);
    expect(header({ planned: 7 })).toEqual(['A title', '2 of 7 trials on CIFAR-10']);
  });

  it('says what to do about synthetic data', () => {
    expect(header({ data: 'synthetic data' }).slice(1)).toEqual([
      '2 trials on synthetic data',
      'Synthetic images stand in for CIFAR-10: results say nothing about real images.',
      'To get CIFAR-10, run: cifar-norm data download',
    ]);
  });

  it('shortens the description to whole sentences that fit in four lines', () => {
    const sentence = 'One sentence of the description says one thing, e.g. that 0.1 is less than 1.0 by 0.9.';
    const [, ...lines] = header({ description: Array(9).fill(sentence).join('\n') });
    expect(lines.slice(0, -1).join(' ')).toBe(Array(3).fill(sentence).join(' '));
  });

  it('cuts a first sentence that is longer', () => {
    const lines = header({ description: 'word '.repeat(100) }, 40);
    expect(lines).toHaveLength(1 + 4 + 1);
    expect(lines[4]).toMatch(/^(word )+…$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('lets no control character of a config through', () => {
    const lines = header({ title: 'a\u001b[31m\u0007b', description: 'c\u001b]0;x\u0007\r\nd' });
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });
});

describe('the body of a report', () => {
  it('has the finding, the table of a sweep, and the charts', () => {
    const start = /^Finding\n- [\s\S]*\n\n/.source;
    expect(reportBody(view, style)).toMatch(
      new RegExp(`${start}Results \\(CIFAR-10\\)\n[\\s\\S]*\n\nTraining loss by iteration \\(CIFAR-10\\)\n`),
    );
    expect(reportBody({ ...view, command: 'train' }, style)).toMatch(
      new RegExp(`${start}Training loss by iteration`),
    );
  });

  it('says of an interrupted run only what is kept and how to resume', () => {
    expect(reportBody({ ...view, planned: 7 }, style)).toBe(
      'Interrupted: 2 of 7 trials are kept. Run the same command again to resume.',
    );
  });

  it('ends with the answer, within the last screen', () => {
    const lines = reportBody(view, style).split('\n');
    const { sentences } = findingIn(view);
    const last = lines.slice(-22).join(' ').replace(/\s+/g, ' ');
    expect(last).toContain(sentences[0]);
    expect(last).toMatch(/--replicates 6\.$/);
  });

  it('shows expectations with their score', () => {
    const outcome = {
      name: 'it learns',
      status: 'fail',
      seeds: 1,
      sentence: 'best .100',
      points: 2,
    } as const;
    expect(reportBody({ ...view, expectations: [outcome] }, style)).toContain(
      'Expectations: 0 of 2 points\nfail - it learns: best .100',
    );
  });

  it('shortens an expectation that passes in many cells', () => {
    const cells = resultsOf(...Array.from({ length: 1000 }, (_, i) => ({ axes: { weightScale: 1 + i } })));
    const expectations = checkExpectations([{ say: 'all run', measure: 'bestValAccuracy', above: 0 }], cells);
    expect(reportBody({ ...view, expectations }, style)).toContain(
      'pass - all run (every net: best validation accuracy above 0): 1,000 of 1,000\n  cells pass.\n',
    );
  });
});

describe('the JSON document of a run', () => {
  const extra = { folder: 'results/my-run', data: { kind: 'cifar-10' }, settings: { epochs: 1 } };
  const documentOf = (others: Partial<RunView>, histories: boolean) =>
    JSON.parse(reportJson({ ...view, ...others }, extra, { histories }));

  it('holds everything that the text says, and whether the run is complete', () => {
    expect(documentOf({}, false)).toMatchObject({
      name: 'my-run',
      title: 'A title',
      complete: true,
      ...extra,
      planned: 2,
      trials: [
        { trial: 0, weightScale: 0.01, seed: 231, status: 'completed', iterations: 2, bestValAccuracy: 0.4 },
        {
          trial: 1,
          weightScale: 0.1,
          seed: 231,
          status: 'failed',
          finalTrainLoss: null,
          error: 'out of memory',
        },
      ],
    });
    expect(documentOf({ planned: 7 }, false)).toMatchObject({ complete: false, planned: 7 });
  });

  it('holds histories only on demand', () => {
    expect(documentOf({}, false).trials[0]).not.toHaveProperty('histories');
    expect(documentOf({}, true).trials[0].histories).toEqual({
      iterations: { iteration: [1, 2], loss: [2, 1] },
      epochs: { epoch: [0, 1], trainAccuracy: [0.1, 0.3], valAccuracy: [0.2, 0.4] },
    });
  });
});
