/** A chart as SVG: grid, axes, theory lines, bands, curves, and marks that do not depend on colour alone. */
import {
  area,
  line,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import type { Chart, Point, Series, TheoryLine } from '../model.ts';
import { summaryText } from './describe.ts';
import { html, type Markup } from './html.ts';
import { namePlaces, roomForNames } from './labels.ts';
import { plainSvg } from './plain-svg.ts';
import { type Axis, hasPlace, type Kind, xAxis, yAxis } from './scales.ts';
import { thinned } from './thin.ts';

export const SIZE = { width: 400, height: 260 } as const;
const { width, height } = SIZE;
const MARGIN = { top: 26, right: 12, bottom: 40, left: 44 };
/** A curve with more points has no glyphs. */
const MOST_GLYPHS = 60;
export const COLORS = 8;

/** Solid, dashed, dotted: curves differ by more than their colour. */
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '4 2'] as const;

export interface Plot {
  readonly svg: Markup;
  readonly x: Axis;
  readonly y: Axis;
}

export function plotOf(given: Chart, kind: Kind): Plot {
  const chart = kind === 'log' ? { ...given, clamp: undefined } : given;
  const right = width - MARGIN.right - roomForNames(chart);
  const x = xAxis(chart, [MARGIN.left + 6, right - 6]);
  const y = yAxis(chart, kind, [height - MARGIN.bottom, MARGIN.top]);
  const names = roomForNames(chart) > 0 ? namePlaces(chart, y) : [];
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${`${chart.title}. ${summaryText(chart)}`}">
${grid(x, y, chart.xLabel, right)}
${chart.series.map((series, i) => curve(series, i, chart, x, y, names[i]))}
${(chart.lines ?? []).map(each => theory(each, chart, x, y))}
<line class="cursor" x1="-9" x2="-9" y1="${MARGIN.top}" y2="${height - MARGIN.bottom}"/>
</svg>`;
  return { svg: plainSvg(svg), x, y };
}

const px = (value: number): string => String(Math.round(value * 10) / 10);

function grid(x: Axis, y: Axis, label: string, right: number): Markup {
  const bottom = height - MARGIN.bottom;
  const lines = [
    ...y.ticks.map(({ value }) => `M${MARGIN.left},${px(y.at(value))}H${right}`),
    ...x.ticks.map(({ value }) => `M${px(x.at(value))},${bottom}v4`),
  ];
  return html`<path class="grid" d="${lines.join('')}"/><g class="ticks">${y.ticks.map(
    ({ value, text }) =>
      html`<text class="end" x="${MARGIN.left - 6}" y="${px(y.at(value) + 4)}">${text}</text>`,
  )}${x.ticks.map(({ value, text }) => html`<text class="mid" x="${px(x.at(value))}" y="${bottom + 17}">${text}</text>`)}<text class="mid label" x="${px((MARGIN.left + right) / 2)}" y="${height - 6}">${label}</text></g>`;
}

/** A line across the chart. Its label is at the end with fewer points nearby. */
function theory({ axis, at, label }: TheoryLine, chart: Chart, x: Axis, y: Axis): Markup {
  const [low, high] = (axis === 'x' ? x : y).domain;
  if (at < low || at > high) return html``;
  const [left, right] = [MARGIN.left, x.range[1] + 6];
  const [bottom, top] = y.range;
  const room = label.length * 6.5;
  if (axis === 'x') {
    const place = x.at(at);
    // Above its line, but inside the chart.
    const middle = Math.max(room / 2, Math.min(place, width - room / 2));
    return html`<g class="theory"><path d="M${px(place)},${top - 10}V${bottom}"/><text class="mid" x="${px(middle)}" y="${top - 14}">${label}</text></g>`;
  }
  const place = y.at(at);
  const near = chart.series
    .flatMap(({ points, means }) => means ?? points)
    .filter(point => hasPlace(x, point.x) && hasPlace(y, point.y) && Math.abs(y.at(point.y) - place + 8) < 14)
    .map(point => x.at(point.x));
  const crowd = (from: number) => near.filter(each => each > from && each < from + room).length;
  const atEnd = crowd(right - room) <= crowd(left);
  return html`<g class="theory"><path d="M${left},${px(place)}H${right}"/><text class="${atEnd && 'end'}" x="${atEnd ? right : left + 4}" y="${px(place - 4)}">${label}</text></g>`;
}

function curve(
  { name, points, diverged = [], means }: Series,
  index: number,
  { clamp = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] }: Chart,
  x: Axis,
  y: Axis,
  namePlace: number | undefined,
): Markup {
  const seen = (value: number) => Math.max(clamp[0], Math.min(clamp[1], value));
  const fits = (point: Point) => hasPlace(x, point.x) && hasPlace(y, point.y);
  const places = (all: readonly Point[]) =>
    [...all].filter(({ x: at }) => hasPlace(x, at)).sort((a, b) => a.x - b.x);
  const path = line<Point>()
    .defined(fits)
    .x(point => x.at(point.x))
    .y(point => y.at(seen(point.y)))
    .digits(1);
  const band = area<Point>()
    .defined(
      ({ low, high, ...point }) => fits(point) && low !== undefined && high !== undefined && hasPlace(y, low),
    )
    .x(point => x.at(point.x))
    .y0(point => y.at(seen(point.low!)))
    .y1(point => y.at(seen(point.high!)))
    .digits(1);
  const all = places(points);
  const drawn = thinned(all, x.range[1] - x.range[0], point => x.at(point.x));
  const main = means ? places(means) : drawn;
  const away = main.filter(point => fits(point) && point.y > clamp[1]);
  const top = y.range[1];
  return html`<g class="series c${index % COLORS}" data-series="${index}"><path class="band" d="${(!means && band(all)) || ''}"/>${
    means && html`<path class="faint" d="${path(drawn) ?? ''}"/>`
  }<path class="line" stroke-dasharray="${DASHES[index % DASHES.length]}" d="${path(main) ?? ''}"/>${
    main.length <= MOST_GLYPHS &&
    main.filter(fits).map(point => mark('glyph', glyphOf(index), x.at(point.x), y.at(seen(point.y))))
  }${away.map(point => mark('above', UP, x.at(point.x), top - 5))}${diverged
    .filter(at => hasPlace(x, at))
    .map(at => mark('diverged', CROSS, x.at(at), top - 5 + 3 * (index % 2)))}${
    namePlace !== undefined &&
    html`<text class="name" x="${px(x.range[1] + 12)}" y="${px(namePlace + 4)}">${name}</text>`
  }</g>`;
}

const UP = symbol(symbolTriangle, 22).digits(1)() ?? '';
const CROSS = 'M-3.5,-3.5L3.5,3.5M-3.5,3.5L3.5,-3.5';

const GLYPHS = [
  ...[symbolCircle, symbolSquare, symbolTriangle, symbolDiamond],
  ...[symbolStar, symbolCross, symbolWye],
].map(type => symbol(type, 34).digits(1)() ?? '');
const glyphOf = (index: number): string => GLYPHS[index % GLYPHS.length]!;

const mark = (kind: 'glyph' | 'above' | 'diverged', path: string, x: number, y: number): Markup =>
  html`<path class="${kind}" transform="translate(${px(x)},${px(y)})" d="${path}"/>`;

/** What a series looks like, for a legend. */
export function sampleOf(index: number): Markup {
  return html`<svg class="sample" viewBox="-14 -6 28 12" aria-hidden="true"><g class="series c${index % COLORS}"><path class="line" stroke-dasharray="${DASHES[index % DASHES.length]}" d="M-14,0H14"/><path class="glyph" d="${glyphOf(index)}"/></g></svg>`;
}
