/** The sections of one run, in the order of a reader's questions. */
import { scoreOf, statusText } from '../../analysis/expectation-report.ts';
import { chartsOf } from '../charts.ts';
import { counted } from '../notes.ts';
import { resultsTable } from '../results-table.ts';
import { findingIn, isComplete } from '../run-view.ts';
import { comparisonSection } from './comparisons.ts';
import { smallMultiples, trialCourses } from './courses.ts';
import { figure } from './figure.ts';
import { html, type Markup } from './html.ts';
import { methodsSection } from './methods.ts';
import { comparisonOfRun, type PageRun } from './page-run.ts';
import { failures, provenance } from './provenance.ts';
import { outcomeStrip } from './strip.ts';
import { tableHtml } from './tables.ts';

export function* runSections(run: PageRun): Generator<Markup> {
  const { view } = run;
  const { results, data, charts } = view;
  const finding = findingIn(view);
  yield html`<section class="finding" aria-label="Finding">${finding.sentences.map(text => html`<p>${text}</p>`)}${
    !isComplete(view) &&
    html`<p class="fail">Not finished: ${results.length} of ${counted(view.planned, 'trial')}.</p>`
  }</section>
`;
  if (results.length > 0) {
    yield outcomeStrip(finding);
    yield html`<h2>Figures</h2><div class="grid-3">${chartsOf(charts, results, data).map(figure)}</div>
`;
    const comparison = comparisonOfRun(run);
    if (comparison) yield comparisonSection(comparison, finding.axis, 'Comparison');
    yield html`<h2>Results</h2>${tableHtml(resultsTable(results, data))}`;
    yield smallMultiples(results, finding);
    yield* trialCourses(results);
  }
  yield expectations(run);
  yield failures(run);
  yield methodsSection(run, results);
  yield provenance(run);
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
