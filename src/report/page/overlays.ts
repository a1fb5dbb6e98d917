/** Several runs at once: what they differ in, and their curves over one another. */

import { compareRuns } from '../../analysis/comparison.ts';
import { axisKeys, axisValues } from '../../analysis/results.ts';
import { runDifferences } from '../../store/manifest.ts';
import { chartsOf } from '../charts.ts';
import type { Chart } from '../model.ts';
import { robustClamp } from '../range.ts';
import { findingIn } from '../run-view.ts';
import { comparisonSection } from './comparisons.ts';
import { figure } from './figure.ts';
import { html, type Markup } from './html.ts';
import type { PageRun } from './page-run.ts';
import { textTableHtml } from './tables.ts';

/** More curves cannot be told apart. */
const MOST_CURVES = 8;

export function overlays(runs: readonly PageRun[]): Markup {
  const [first, ...others] = runs as readonly [PageRun, ...PageRun[]];
  const rows = runs.map(run => [
    run.label,
    run.view.data,
    findingIn(run.view).sentences[0] ?? '',
    run === first ? 'the baseline' : runDifferences(first, run).join('; ') || 'nothing',
  ]);
  const columns = ['run', 'data', 'finding', 'differs in'].map(head => ({ head, align: 'left' as const }));
  const common = others.filter(({ view }) => view.results.length > 0);
  return html`<h2>What the runs differ in</h2>
${textTableHtml('Runs', { columns, rows }, true)}
<h2>Figures over one another</h2><div class="charts">${overlaid(runs).map(each => figure(each))}</div>
${first.view.results.length > 0 ? common.map(run => pairSection(first, run)) : []}
`;
}

/** Charts that several runs have in common, with the curves of all. */
function overlaid(runs: readonly PageRun[]): Chart[] {
  const specs = runs[0]!.view.charts;
  const all = runs.map(({ label, view }) => ({
    label,
    charts: chartsOf(specs, view.results, undefined),
  }));
  return all[0]!.charts.map(chart => {
    const series = all.flatMap(({ label, charts }) =>
      (charts.find(({ title, x }) => title === chart.title && x === chart.x)?.series ?? []).map(each => ({
        ...each,
        name: `${label}: ${each.name}`,
      })),
    );
    const drawn = series.slice(0, MOST_CURVES);
    const left =
      series.length > drawn.length ? [`${drawn.length} of ${series.length} curves are drawn.`] : [];
    return { ...chart, series: drawn, clamp: chart.clamp ?? robustClamp(drawn), notes: left };
  });
}

function pairSection(baseline: PageRun, candidate: PageRun): Markup {
  const [a, b] = [baseline.view.results, candidate.view.results];
  const stream = baseline.view.stream === 'notebook' ? 'notebook' : candidate.view.stream;
  const comparison = compareRuns(a, b, { stream });
  if (comparison.cells.length === 0) return html``;
  const axis = axisKeys(b).find(
    key => axisValues(b, key).filter(value => typeof value === 'number').length > 2,
  );
  return comparisonSection(
    comparison,
    axis ?? null,
    `${candidate.label} against ${baseline.label}`,
    `the same net in ${baseline.label}`,
  );
}
