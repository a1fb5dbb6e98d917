/** The course of training: small multiples along an axis, and every trial by itself. */

import { groupBy } from '../../analysis/group-by.ts';
import type { Nets } from '../../analysis/nets.ts';
import { type Result, seedsIn, varyingKeys } from '../../analysis/results.ts';
import { counted, fractionText } from '../../analysis/words.ts';
import { scheduleOf } from '../../config/schedule.ts';
import { NUM_CLASSES } from '../../data/dataset.ts';
import { pointsOf } from '../../records/record.ts';
import { epochMeans, meanCurve } from '../charts.ts';
import { curveNamer } from '../curve-names.ts';
import { extent } from '../range.ts';
import { html, type Markup } from './html.ts';
import type { MiniCurve, Panel } from './mini.ts';
import { mini } from './mini.ts';
import { COLORS, sampleOf } from './plot.ts';

/** More panels are no longer small multiples, and more curves cannot be told apart. */
const MOST_PANELS = 40;
const MOST_CURVES = 6;

/** Every second curve is dashed, so that curves differ not only in colour. */
const drawnAs = (index: number) => ({ color: index, dashed: index % 2 === 1 });

/** Training accuracy by epoch: a panel for each place on the finding's axis, a curve for each net. */
export function smallMultiples(results: readonly Result[], { axis, nets }: Nets): Markup {
  const cells = nets.flatMap((net, color) => net.cells.map(cell => ({ ...cell, name: net.name, color })));
  const places = [...groupBy(cells, ({ at }) => at)].sort(([, [a]], [, [b]]) => (a!.x ?? 0) - (b!.x ?? 0));
  if (axis === null || places.length < 3 || places.length > MOST_PANELS || nets.length > MOST_CURVES)
    return html``;
  const top = topOf(results);
  const panels = places.map(([at, here]) => {
    const curves = here.flatMap(({ cell, name, color }) => {
      const records = cell.results.filter(({ status }) => status !== 'failed').map(result => result.record());
      const points = meanCurve(records.map(record => pointsOf(record, 'trainAccuracy')));
      return points.length === 0 ? [] : [{ ...drawnAs(color), points, name }];
    });
    const ends = curves.map(({ name, points }) => `${name} ends at ${accuracyText(points.at(-1)!.y)}`);
    const told = ends.length === 0 ? 'no values' : ends.join(', ');
    return html`<figure><h3>${at}</h3>${mini([accuracyPanel(curves, top, '')], `Training accuracy by epoch at ${axis.label} ${at}: ${told}.`)}</figure>`;
  });
  return html`<h2>Along ${axis.label}</h2>
<p>Training accuracy by epoch, a panel for each ${axis.label}. A curve that stays on the dotted line, chance, learns nothing. All panels have the same scales.</p>
<ul class="tools keys">${nets.map(({ name }, i) => html`<li>${sampleOf(i)} ${name}</li>`)}</ul>
<div class="panels">${panels}</div>
`;
}

/** A section with every trial, drawn one at a time: thousands of trials are never in memory together. */
export function* trialCourses(results: readonly Result[], { nets }: Nets): Generator<Markup> {
  if (results.length === 0) return;
  const colors = new Map(
    nets.flatMap(({ cells }, i) =>
      cells.flatMap(({ cell }) => cell.results.map(({ trial }) => [trial.id, i % COLORS] as const)),
    ),
  );
  const nameOf = trialNamer(results);
  const top = topOf(results);
  yield html`<h2>Every trial</h2>
<details${results.length <= 100 && html` open`}><summary>${counted(results.length, 'trial')}: loss and accuracy</summary>
<p>Left, the loss: faint by iteration, strong its mean by epoch. Right, the accuracy by epoch: solid on training images, dashed on validation images. Where the two part, the net memorizes its training images. Dotted: guessing. All panels have the same scales; losses above ${LOSS_TOP.toFixed(1)} are drawn at the edge.</p>
<ul class="tools keys">${nets.length <= COLORS && nets.map(({ name }, i) => html`<li><svg class="sample" viewBox="-14 -6 28 12" aria-hidden="true"><path class="line c${i}" d="M-14,0H14"/></svg> ${name}</li>`)}</ul>
<div class="trials">`;
  for (const result of results)
    yield trialFigure(result, nameOf(result), colors.get(result.trial.id) ?? 0, top);
  yield html`</div></details>
`;
}

/** Names what distinguishes a trial from the others; includes its seed only if there are several. */
function trialNamer(results: readonly Result[]): (result: Result) => string {
  const nameOf = curveNamer(results, varyingKeys(results), 'the net');
  const seeded = seedsIn(results).length > 1;
  return result => `${nameOf(result)}${seeded ? `, seed ${result.trial.seed}` : ''}`;
}

function trialFigure(result: Result, name: string, color: number, top: number): Markup {
  const { trial, status, summary } = result;
  if (status === 'failed')
    return html`<figure><h3>${name}</h3><p class="fail">failed</p><figcaption>trial ${trial.index}</figcaption></figure>`;
  const ended =
    status === 'completed'
      ? `best validation accuracy ${accuracyText(summary.bestValAccuracy)}`
      : `✕ diverged at iteration ${summary.iterations + 1}`;
  const record = result.record();
  const { perEpoch, iterations } = scheduleOf(trial.settings);
  const losses = pointsOf(record, 'loss');
  const panels: Panel[] = [
    {
      ...{ label: 'loss', y: [0, LOSS_TOP], guess: Math.log(NUM_CLASSES), xMost: iterations },
      curves: [{ color, dashed: false, faint: losses, points: epochMeans(losses, perEpoch) }],
    },
    accuracyPanel(
      [
        { color, dashed: false, points: pointsOf(record, 'trainAccuracy') },
        { color, dashed: true, points: pointsOf(record, 'valAccuracy') },
      ],
      top,
      'accuracy',
    ),
  ];
  return html`<figure><h3>${name}</h3>${mini(panels, `Trial ${trial.index}, ${name}: ${ended}`)}<figcaption>trial ${trial.index}: ${ended}</figcaption></figure>
`;
}

const LOSS_TOP = 2 * Math.log(NUM_CLASSES);

/** The least multiple of a fifth that no accuracy of the run exceeds. */
function topOf(results: readonly Result[]): number {
  const bests = results.flatMap(({ summary }) => [
    summary.bestTrainAccuracy ?? 0,
    summary.bestValAccuracy ?? 0,
  ]);
  return Math.max(0.2, Math.ceil(5 * extent(bests)[1]) / 5);
}

const accuracyPanel = (curves: readonly MiniCurve[], top: number, label: string): Panel => ({
  ...{ label, y: [0, top], guess: 1 / NUM_CLASSES, curves },
  xMost: Math.max(1, ...curves.map(({ points }) => points.at(-1)?.x ?? 0)),
});

const accuracyText = (value: number | null | undefined): string =>
  value == null ? '-' : fractionText(value);
