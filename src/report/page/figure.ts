/** A chart as a figure of the page: drawn, with legend, caption, and its values for those who point at it. */
import type { Chart } from '../model.ts';
import { clampNotes } from '../range.ts';
import { captionText } from './describe.ts';
import { html, jsonElement, type Markup } from './html.ts';
import { type Plot, plotOf, sampleOf } from './plot.ts';
import { type Axis, allowsLog } from './scales.ts';
import { thinned } from './thin.ts';

export function figure(chart: Chart): Markup {
  const linear = plotOf(chart, 'linear');
  const log = allowsLog(chart) ? plotOf(chart, 'log') : undefined;
  return html`<figure class="chart"><h3>${chart.title}</h3>
<div class="views"><div data-view="linear">${linear.svg}</div>${log && html`<div data-view="log" hidden>${log.svg}</div>`}</div>
${legend(chart, log !== undefined)}
<p class="readout" aria-live="polite"></p>
<figcaption><p>${captionText(chart)}</p>${notes([...(chart.notes ?? []), ...clampNotes(chart)])}</figcaption>
${jsonElement(dataOf(chart, linear, log))}</figure>
`;
}

/** Buttons that hide and show a curve. They are labels until the script enables them. */
function legend({ series }: Chart, hasLog: boolean): Markup {
  const diverged = series.some(each => (each.diverged ?? []).length > 0);
  return html`<ul class="tools">${series.map(
    ({ name }, i) =>
      html`<li><button type="button" disabled aria-pressed="true" data-series="${i}">${sampleOf(i)}${name}</button></li>`,
  )}${diverged && html`<li>✕ diverged</li>`}${
    hasLog &&
    html`<li><button type="button" class="scale" aria-pressed="false" hidden>logarithmic y</button></li>`
  }</ul>`;
}

const notes = (sentences: readonly string[]): Markup =>
  sentences.length === 0 ? html`` : html`<p>${sentences.join(' ')}</p>`;

/** Six digits: more than a float32 is worth on a screen. */
const short = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(6));

function dataOf(chart: Chart, linear: Plot, log: Plot | undefined): unknown {
  const { clamp, series, xLabel } = chart;
  const scale = ({ kind, domain, range }: Axis) => ({ kind, domain: domain.map(short), range });
  const width = linear.x.range[1] - linear.x.range[0];
  return {
    ...{ xLabel: xLabel.replace(' (logarithmic)', ''), clamp: clamp ?? null, x: scale(linear.x) },
    y: { linear: scale(linear.y), ...(log && { log: scale(log.y) }) },
    series: series.map(({ name, points, diverged = [] }) => {
      const shown = thinned(points, width, ({ x }) => linear.x.at(x));
      const hasBand = shown.some(({ low }) => low !== undefined);
      return {
        ...{ name, x: shown.map(({ x }) => short(x)), y: shown.map(({ y }) => short(y)), diverged },
        ...(hasBand && {
          low: shown.map(({ low }) => short(low)),
          high: shown.map(({ high }) => short(high)),
        }),
      };
    }),
  };
}
