/** The report of a run in terminals of several widths: the same bytes each time, and no codes from the data. */
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compareBy } from '../../src/analysis/comparison.ts';
import type { SettingValue } from '../../src/config/schema.ts';
import { comparisonReport } from '../../src/report/comparison.ts';
import { reportBody, reportHeader } from '../../src/report/run-report.ts';
import type { RunView } from '../../src/report/run-view.ts';
import { columnsOf } from '../../src/report/text.ts';
import { viewOf } from '../../src/run/views.ts';
import { readRun } from '../../src/store/stored-run.ts';
import { accuracy, resultsOf } from './results.ts';

const WIDTHS = [40, 80, 120];
const STORED = fileURLToPath(new URL('../fixtures/runs/0.2.0-finished', import.meta.url));

const textOf = (view: RunView, width: number, color = false): string =>
  `${reportHeader(view, { width, color })}\n\n${reportBody(view, { width, color })}`;

/** A sweep of three seeds in which the plain net guesses at small scales, learns between, and diverges at large ones. */
const sweep = resultsOf(
  ...[1, 2, 3].flatMap(seed =>
    [1e-4, 1e-2, 1].flatMap(weightScale =>
      ['batchnorm', 'none'].map(normalization => {
        const fails = normalization === 'none' && weightScale !== 1e-2;
        const diverged = normalization === 'none' && weightScale === 1;
        const best = fails ? 0.1 : 0.3 + seed / 100 + weightScale / 50;
        const losses = Array.from({ length: 40 }, (_, i) =>
          fails ? 2.3 : 2.3 - i / 40 + ((i * seed) % 7) / 20,
        );
        return {
          axes: { weightScale, normalization } as Readonly<Record<string, SettingValue>>,
          seed,
          settings: { batchSize: 50, trainImages: 500, epochs: 4 },
          status: diverged ? ('diverged' as const) : ('completed' as const),
          iterations: diverged ? 12 : 40,
          losses: diverged ? losses.slice(0, 12) : losses,
          accuracies: [0, 1, 2, 3, 4].map(epoch => accuracy(epoch, best * (epoch / 4), best * (epoch / 5))),
        };
      }),
    ),
  ),
);

const view: RunView = {
  name: 'weight-scale',
  title: 'Batch normalization and the scale of the initial weights',
  description: 'What a terminal shows of a sweep.',
  command: 'sweep',
  data: 'CIFAR-10',
  planned: sweep.length,
  results: sweep,
  charts: [
    { y: 'loss' },
    { y: 'bestValAccuracy', x: 'weightScale' },
    { y: 'finalTrainLoss', x: 'weightScale' },
  ],
  stream: 'paired',
  expectations: [],
};

const expectToFit = (text: string, width: number): void => {
  for (const line of text.split('\n')) expect(columnsOf(line), line).toBeLessThanOrEqual(width);
};

describe.each(WIDTHS)('at %d columns', width => {
  it('a sweep shows its finding, table, and charts with bands, divergence and theory', async () => {
    const text = textOf(view, width);
    expectToFit(text, width);
    const [finding, table, chart] = ['Finding\n', 'Results (CIFAR-10)', 'Training loss by'].map(part =>
      text.indexOf(part),
    );
    expect([finding! > 0, table! > finding!, chart! > table!]).toEqual([true, true, true]);
    for (const part of ['↑ diverged', '- - chance', '┊ plain net keeps', '░', '▒'])
      expect(text).toContain(part);
    await expect(text).toMatchFileSnapshot(`snapshots/sweep-${width}.txt`);
  });

  it('a stored run of an earlier release gives the same bytes', async () => {
    const run = await readRun(STORED);
    try {
      const text = textOf(viewOf(run), width);
      expectToFit(text, width);
      await expect(text).toMatchFileSnapshot(`snapshots/stored-${width}.txt`);
    } finally {
      await run.close();
    }
  });

  it('colours change nothing but colour', () => {
    const bare = stripVTControlCharacters(textOf(view, width, true));
    const trimmed = (text: string) => text.replace(/ +$/gm, '');
    expect(trimmed(bare)).toBe(trimmed(textOf(view, width)));
  });

  it('a comparison fits', () => {
    const comparison = compareBy(sweep, {
      ...{
        by: 'normalization',
        measure: 'bestValAccuracy',
        stream: 'paired',
        baseline: { normalization: 'none' },
      },
    });
    const differences = [`title: "${'x'.repeat(200)}" -> "\x1b[31mred"`];
    const text = comparisonReport(comparison, differences, ['a/long/folder'.repeat(9), 'b'], 'text', {
      width,
      color: false,
    });
    expectToFit(text, width);
    expect(text).not.toContain('\x1b');
  });
});

const HOSTILE = [
  ...[
    '<script>alert(1)</script>',
    '</style>',
    '"quoted" \'text\'',
    'a\u2028b',
    '\x1b[31mred',
    '\x1b]0;title\x07',
  ],
  ...[
    '\u009b31m',
    '\u202eright to left',
    '\x1b[2J\x1b[H',
    'two\nlines\r',
    '漢字かな交じり文'.repeat(12),
    '🙂'.repeat(60),
  ],
];

describe.each(HOSTILE)('data that say %j', hostile => {
  it.each(WIDTHS)('are harmless text at %d columns', width => {
    const results = sweep.map(result => ({ ...result, trial: { ...result.trial, groups: [hostile] } }));
    const failed = { ...results[0]!, status: 'failed' as const, error: hostile };
    const text = textOf(
      {
        ...view,
        name: hostile,
        title: hostile,
        description: hostile.repeat(3),
        results: [failed, ...results.slice(1)],
        expectations: [{ name: hostile, status: 'fail', seeds: 3, sentence: hostile, points: 1 }],
      },
      width,
    );
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u);
    expectToFit(text, width);
    if (hostile.startsWith('<')) expect(text.replace(/\s/g, '')).toContain(hostile);
  });
});
