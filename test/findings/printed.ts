/** What the program prints about made-up runs. */
import { axesOf } from '../../src/analysis/axes.ts';
import { type Comparison, compareBy, compareRuns } from '../../src/analysis/comparison.ts';
import { comparisonSentences, comparisonTable } from '../../src/analysis/comparison-report.ts';
import { listed } from '../../src/analysis/words.ts';
import type { Where } from '../../src/config/where-schema.ts';
import { measureNames } from '../../src/records/measures.ts';
import { chartsOf } from '../../src/report/charts.ts';
import { differenceChart } from '../../src/report/page/comparisons.ts';
import { captionText, differenceCaption, summaryText } from '../../src/report/page/describe.ts';
import { reportMarkdown } from '../../src/report/page/markdown.ts';
import { reportPage } from '../../src/report/page/page.ts';
import { comparisonOfRun, type PageRun } from '../../src/report/page/page-run.ts';
import { findingIn } from '../../src/report/run-view.ts';
import { type OpenRun, viewOf } from '../../src/run/views.ts';
import type { Random } from './random.ts';
import type { ShownChart } from './reading/caption-forms.ts';

export const pageRunOf = (run: OpenRun, label = 'made'): PageRun => ({
  label,
  view: viewOf(run),
  identity: run.identity,
  invocation: run.invocation,
  startedAt: run.startedAt,
  command: 'cifar-norm sweep ./made.json',
});

export const markdownOf = (page: PageRun): string => reportMarkdown([page]);
export const pageOf = (...pages: PageRun[]): string => [...reportPage(pages)].join('');

/** The charts of the page, with all that is said of them. */
export const chartsIn = ({ view }: PageRun): (ShownChart & { readonly notes: readonly string[] })[] =>
  chartsOf(view.charts, view.results, undefined).map(chart => ({
    title: chart.title,
    xLabel: chart.xLabel,
    caption: captionText(chart),
    summary: summaryText(chart),
    clampedAt: chart.clamp?.[1],
    notes: chart.notes ?? [],
  }));

/** The caption of the chart of differences, and the axis it is drawn along; undefined if there is none. */
export function differencesIn(
  page: PageRun,
): { readonly caption: string; readonly axis: string } | undefined {
  const comparison = comparisonOfRun(page);
  const { axis } = findingIn(page.view);
  const chart = comparison && axis !== null ? differenceChart(comparison, axis) : undefined;
  if (!chart || axis === null) return undefined;
  const baselines = [...new Set(comparison!.cells.map(({ baseline }) => baseline.name))];
  return { caption: differenceCaption(chart, listed(baselines)), axis };
}

/** What somebody may ask of `compare`. */
export interface Asked {
  readonly by: string;
  readonly baseline: Where | undefined;
  readonly measure: Comparison['measure'] | undefined;
  readonly equivalent: number | undefined;
}

/** A question about one of the run's axes; undefined if it has none. */
export function askedOf({ results }: OpenRun, random: Random): Asked | undefined {
  const axes = axesOf(results);
  if (axes.length === 0) return undefined;
  const by = random.pick(axes).keys[0];
  const value = random.pick(results).trial.axes[by];
  return {
    by,
    baseline: random.chance(0.5) ? ({ [by]: value } as Where) : undefined,
    measure: random.chance(0.6) ? random.pick(measureNames) : undefined,
    equivalent: random.chance(0.4) ? random.pick([0.005, 0.01, 0.05, 0.5]) : undefined,
  };
}

export interface PrintedComparison {
  readonly sentences: readonly string[];
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const printed = (comparison: Comparison): PrintedComparison => {
  const { columns, rows } = comparisonTable(comparison);
  return { sentences: comparisonSentences(comparison), heads: columns.map(({ head }) => head), rows };
};

const streamOf = (...runs: OpenRun[]) =>
  runs.some(({ identity }) => identity.experiment.stream === 'notebook')
    ? ('notebook' as const)
    : ('paired' as const);

export const comparedBy = (run: OpenRun, asked: Asked): PrintedComparison =>
  printed(compareBy(run.results, { ...asked, stream: streamOf(run) }));

export const comparedRuns = (
  first: OpenRun,
  second: OpenRun,
  asked: Pick<Asked, 'measure' | 'equivalent'>,
): PrintedComparison =>
  printed(compareRuns(first.results, second.results, { ...asked, stream: streamOf(first, second) }));
