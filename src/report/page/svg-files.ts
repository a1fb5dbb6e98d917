/** The figures of runs as SVG files of their own: for a README, a paper, slides. */
import { netsOf } from '../../analysis/nets.ts';
import { chartsOf } from '../charts.ts';
import type { Chart } from '../model.ts';
import { placeOf } from '../run-view.ts';
import { differenceChart } from './comparisons.ts';
import { html } from './html.ts';
import { roomForNames } from './labels.ts';
import { comparisonOfRun, type PageRun } from './page-run.ts';
import { plainSvg } from './plain-svg.ts';
import { plotOf, SIZE, sampleOf } from './plot.ts';

export interface SvgFile {
  /** `1-best-validation-accuracy-by-weightscale-cifar-10.svg` */
  readonly name: string;
  readonly text: string;
}

export function svgFiles(run: PageRun): SvgFile[] {
  const { results, charts } = run.view;
  const place = placeOf(run.view);
  const { axis } = netsOf(results);
  const comparison = comparisonOfRun(run);
  const difference = comparison && axis !== null ? differenceChart(comparison, axis.keys[0]) : undefined;
  const differences = difference ? [{ ...difference, title: `${difference.title} (${place})` }] : [];
  return [...chartsOf(charts, results, place), ...differences].map((chart, i) => ({
    name: `${i + 1}-${slug(chart.title)}.svg`,
    text: renderSvg(chart),
  }));
}

const [LEGEND_ROW, TITLE] = [20, 26] as const;

/**
 * A chart as the text of an SVG file, with title and legend, in the colours of the light theme. Needs no style sheet. Equal charts
 * give equal bytes.
 */
export function renderSvg(chart: Chart): string {
  const { width, height } = SIZE;
  const isDiverged = chart.series.some(({ diverged = [] }) => diverged.length > 0);
  const names =
    roomForNames(chart) > 0 ? [] : chart.series.map(({ name }, i) => ({ name, sample: sampleOf(i) }));
  const entries = [...names, ...(isDiverged ? [{ name: '✕ diverged', sample: html`` }] : [])];
  const top = TITLE + entries.length * LEGEND_ROW;
  const total = top + height + 6;
  const plot = plotOf(chart, 'linear').svg.markup;
  const picture = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="${chart.title}">
<rect width="${width}" height="${total}" fill="#ffffff"/>
<g class="plot"><text class="label" x="10" y="18" font-size="13" font-weight="600">${chart.title}</text></g>
${entries.map(
  ({ name, sample }, i) =>
    html`<g class="plot" transform="translate(44,${TITLE + i * LEGEND_ROW + 4})">${{ markup: sized(sample.markup, 28, 12) }}<text class="label" x="36" y="10">${name}</text></g>
`,
)}<g transform="translate(0,${top})">${{ markup: sized(plot, width, height) }}</g>
</svg>
`;
  return plainSvg(picture).markup;
}

/** A nested SVG needs a size of its own. */
const sized = (svg: string, width: number, height: number): string =>
  svg.replace('<svg ', `<svg width="${width}" height="${height}" `);

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
