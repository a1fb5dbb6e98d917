/** The sections of one run, in the order of a reader's questions. */

import { scoreOf, statusText } from '../../analysis/expectation-report.ts';
import type { Finding } from '../../analysis/finding.ts';
import { type Nets, netsOf } from '../../analysis/nets.ts';
import { counted } from '../../analysis/words.ts';
import { chartsOf } from '../charts.ts';
import { resultsTable } from '../results-table.ts';
import { findingIn, isComplete, type RunView } from '../run-view.ts';
import { comparisonSection } from './comparisons.ts';
import { smallMultiples, trialCourses } from './courses.ts';
import { figure } from './figure.ts';
import { heatMaps } from './heat-maps.ts';
import { html, type Markup } from './html.ts';
import { methodsSection } from './methods.ts';
import { comparisonOfRun, type PageRun } from './page-run.ts';
import { failures, provenance } from './provenance.ts';
import { outcomeStrip } from './strip.ts';
import { tableHtml } from './tables.ts';

export function* runSections(run: PageRun): Generator<Markup> {
  const { view } = run;
  const { results, data, charts } = view;
  // Thousands of cells take a while: they are compared and sorted once.
  const comparison = comparisonOfRun(run);
  const finding = findingIn(view, comparison);
  const nets = netsOf(results);
  yield hero(view, finding, nets);
  if (results.length > 0) {
    yield html`<h2>Figures</h2><div class="charts">${chartsOf(charts, results, undefined).map(each => figure(each))}</div>
`;
    if (comparison) yield comparisonSection(comparison, finding.axis, 'Comparison');
    yield html`<h2>Results</h2>
${tableHtml(resultsTable(results, data))}`;
    yield smallMultiples(results, nets);
    yield* trialCourses(results, nets);
    yield* heatMaps(results);
  }
  yield expectations(run);
  yield failures(run);
  yield methodsSection(run);
  yield provenance(run);
}

/** The answer, where each net learns, and the other findings of the run. */
function hero(view: RunView, finding: Finding, nets: Nets): Markup {
  const [lead = '', ...others] = finding.sentences;
  const { results, planned, description } = view;
  return html`<section class="finding" aria-label="Finding"><p class="lead">${lead}</p>${
    results.length > 0 && outcomeStrip(nets)
  }<div class="rest">${!isComplete(view) && html`<p class="fail">Not finished: ${results.length} of ${counted(planned, 'trial')}.</p>`}${
    others.length > 0 && html`<ul>${others.map(text => html`<li>${text}</li>`)}</ul>`
  }</div></section>
${description !== undefined && html`<p class="description">${description}</p>`}
`;
}

function expectations({ view: { expectations: outcomes } }: PageRun): Markup {
  if (outcomes.length === 0) return html``;
  const { points, of } = scoreOf(outcomes);
  return html`<h2>Expectations: ${points} of ${of} points</h2>
<ul>${outcomes.map(
    outcome =>
      html`<li><span class="${outcome.status === 'pass' ? 'pass' : outcome.status === 'fail' ? 'fail' : ''}">${statusText(outcome)}</span> ${outcome.name}: ${outcome.sentence}</li>`,
  )}</ul>
`;
}
