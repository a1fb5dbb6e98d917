/** docs/evidence.md describes every measure in the words of the code's own table. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { measureNames, measures } from '../../src/records/measures.ts';
import { series, seriesNames } from '../../src/records/series.ts';

const page = readFileSync(new URL('../../docs/evidence.md', import.meta.url), 'utf8');
const rowsWith = (start: string) => page.split('\n').filter(line => line.startsWith(start));

it('lists the measures', () => {
  const rows = measureNames.map(name => {
    const { label, unit, better, caption } = measures[name];
    return `| \`${name}\` | ${label} | ${unit} | ${better} | ${caption} |`;
  });
  expect(rowsWith('| `').slice(0, rows.length)).toEqual(rows);
});

it('lists the series', () => {
  const rows = seriesNames.map(name => `| \`${name}\` | ${series[name].label} | ${series[name].by} |`);
  expect(rowsWith('| `').slice(measureNames.length)).toEqual(rows);
});
