/** A chart as a figure of the page: drawn, with legend, caption, and its values for those who point at it. */
import type { Chart, Point } from '../model.ts';
import { clampNotes } from '../range.ts';
import { captionText } from './describe.ts';
import { html, jsonElement, type Markup } from './html.ts';
import { plotOf, sampleOf } from './plot.ts';
import { type Axis, allowsLog, hasPlace } from './scales.ts';

/** A reader can point at no more values than these. */
const MOST_READ = 600;

/** @param caption what the chart shows; by default a description that fits any chart */
export function figure(chart: Chart, caption = captionText(chart)): Markup {
  const linear = plotOf(chart, 'linear');
  const log = allowsLog(chart) ? plotOf(chart, 'log') : undefined;
  const notes = [...(chart.notes ?? []), ...clampNotes(chart)];
  return html`<figure class="chart"><h3>${chart.title}</h3>
${legend(chart, log !== undefined)}
<div class="views"><div data-view="linear">${linear.svg}</div>${log && html`<div data-view="log" hidden>${log.svg}</div>`}</div>
<p class="readout" aria-live="polite"></p>
<figcaption><p>${caption}</p>${notes.length > 0 && html`<p class="notes">${notes.join(' ')}</p>`}</figcaption>
${jsonElement(dataOf(chart, linear.x))}</figure>
`;
}

/** Buttons that hide and show a curve. They are labels until the script enables them. */
function legend({ series }: Chart, hasLog: boolean): Markup {
  const diverged = series.some(each => (each.diverged ?? []).length > 0);
  return html`<ul class="tools">${series.map(
    ({ name }, i) =>
      html`<li><button type="button" disabled aria-pressed="true" data-series="${i}">${sampleOf(i)}${name}</button></li>`,
  )}${diverged && html`<li class="key">✕ diverged</li>`}${
    hasLog &&
    html`<li><button type="button" class="scale" aria-pressed="false" hidden>logarithmic y</button></li>`
  }</ul>`;
}

/** Six digits: more than a float32 is worth on a screen. */
const short = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(6));

/** The values of all curves at each x; for long histories, an even selection. */
function dataOf(chart: Chart, x: Axis): unknown {
  const { series, xLabel } = chart;
  const all = series.flatMap(({ points, diverged = [] }) => [...points.map(({ x }) => x), ...diverged]);
  const sorted = [...new Set(all)].filter(at => hasPlace(x, at)).sort((a, b) => a - b);
  const every = Math.max(1, Math.ceil(sorted.length / MOST_READ));
  const xs = sorted.filter((_, i) => i % every === 0 || i === sorted.length - 1);
  return {
    xLabel: xLabel.replace(/ \(logarithmic.*\)/, ''),
    x: { kind: x.kind, domain: x.domain.map(short), range: x.range },
    xs: xs.map(short),
    zeroAt: short(chart.zeroAt),
    series: series.map(({ name, points, means, diverged = [] }) => {
      const at = new Map(points.map(point => [point.x, point]));
      const column = (key: 'y' | 'low' | 'high') => xs.map(each => short(at.get(each)?.[key]));
      const hasBand = points.some(({ low }) => low !== undefined);
      return {
        ...{ name, y: column('y'), ...(means && { means: means.map(pair) }) },
        ...(hasBand && { low: column('low'), high: column('high') }),
        diverged: xs.flatMap((each, i) => (diverged.includes(each) ? [i] : [])),
      };
    }),
  };
}

const pair = ({ x, y }: Point) => [short(x), short(y)];
