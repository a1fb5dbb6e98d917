/** The course of training: small multiples along an axis, and every trial by itself. */

import { cellsOf, estimateOf } from '../../analysis/cells.ts';
import type { Finding } from '../../analysis/finding.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { axisKeys, axisValues, describer, type Result, shortText } from '../../analysis/results.ts';
import { fractionText } from '../../analysis/words.ts';
import { scheduleOf } from '../../config/schedule.ts';
import { NUM_CLASSES } from '../../data/dataset.ts';
import { pointsOf, type TrialRecord } from '../../records/record.ts';
import { epochMeans } from '../charts.ts';
import { curveNamer } from '../curve-names.ts';
import type { Point } from '../model.ts';
import { html, type Markup } from './html.ts';
import type { MiniCurve, Panel } from './mini.ts';
import { mini } from './mini.ts';
import { sampleOf } from './plot.ts';

/** More panels are no longer small multiples, and more curves cannot be told apart. */
const MOST_PANELS = 40;
const MOST_CURVES = 6;

/** Training accuracy by epoch: a panel for each value of the finding's axis, a curve for each net. */
export function smallMultiples(results: readonly Result[], { axis }: Finding): Markup {
  const values = axis === null ? [] : axisValues(results, axis);
  const nets = curveNamer(
    results,
    axisKeys(results).filter(key => key !== axis),
    'the net',
  );
  const cells = cellsOf(results.filter(({ status }) => status !== 'failed'));
  const names = [...new Set(cells.map(cell => nets(cell.results[0]!)))];
  if (axis === null || values.length < 3 || values.length > MOST_PANELS || names.length > MOST_CURVES)
    return html``;
  const panels = values.map(value => {
    const here = cells.filter(({ results: [first] }) => first!.trial.axes[axis] === value);
    const curves = here.map(
      (cell): MiniCurve => ({
        name: nets(cell.results[0]!),
        color: names.indexOf(nets(cell.results[0]!)),
        points: meanAccuracy(cell.results),
      }),
    );
    const title = `${axis} ${shortText(value)}`;
    const ends = curves.map(({ name, points }) => `${name} ends at ${accuracyText(points.at(-1)?.y)}`);
    return html`<figure><h3>${title}</h3>${mini([accuracyPanel(curves)], `Training accuracy by epoch at ${title}: ${ends.join(', ')}.`)}</figure>`;
  });
  return html`<h2>Along ${axis}</h2>
<p>Training accuracy by epoch, at each ${axis}. All panels have the same scales; the dotted line is chance.</p>
<ul class="tools">${names.map((name, i) => html`<li>${sampleOf(i)} ${name}</li>`)}</ul>
<div class="grid-6">${panels}</div>
`;
}

/** A section with every trial, drawn one at a time: thousands of trials are never in memory together. */
export function* trialCourses(results: readonly Result[]): Generator<Markup> {
  if (results.length === 0) return;
  const describe = describer(results.map(({ trial }) => trial));
  yield html`<h2>Every trial</h2>
<details${results.length <= 100 && html` open`}><summary>${results.length} trials: loss (faint) and its mean by epoch; accuracy on training (solid) and validation images (dashed)</summary>
<p class="notes">All drawings share their scales. Losses above ${LOSS_TOP.toFixed(1)} are drawn at the edge; dotted: guessing.</p>
<div class="grid-6">`;
  for (const result of results) yield trialFigure(result, describe(result.trial));
  yield html`</div></details>
`;
}

function trialFigure(result: Result, name: string): Markup {
  const { trial, status, summary } = result;
  const record = result.record();
  const ended =
    status === 'completed'
      ? `best validation accuracy ${accuracyText(summary.bestValAccuracy)}`
      : status === 'diverged'
        ? `✕ diverged at iteration ${summary.iterations + 1}`
        : 'failed';
  const title = `Trial ${trial.index}: ${name}`;
  if (status === 'failed') return html`<figure><h3>${title}</h3><p class="fail">failed</p></figure>`;
  const { perEpoch, iterations } = scheduleOf(trial.settings);
  const losses = pointsOf(record, 'loss');
  const panels: Panel[] = [
    {
      ...{ label: 'loss', y: [0, LOSS_TOP], guess: Math.log(NUM_CLASSES), xMost: iterations },
      curves: [{ name: 'loss', color: 0, faint: losses, points: epochMeans(losses, perEpoch) }],
    },
    accuracyPanel(accuracies(record)),
  ];
  return html`<figure><h3>${title}</h3>${mini(panels, `${title}: ${ended}`)}<figcaption>${ended}</figcaption></figure>
`;
}

const LOSS_TOP = 2 * Math.log(NUM_CLASSES);

const accuracies = (record: TrialRecord): MiniCurve[] => [
  { name: 'training', color: 0, points: pointsOf(record, 'trainAccuracy') },
  { name: 'validation', color: 1, points: pointsOf(record, 'valAccuracy') },
];

const accuracyPanel = (curves: readonly MiniCurve[]): Panel => ({
  ...{ label: 'accuracy', y: [0, 1], guess: 1 / NUM_CLASSES, curves },
  xMost: Math.max(1, ...curves.map(({ points }) => points.at(-1)?.x ?? 0)),
});

function meanAccuracy(results: readonly Result[]): Point[] {
  const points = results.flatMap(result => pointsOf(result.record(), 'trainAccuracy'));
  return [...groupBy(points, ({ x }) => x)].map(([x, at]) => ({
    x,
    y:
      estimateOf(
        at.map(({ y }) => y),
        at.length,
      ).mean ?? Number.NaN,
  }));
}

const accuracyText = (value: number | null | undefined): string =>
  value == null ? '-' : fractionText(value);
