/** The comparison of a run's nets: sentences, the differences drawn with their intervals, and the table. */
import type { ComparedCell } from '../../analysis/compared-cell.ts';
import type { Comparison } from '../../analysis/comparison.ts';
import { comparisonSentences, comparisonTable } from '../../analysis/comparison-report.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { counted, listed, netName, settingWriter } from '../../analysis/words.ts';
import { measures } from '../../records/measures.ts';
import { apart, placeOf, scaleAlong, scaleLabel } from '../charts.ts';
import type { Chart, Series } from '../model.ts';
import { differenceCaption } from './describe.ts';
import { figure } from './figure.ts';
import { html, type Markup } from './html.ts';
import { textTableHtml } from './tables.ts';

/**
 * @param axis the numeric axis along which differences are drawn; null to draw none
 * @param baseline what the candidates are compared with; by default the baseline's nets
 */
export function comparisonSection(
  comparison: Comparison,
  axis: string | null,
  heading: string,
  baseline?: string,
): Markup {
  const chart = axis === null ? undefined : differenceChart(comparison, axis);
  const { cells, measure } = comparison;
  const baselines = [...new Set(cells.map(({ baseline }) => baseline.name))];
  return html`<h2>${heading}</h2>
<div class="beside">${chart && figure(chart, differenceCaption(chart, baseline ?? listed(baselines)))}
<div>${comparisonSentences(comparison).map(text => html`<p>${text}</p>`)}</div></div>
<details${cells.length <= MOST_OPEN && html` open`}><summary>${counted(cells.length, 'comparison')}</summary>
${textTableHtml(measures[measure].label, comparisonTable(comparison))}</details>
`;
}

const settingsOf = ({ axes, net }: ComparedCell['candidate']) => ({ ...axes, ...net });

/** The other numbers that each value of the axis decides: they are part of the axis, and name no curve. */
function movingWith(axis: string, cells: readonly ComparedCell[]): string[] {
  const all = cells.map(({ candidate }) => settingsOf(candidate));
  const keys = Object.keys(all[0] ?? {}).filter(key => key !== axis && typeof all[0]![key] === 'number');
  const places = new Set(all.map(values => values[axis])).size;
  return keys.filter(
    key => new Set(all.map(values => JSON.stringify([values[axis], values[key]]))).size === places,
  );
}

/** Longer tables are collapsed at first. */
const MOST_OPEN = 12;

/** Candidate minus baseline along the axis, with the 95 % intervals as bands; undefined if there are too few to draw. */
export function differenceChart({ cells, measure }: Comparison, axis: string): Chart | undefined {
  const along = [axis, ...movingWith(axis, cells)];
  const write = settingWriter(cells.map(({ candidate }) => settingsOf(candidate)));
  const others = (candidate: ComparedCell['candidate']) =>
    netName(
      Object.fromEntries(Object.entries(settingsOf(candidate)).filter(([key]) => !along.includes(key))),
      write,
    );
  const xs = cells.flatMap(({ candidate: { axes }, pairs }) => (pairs ? (axes[axis] ?? []) : []));
  const numbers = xs.filter(x => typeof x === 'number');
  if (new Set(numbers).size < 3) return undefined;
  const scale = scaleAlong(numbers);
  const series = [...groupBy(cells, ({ candidate }) => others(candidate))].map(([name, members]): Series => {
    const points = members.flatMap(({ candidate, pairs }) => {
      const x = candidate.axes[axis];
      if (typeof x !== 'number' || !pairs) return [];
      const { mean, low, high } = pairs.difference;
      return [{ x: placeOf(x, scale), y: mean, ...(low !== null && high !== null && { low, high }) }];
    });
    return { name, points: apart(points, scale.zeroAt) };
  });
  const label = measures[measure].label;
  return {
    title: `${label}: difference`,
    xLabel: scaleLabel(axis, scale),
    x: scale.logarithmic ? 'log' : 'linear',
    zeroAt: scale.zeroAt,
    series,
    lines: [{ axis: 'y', at: 0, label: 'no difference' }],
    notes: [
      cells.some(({ seeds }) => seeds.length > 1)
        ? 'Bands: 95 % t intervals over seeds, each for its value alone. The verdicts beside it are corrected for all of them.'
        : 'One seed: differences without intervals.',
    ],
  };
}
