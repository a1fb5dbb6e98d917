/** Charts in words: for those who cannot see them, and as captions that say what to look at. */

import { shortText } from '../../analysis/results.ts';
import { unitText } from '../../analysis/words.ts';
import type { Chart, Point, Series } from '../model.ts';
import { extent } from '../range.ts';
import { axisText } from '../text.ts';

/** What each curve does: where it begins, ends, and is best. */
export function summaryText(chart: Chart): string {
  const { series, xLabel } = chart;
  if (series.every(({ points }) => finite(points).length === 0)) return 'Nothing to draw.';
  return `${series.length === 1 ? 'One curve' : `${series.length} curves`} by ${xLabel}. ${series.map(each => curveText(each, chart)).join(' ')}`;
}

function curveText(series: Series, chart: Chart): string {
  const points = finite(series.means ?? series.points);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return `${series.name}: no values.`;
  const best = bestOf(points, chart);
  const diverged = series.diverged?.length ? ` ${series.diverged.length} diverged.` : '';
  return `${series.name}: ${valueText(first, chart)} to ${valueText(last, chart)}, best ${valueText(best, chart)}.${diverged}`;
}

/** What to see in a chart, by its figures. */
export function captionText(chart: Chart): string {
  const curves = chart.series
    .map(series => ({ series, points: finite(series.means ?? series.points) }))
    .filter(({ points }) => points.length > 0);
  if (curves.length === 0) return 'No trial has these values.';
  const direction = chart.unit === 'nats' ? 'Lower is better.' : 'Higher is better.';
  const bests = curves.map(({ series, points }) => ({ name: series.name, best: bestOf(points, chart) }));
  const ranked = bests.toSorted((a, b) =>
    chart.unit === 'nats' ? a.best.y - b.best.y : b.best.y - a.best.y,
  );
  const [first, second] = ranked;
  const lead = `Best: ${first!.name}, ${valueText(first!.best, chart)}`;
  const next = second ? `; then ${second.name}, ${valueText(second.best, chart)}` : '';
  const flat = curves.flatMap(({ series, points }) => guessing(series, points, chart));
  return [direction, `${lead}${next}.`, ...flat].join(' ');
}

/** How much of a curve lies at chance: what a net that does not learn looks like. */
function guessing(series: Series, points: readonly Point[], chart: Chart): string[] {
  const line = chart.lines?.find(({ axis }) => axis === 'y');
  if (!line || points.length < 6 || chart.xLabel.startsWith('epoch') || chart.xLabel === 'iteration')
    return [];
  const near = chart.unit === 'nats' ? 0.02 * line.at : 0.3 * line.at;
  const count = points.filter(({ y }) => Math.abs(y - line.at) < near).length;
  return count < 3
    ? []
    : [`${series.name} is near the dotted line (${line.label}) at ${count} of ${points.length} values.`];
}

const finite = (points: readonly Point[]): Point[] => points.filter(({ y }) => Number.isFinite(y));

function bestOf(points: readonly Point[], { unit }: Chart): Point {
  const [least, most] = extent(points.map(({ y }) => y));
  return points.find(({ y }) => y === (unit === 'nats' ? least : most))!;
}

const valueText = ({ x, y }: Point, chart: Chart): string => `${yText(chart)(y)} at ${shortText(x)}`;

/** Writes the values of a chart. */
export const yText = ({ unit }: Chart): ((y: number) => string) =>
  unit === undefined ? y => axisText([y])(y) : y => unitText[unit](y);
