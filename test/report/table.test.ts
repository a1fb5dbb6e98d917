import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultsTable } from '../../src/report/results-table.ts';
import { renderTable, textTable } from '../../src/report/terminal/table.ts';
import { accuracy, type Given, resultsOf } from './results.ts';

const given = (axes: Given['axes'], val: number, train: number, loss: number): Given => ({
  axes,
  losses: [loss],
  accuracies: [accuracy(1, train, val)],
});
const tableOf = (...trials: readonly Given[]) => resultsTable(resultsOf(...trials), 'CIFAR-10');
const textsOf = (...trials: readonly Given[]) =>
  tableOf(...trials).rows.map(({ groups }) =>
    groups.map(group =>
      typeof group === 'object' ? group.map(({ text, best }) => text + (best ? '*' : '')).join(' ') : group,
    ),
  );

const two = [
  given({ weightScale: 0.01, normalization: 'batchnorm' }, 0.3, 0.5, 1.5),
  given({ weightScale: 0.01, normalization: 'none' }, 0.2, 0.4, 1.8),
  given({ weightScale: 1, normalization: 'batchnorm' }, 0.25, 0.6, 1.25),
  given({ weightScale: 1, normalization: 'none' }, 0.1, 0.1, 31415),
];

describe('the table of results', () => {
  it('lays an axis of words across, and marks the best figure of each column', () => {
    const { names, groups, figures } = tableOf(...two);
    expect(names.map(({ head }) => head)).toEqual(['weightScale']);
    expect(groups).toEqual(['batch norm', 'the plain net']);
    expect(figures.map(({ head }) => head)).toEqual(['val', 'train', 'loss']);
    expect(textsOf(...two)).toEqual([
      ['.300* .500 1.500', '.200* .400* 1.800*'],
      ['.250 .600* 1.250*', '.100 .100 3.14e4'],
    ]);
  });

  it('gives each cell a row of its own where the grid has holes', () => {
    expect(textsOf(...two.slice(0, 3))).toEqual([
      ['.300* .500 1.500'],
      ['.200 .400 1.800'],
      ['.250 .600* 1.250*'],
    ]);
  });

  it('shows what a diverged trial measured, names its loss diverged, and never ranks it', () => {
    const rows = textsOf(
      { ...given({ weightScale: 1 }, 0.9, 0.9, 0.1), status: 'diverged' },
      { ...given({ weightScale: 2 }, 0.2, 0.3, 1), status: 'diverged', accuracies: [], losses: [] },
      { ...given({ weightScale: 3 }, 0.2, 0.3, 1), status: 'failed', accuracies: [], losses: [] },
      given({ weightScale: 4 }, 0.2, 0.3, 1),
      given({ weightScale: 5 }, 0.1, 0.3, 2),
    );
    expect(rows.flat()).toEqual([
      '.900 .900 diverged',
      '- - diverged',
      'failed',
      '.200* .300 1.000*',
      '.100 .300 2.000',
    ]);
  });

  it('averages what replicates have, counts what they lack, and never ranks them then', () => {
    const at = (seed: number, weightScale: number, val: number, loss: number) => ({
      ...given({ weightScale }, val, 0.5, loss),
      seed,
    });
    const trials: Given[] = [
      at(1, 1, 0.25, 1),
      { ...at(2, 1, 0.5, 9), status: 'diverged' },
      { ...at(3, 1, 0, 0), status: 'failed', losses: [], accuracies: [] },
      at(1, 2, 0.25, 1),
      at(2, 2, 0.3, 2),
      at(3, 2, 0.35, 3),
      at(1, 3, 0.1, 5),
      at(2, 3, 0.1, 5),
      at(3, 3, 0.1, 5),
    ];
    // t quantiles of a table: 12.706 for 1 degree of freedom, 4.303 for 2.
    expect(textsOf(...trials).flat()).toEqual([
      '.375 (.000 to 1.000) (n 2) .500 ±.000 (n 2) 1.000 (n 1)',
      '.300 ±.124* .500 ±.000 2.000 ±2.484*',
      '.100 ±.000 .500 ±.000 5.000 ±0.000',
    ]);
    expect(tableOf(...trials).notes).toEqual(
      expect.arrayContaining([
        'Means over 3 seeds, with their 95 % t interval.',
        '1 trial diverged: its final training loss is missing.',
        '1 trial failed: it has no values.',
      ]),
    );
  });

  it('compares the losses of whole epochs where epochs differ in iterations', () => {
    const losses = Array.from({ length: 2000 }, (_, index) => 2000 - index);
    const rows = textsOf(
      { axes: { batchSize: 5 }, losses },
      { axes: { batchSize: 50 }, losses: losses.slice(-200) },
    );
    expect(rows.map(([row]) => row!.split(' ')[2])).toEqual(['100.500', '10.500*']);
    expect(tableOf({ axes: { batchSize: 5 } }, { axes: { batchSize: 50 } }).notes.at(-1)).toContain(
      'loss: the mean training loss of the last epoch;',
    );
  });

  it.each([
    [200, 200, 'of the last 100 iterations;'],
    [60, 60, 'of the last 100 iterations (here all 60);'],
    [60, 80, 'of the last 100 iterations, or of all if there are fewer;'],
  ])('says what the loss averages: %i and %i iterations', (first, second, words) => {
    const trials = [first, second].map(count => ({ axes: { epochs: count / 20 } }));
    expect(tableOf(...trials).notes.at(-1)).toContain(words);
  });

  it('tells groups apart that differ in nothing else', () => {
    const { names, rows } = tableOf({ groups: ['a'] }, { groups: ['\u001b[31mb'] });
    expect(names.map(({ head }) => head)).toEqual(['group']);
    expect(rows.map(row => row.names)).toEqual([['a'], ['b']]);
  });

  it('keeps the best 50 rows of a longer table', () => {
    const trials = Array.from({ length: 60 }, (_, index) =>
      given({ weightScale: index + 1 }, index / 100, 0, 1),
    );
    const { rows, notes } = tableOf(...trials);
    expect(rows.map(row => row.names[0])).toEqual(
      Array.from({ length: 50 }, (_, index) => String(60 - index)),
    );
    expect(notes[0]).toBe('The 50 best of 60 rows by val; trials.csv has them all.');
  });
});

describe('a table in a terminal', () => {
  const show = (width: number, trials: readonly Given[] = two) =>
    renderTable(tableOf(...trials), { width, color: false }).split('\n');

  it('stands side by side at 80 columns', () => {
    expect(show(80).slice(0, 6)).toEqual([
      'Results (CIFAR-10)',
      '             │      batch norm       │     the plain net',
      ' weightScale │  val   train    loss  │  val   train     loss',
      '─────────────┼───────────────────────┼───────────────────────',
      '        1e-2 │ .300*   .500   1.500  │ .200*   .400*   1.800*',
      '           1 │ .250    .600*  1.250* │ .100    .100   3.14e4',
    ]);
  });

  it('puts one group below the other at 40', () => {
    expect(show(40).slice(1, 9)).toEqual([
      ' weightScale │  val   train     loss',
      '─────────────┼───────────────────────',
      'batch norm',
      '        1e-2 │ .300*   .500    1.500',
      '           1 │ .250    .600*   1.250*',
      'the plain net',
      '        1e-2 │ .200*   .400*   1.800*',
      '           1 │ .100    .100   3.14e4',
    ]);
  });

  it('moves the first names into headings', () => {
    const trials = two
      .slice(0, 3)
      .map(trial => ({ ...trial, axes: { ...trial.axes!, updateRule: 'adam' as const } }));
    expect(show(52, trials).slice(1, 6)).toEqual([
      ' normalization  updateRule │  val   train    loss',
      '───────────────────────────┼──────────────────────',
      'weightScale 1e-2',
      ' batchnorm      adam       │ .300*   .500   1.500',
      ' none           adam       │ .200    .400   1.800',
    ]);
  });

  it('becomes a list where nothing else fits', () => {
    const hiddenDims = [
      [1000, 1000, 1000, 1000],
      [1000, 1000, 1000, 1000, 1000],
    ];
    const trials = hiddenDims.map((dims, index) => given({ hiddenDims: dims }, 0.3 - index / 10, 0.5, 1.5));
    expect(show(40, trials).slice(1, 5)).toEqual([
      'hiddenDims 1000x1000x1000x1000',
      '  val .300*  train .500  loss 1.500',
      'hiddenDims 1000x1000x1000x1000x1000',
      '  val .200  train .500  loss 1.500',
    ]);
  });

  it('fits any width, shows every figure, and is the same in colour, but for the colour', () => {
    const axes = fc.record(
      {
        weightScale: fc.constantFrom(1e-4, 0.5, 1, 123456),
        normalization: fc.constantFrom('none', 'batchnorm', 'layernorm'),
        hiddenDims: fc.array(fc.integer({ min: 1, max: 9999 }), { maxLength: 20 }),
        updateRule: fc.constantFrom('sgd', 'sgdMomentum', 'adam'),
      },
      { requiredKeys: [] },
    );
    const trial = fc.record({
      axes,
      status: fc.constantFrom('completed', 'diverged', 'failed'),
      losses: fc.array(fc.double({ min: 0, max: 1e300, noNaN: true }), { maxLength: 3 }),
      accuracies: fc.array(
        fc.double({ min: 0, max: 1, noNaN: true }).map(val => accuracy(1, val, val)),
        {
          maxLength: 2,
        },
      ),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(trial, { minLength: 1, maxLength: 12, selector: ({ axes }) => JSON.stringify(axes) }),
        fc.integer({ min: 40, max: 160 }),
        (trials, width) => {
          const table = tableOf(...(trials as Given[]));
          const text = renderTable(table, { width, color: false });
          for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
          for (const group of table.rows.flatMap(({ groups }) => groups)) {
            const texts = typeof group === 'object' ? group.map(figure => figure.text) : [group ?? ''];
            for (const shown of texts) expect(text).toContain(shown);
          }
          const bare = (lines: string) => stripVTControlCharacters(lines).replace(/ +$/gm, '');
          expect(bare(renderTable(table, { width, color: true }))).toBe(bare(text));
        },
      ),
      { numRuns: 50 },
    );
  });
});

it('draws a row of a long table as in a short one that has the widest texts too', () => {
  // Longer than the parts that are drawn at a time.
  const rows = Array.from({ length: 450 }, (_, i) => [
    i === 333 ? 'a long name' : `row ${i}`,
    i === 17 ? '123456789' : String(i),
    ...(i % 7 === 0 ? [{ text: 'failed', columns: 2 }] : ['.5', '1.5']),
  ]);
  const groups = ['', '', { text: 'a heading wider than both', columns: 2 }];
  const drawn = (some: typeof rows) =>
    textTable(['name', 'count', 'p', 'q'], some, {
      ...{ color: false, align: ['left', 'right', 'right', 'right'], bars: [2], groups },
    }).split('\n');
  const lines = drawn(rows);
  expect(lines).toHaveLength(3 + rows.length);
  for (const i of [0, 7, 17, 98, 99, 250, 333, 449]) {
    const short = drawn([rows[17]!, rows[333]!, rows[i]!]);
    expect([...lines.slice(0, 3), lines[3 + i]]).toEqual([...short.slice(0, 3), short[5]]);
  }
});
