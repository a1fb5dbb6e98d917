import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chart, Point } from '../../src/report/model.ts';
import { renderChart } from '../../src/report/terminal/chart.ts';

const plain = { width: 80, height: 15, color: false };
const chartOf = (points: readonly Point[], others: Partial<Chart> = {}): Chart => ({
  title: 'Loss',
  xLabel: 'iteration',
  x: 'linear',
  series: [{ name: 'net', points }],
  ...others,
});
const linesOf = (chart: Chart, style = plain) => renderChart(chart, style).split('\n');

/** The area of the curves: what stands right of the axis, each line with the label on its left. */
function areaOf(chart: Chart, style = plain) {
  const lines = linesOf(chart, style);
  const start = lines[1]!.search(/[┤│]/);
  const end = lines.findIndex(line => line[start] === '└');
  return {
    rows: lines
      .slice(1, end)
      .map(line => ({ label: line.slice(0, start).trim(), cells: line.slice(start + 1) })),
    ticks: lines[end]!.slice(start + 1),
    tickTexts: lines[end + 1]!,
    columns: lines[end]!.length - start - 1,
    margin: start + 1,
  };
}

/** Where a marker stands: column, and the label of its row if it has one. */
function marksOf(marker: string, chart: Chart, style = plain) {
  return areaOf(chart, style)
    .rows.flatMap(({ label, cells }) =>
      [...cells].flatMap((char, column) => (char === marker ? [{ column, label }] : [])),
    )
    .sort((a, b) => a.column - b.column);
}

describe('a chart', () => {
  it('puts points where they belong on a linear axis', () => {
    const chart = chartOf([
      { x: 0, y: 0 },
      { x: 5, y: 1 },
      { x: 10, y: 2 },
    ]);
    const { columns } = areaOf(chart);
    expect(marksOf('o', chart)).toEqual([
      { column: 0, label: '0.0' },
      { column: Math.round((columns - 1) / 2), label: '1.0' },
      { column: columns - 1, label: '2.0' },
    ]);
  });

  it('puts decades at equal distances on a logarithmic axis, each over its tick', () => {
    const chart = chartOf(
      [1e-4, 1e-3, 1e-2, 1e-1, 1].map((x, index) => ({ x, y: index })),
      { x: 'log' },
    );
    const { columns, ticks, tickTexts, margin } = areaOf(chart);
    const expected = [0, 1, 2, 3, 4].map(power => Math.round((power / 4) * (columns - 1)));
    expect(marksOf('o', chart).map(({ column }) => column)).toEqual(expected);
    expect([...ticks].flatMap((char, column) => (char === '┬' ? [column] : []))).toEqual(expected);
    expect(tickTexts.trim().split(/ +/)).toEqual(['1e-4', '1e-3', '1e-2', '0.1', '1']);
    for (const [index, text] of ['1e-4', '1e-3', '1e-2', '0.1'].entries())
      expect(tickTexts.indexOf(text)).toBe(margin + expected[index]! - (text.length >> 1));
  });

  it('marks decades on a logarithmic axis with many points', () => {
    const points = Array.from({ length: 20 }, (_, index) => ({ x: 10 ** (-4 + (4 * index) / 19), y: index }));
    expect(
      areaOf(chartOf(points, { x: 'log' }))
        .tickTexts.trim()
        .split(/ +/),
    ).toEqual(['1e-4', '1e-3', '1e-2', '0.1', '1']);
  });

  it('draws a line through its points', () => {
    const { rows } = areaOf(chartOf([10, 20, 30].map(x => ({ x, y: 7 }))));
    const drawn = rows.filter(({ cells }) => cells !== '');
    expect(drawn).toHaveLength(1);
    expect(drawn[0]!.cells).toMatch(/^o─+o─+o$/);
  });

  it('averages the points of each column', () => {
    const points = Array.from({ length: 100_000 }, (_, index) => ({ x: index, y: index % 2 === 0 ? 1 : 3 }));
    const chart = chartOf([...points, { x: 50_000, y: 2 }]);
    const drawn = areaOf(chart).rows.filter(({ cells }) => /[o─]/.test(cells));
    expect(drawn.map(({ label }) => label)).toEqual(['2.0']);
  });

  it('leaves a gap where a value is not finite', () => {
    for (const y of [Number.NaN, Infinity, -Infinity]) {
      const { rows } = areaOf(chartOf([1, 1, y, 1, 1].map((value, x) => ({ x, y: value }))));
      expect(rows.find(({ cells }) => cells)?.cells).toMatch(/^o─+o {10,}o─+o$/);
    }
  });

  it('draws values outside the clamp at its edge, and counts them', () => {
    const chart = chartOf(
      [2, 1e9, -1e9, Number.NaN, Infinity, 3].map((y, x) => ({ x, y })),
      { clamp: [1, 3.5] },
    );
    expect(marksOf('o', chart).map(({ label }) => label)).toEqual(['2.0', '3.5', '1.0', '3.0']);
    expect(renderChart(chart, plain)).toContain(
      'Values above 3.5 are drawn at the edge: 1.\nValues below 1 are drawn at the edge: 1.',
    );
    expect(renderChart({ ...chart, clamp: [-1e9, 1e9] }, plain)).not.toContain('at the edge');
  });

  it('tells its series apart without colour, by lines and markers that the legend shows', () => {
    const series = Array.from({ length: 8 }, (_, index) => ({
      name: `net ${index}`,
      points: [0, 1, 2, 3].map(x => ({ x, y: index })),
    }));
    const chart = chartOf([], { series });
    const text = renderChart(chart, plain);
    const samples = series.map(({ name }) =>
      text
        .match(new RegExp(`(\\S)(\\S)\\1 ${name}`))!
        .slice(1)
        .join(''),
    );
    expect(new Set(samples).size).toBe(8);
    for (const [line, marker] of samples.map(sample => [...sample] as [string, string])) {
      const row = areaOf(chart).rows.find(({ cells }) => cells.includes(marker));
      expect([...new Set(row!.cells)].sort()).toEqual([line, marker].sort());
    }
  });

  it('shows both of two series that share all of their cells', () => {
    for (const count of [2, 5, 60, 500]) {
      const points = Array.from({ length: count }, (_, x) => ({ x, y: x }));
      const series = ['one', 'two'].map(name => ({ name, points }));
      const cells = areaOf(chartOf([], { series }))
        .rows.map(row => row.cells)
        .join('');
      for (const char of 'ox') expect(cells).toContain(char);
      if (count < 60) for (const char of '─┄') expect(cells).toContain(char);
    }
  });

  it('shades the band around a curve', () => {
    const { rows } = areaOf(chartOf([0, 1, 2].map(x => ({ x, y: 2, low: 1, high: 4 }))));
    const shaded = rows.filter(({ cells }) => cells.includes('░'));
    expect([shaded[0]!.label, shaded.at(-1)!.label]).toEqual(['4.0', '1.0']);
    for (const { cells } of shaded) expect(cells).toMatch(/^░+$/);
    expect(rows.find(({ label }) => label === '2.0')!.cells).toMatch(/^o─+o─+o$/);
  });

  it('marks above the curves where a trial diverged, and says so in the legend', () => {
    const chart = chartOf([], {
      series: [{ name: 'net', points: [0, 1, 2].map(x => ({ x, y: x })), diverged: [4] }],
    });
    const { rows, columns } = areaOf(chart);
    expect(rows[0]!.cells.indexOf('↑')).toBe(columns - 1);
    expect(renderChart(chart, plain)).toContain('─o─ net  ↑ diverged');
    expect(rows[0]!.cells).toMatch(/o↑$/);
    const top = rows[1]!.cells;
    expect(top.lastIndexOf('o')).toBe(Math.round((columns - 1) / 2));
  });

  it('marks the curve of a diverged trial beside the arrow', () => {
    const points = [0, 1, 2, 3, 4].map(x => ({ x, y: x }));
    const series = [
      { name: 'one', points, diverged: [2, 4] },
      { name: 'two', points, diverged: [4] },
    ];
    const [edge] = areaOf(chartOf([], { series })).rows;
    expect(edge!.cells).toMatch(/^ +↑o +ox↑$/);
  });

  it('draws theory lines behind the curves, and names them in the legend', () => {
    const chart = chartOf([], {
      series: [{ name: 'net', points: [0, 4].map(x => ({ x, y: 3 })) }],
      lines: [
        { axis: 'y', at: 1, label: 'chance' },
        { axis: 'x', at: 3, label: 'critical' },
        { axis: 'x', at: 5, label: 'beyond the axis' },
      ],
    });
    const { rows, columns } = areaOf(chart);
    const upright = Math.round(0.75 * (columns - 1));
    expect(rows.find(({ label }) => label === '1.0')!.cells).toMatch(/^(- )+/);
    const marked = rows.filter(({ cells }) => cells.includes('┊'));
    for (const { cells } of marked) expect(cells.indexOf('┊')).toBe(upright);
    expect(rows.filter(({ cells }) => cells.includes('o'))).toEqual(
      rows.filter(({ cells }) => /^o─+o$/.test(cells)),
    );
    expect(marked).toHaveLength(rows.length - 1);
    expect(renderChart(chart, plain)).toMatch(/─o─ net {2}- - chance {2}┊ critical$/);
    const clamped = renderChart({ ...chart, clamp: [2, 4] }, plain);
    expect(clamped).not.toContain('chance');
  });

  it('draws the means of each epoch as the curve, and the values as dots', () => {
    const points = Array.from({ length: 40 }, (_, x) => ({ x, y: x % 2 === 0 ? 1 : 3 }));
    const means = [5, 15, 25, 35].map(x => ({ x, y: 2 }));
    const chart = chartOf([], { series: [{ name: 'net', points, means }] });
    const { rows } = areaOf(chart);
    for (const { label, cells } of rows) {
      if (label === '2.0') expect(cells).toMatch(/^ +o─+o─+o─+o$/);
      else if (label === '1.0' || label === '3.0') expect(cells).toMatch(/^[. ]+$/);
      else expect(cells).toBe('');
    }
    expect(renderChart(chart, plain)).toContain('─o─ net  ... values; the curve: epoch means');
  });

  it('shows a lone point, a constant and an empty series', () => {
    expect(marksOf('o', chartOf([{ x: 3, y: 2.3 }]))).toHaveLength(1);
    expect(marksOf('o', chartOf([0, 1, 2].map(x => ({ x, y: 0 })))).map(({ label }) => label)).toEqual([
      '0.0',
      '0.0',
      '0.0',
    ]);
    const series = [
      { name: 'empty', points: [] },
      { name: 'full', points: [0, 1].map(x => ({ x, y: x })) },
    ];
    const text = renderChart(chartOf([], { series }), plain);
    expect(text).toContain('─o─ empty');
    expect(text).toContain('┄x┄ full');
  });

  it('says so when there is nothing to draw', () => {
    for (const points of [[], [{ x: 1, y: Number.NaN }], [{ x: Number.NaN, y: 1 }]]) {
      expect(linesOf(chartOf(points, { notes: ['2 diverged trials.'] }))).toEqual([
        'Loss',
        '(nothing to draw)',
        '2 diverged trials.',
      ]);
    }
  });

  it('lets no control character of a name through', () => {
    const text = renderChart(
      chartOf([{ x: 1, y: 1 }], {
        title: 'a\u001b[31m\u0007b\nc',
        series: [{ name: '\u001b]0;x\u0007n\r', points: [{ x: 1, y: 1 }] }],
      }),
      plain,
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('any chart', () => {
  const value = fc.oneof(
    fc.double(),
    fc.double({ min: -10, max: 10, noNaN: true }),
    fc.constantFrom(
      Number.NaN,
      Infinity,
      -Infinity,
      0,
      -0,
      5e-324,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      1e16,
      1e16 + 2,
    ),
  );
  const points = fc.oneof(
    fc.array(fc.record({ x: value, y: value, low: value, high: value }), { maxLength: 300 }),
    fc.tuple(fc.array(value), value).map(([xs, y]) => xs.map(x => ({ x, y }))),
    fc.array(value, { maxLength: 300 }).map(ys => ys.map((y, x) => ({ x, y }))),
  );
  const chart: fc.Arbitrary<Chart> = fc.record(
    {
      title: fc.string({ maxLength: 200 }),
      xLabel: fc.string(),
      x: fc.constantFrom('linear', 'log'),
      series: fc.array(
        fc.record({
          name: fc.string({ maxLength: 120 }),
          points,
          diverged: fc.array(value, { maxLength: 3 }),
          means: fc.option(fc.array(fc.record({ x: value, y: value }), { maxLength: 9 }), { nil: undefined }),
        }),
        { maxLength: 10 },
      ),
      lines: fc.array(
        fc.record({ axis: fc.constantFrom('x', 'y'), at: value, label: fc.string({ maxLength: 120 }) }),
        { maxLength: 3 },
      ),
      clamp: fc.option(
        fc
          .tuple(
            fc.double({ noNaN: true, noDefaultInfinity: true }),
            fc.double({ noNaN: true, noDefaultInfinity: true }),
          )
          .filter(([low, high]) => low < high),
        { nil: undefined },
      ),
      notes: fc.array(fc.string({ maxLength: 200 })),
    },
    { requiredKeys: ['title', 'xLabel', 'x', 'series'] },
  );
  const size = fc.record({
    width: fc.integer({ min: 40, max: 220 }),
    height: fc.integer({ min: 6, max: 40 }),
  });

  it('fits its width and height, is free of NaN, and has a legend for each series', () => {
    fc.assert(
      fc.property(chart, size, (drawn, { width, height }) => {
        const text = renderChart(drawn, { width, height, color: false });
        expect(text).not.toContain('\u001b');
        const lines = text.split('\n');
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        if (text.includes('(nothing to draw)')) return;
        const axis = lines.findIndex(line => /^ *└[─┬]+$/.test(line));
        expect(lines.slice(0, axis).filter(line => /^ *\S* [┤│]/.test(line)).length).toBeLessThanOrEqual(
          height,
        );
        expect(lines[axis]!.length).toBe(width);
        expect(
          lines
            .slice(0, axis + 2)
            .join('')
            .replace(drawn.title, ''),
        ).not.toMatch(/NaN|Infinity|undefined/);
        const legend = lines.slice(axis + 3).join('');
        expect(legend.match(/([─┄═·━])[ox+*#@%&]\1/gu)?.length).toBeGreaterThanOrEqual(drawn.series.length);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same in colour, but for the colour', () => {
    fc.assert(
      fc.property(chart, size, (drawn, { width, height }) => {
        const colored = renderChart(drawn, { width, height, color: true });
        const bare = (text: string) => stripVTControlCharacters(text).replace(/ +$/gm, '');
        expect(bare(colored)).toBe(bare(renderChart(drawn, { width, height, color: false })));
      }),
    );
  });

  it('has a place in its column for every point that can be drawn, when they are few', () => {
    const few = fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 21 });
    fc.assert(
      fc.property(few, fc.infiniteStream(fc.double({ min: 0, max: 4, noNaN: true })), (xs, ys) => {
        const drawn = chartOf(xs.map(x => ({ x, y: ys.next().value! })));
        const [low, high] = [Math.min(...xs), Math.max(...xs)];
        const { columns } = areaOf(drawn);
        const expected = xs
          .map(x => Math.round(((x - low) / (high - low)) * (columns - 1)))
          .sort((a, b) => a - b);
        expect(marksOf('o', drawn).map(({ column }) => column)).toEqual(expected);
      }),
    );
  });
});
