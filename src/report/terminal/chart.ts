/** Charts as lines of text. */
import picocolors from 'picocolors';
import type { Chart, Point, Series, TheoryLine } from '../model.ts';
import { clampNotes, extent } from '../range.ts';
import { fitted, flow, oneLine, wrap } from '../text.ts';
import { sampleOf, THEORY } from './curve.ts';
import { type Curve, DIVERGED, type Paint, type Place, plotLines } from './plot.ts';

export interface ChartStyle {
  /** Columns of the whole chart; fewer than 40 count as 40. */
  readonly width: number;
  /** At most so many lines for the curves, without axis, title and legend. Fewer than 6 count as 6. */
  readonly height: number;
  readonly color: boolean;
}

/** The chart as lines of at most `width` columns, joined by newlines. */
export function renderChart(chart: Chart, style: ChartStyle): string {
  const width = Math.max(40, Math.floor(style.width));
  const height = Math.max(6, Math.floor(style.height));
  const { bold, dim, cyan, yellow, magenta, green, blue, red } = picocolors.createColors(style.color);
  const palette = [cyan, yellow, magenta, green, blue, red];
  const paint: Paint = (text, series) =>
    series === undefined ? text : series === 'theory' ? dim(text) : palette[series % palette.length]!(text);

  const curves = chart.series.map(series => curveOf(series, chart));
  const drawable = curves.some(({ points }) => points.some(({ y }) => Number.isFinite(y)));
  const [low, high] = chart.clamp ?? [-HUGE, HUGE];
  const [left, right] = extent(
    curves.flatMap(({ points, faint, diverged }) => [
      ...[...points, ...faint].map(({ x }) => x),
      ...diverged,
    ]),
  );
  const lines = (chart.lines ?? []).filter(({ axis, at }) =>
    axis === 'x' ? at >= left && at <= right : at >= low && at <= high,
  );
  const below = [...(chart.notes ?? []), ...clampNotes(chart)];
  return [
    ...wrap(chart.title, width).map(bold),
    ...(drawable
      ? [
          ...plotLines(chart, curves, lines, { width, height, paint }),
          ...legend(chart.series, curves, lines, width, paint),
        ]
      : ['(nothing to draw)']),
    ...below.flatMap(note => wrap(note, width)).map(dim),
  ].join('\n');
}

/** Fewer values make no curve, so they are drawn as they are. */
const LEAST_MEANS = 3;

/** Beyond these, sums and differences of numbers overflow or vanish. */
const [TINY, HUGE] = [1e-290, 1e290];
const calm = (value: number): number => (Math.abs(value) < TINY ? 0 : Math.max(-HUGE, Math.min(HUGE, value)));

/** What can be drawn of a series, from left to right, with y and its band within the clamp. */
function curveOf({ points, means, diverged = [] }: Series, { x: axis, clamp = [-HUGE, HUGE] }: Chart): Curve {
  const hasPlace = (x: number) => Number.isFinite(x) && (axis === 'linear' || x >= TINY);
  const clamped = (y: number) =>
    Number.isFinite(y) ? calm(Math.max(clamp[0], Math.min(clamp[1], y))) : Number.NaN;
  const places = (all: readonly Point[]): Place[] =>
    all
      .filter(({ x }) => hasPlace(x))
      .map(({ x, y, low = Number.NaN, high = Number.NaN }) => {
        const hasBand = Number.isFinite(low) && Number.isFinite(high);
        return { x: calm(x), y: clamped(y), band: hasBand ? [clamped(low), clamped(high)] : [] };
      })
      .sort((a, b) => a.x - b.x);
  const isSmooth = means !== undefined && means.filter(({ y }) => Number.isFinite(y)).length >= LEAST_MEANS;
  return {
    points: places(isSmooth ? means : points),
    faint: isSmooth ? places(points) : [],
    diverged: diverged.filter(hasPlace).map(calm),
  };
}

/** The legend of series and marks, as many on a line as fit. */
function legend(
  series: readonly Series[],
  curves: readonly Curve[],
  lines: readonly TheoryLine[],
  width: number,
  paint: Paint,
): string[] {
  const text = (label: string) => fitted(oneLine(label), width - 6);
  const items = [
    ...series.map(({ name }, index) => `${paint(sampleOf(index), index)} ${text(name)}`),
    ...(curves.some(({ faint }) => faint.length > 0) ? ['... values; the curve: epoch means'] : []),
    ...(curves.some(({ diverged }) => diverged.length > 0) ? [`${DIVERGED} diverged`] : []),
    ...lines.flatMap(({ axis, label }) => {
      const sample = THEORY_SAMPLES[axis];
      const [first = '', ...others] = wrap(label, width - 3 - sample.length);
      return [`${paint(sample, 'theory')} ${first}`, ...others.map(line => `  ${line}`)];
    }),
  ];
  return flow(items, '  ', width - 2).map(line => `  ${line}`);
}

const THEORY_SAMPLES = { x: THEORY.x, y: `${THEORY.y} ${THEORY.y}` } as const;
