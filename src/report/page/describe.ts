/** Charts in words, for screen readers and as captions. */

import { isTie } from '../../analysis/cells.ts';
import { shortText } from '../../analysis/results.ts';
import { axisText, listed, sentence, unitText } from '../../analysis/words.ts';
import { type Chart, type Point, type Series, xValue } from '../model.ts';
import { extent } from '../range.ts';

/** If there are more curves, the text counts them instead of naming them. */
const MOST_NAMED = 3;

interface Curve {
  readonly name: string;
  /** Finite, in the order of x. */
  readonly points: readonly Point[];
}

/** What each curve does: where it begins, ends, and is best. */
export function summaryText(chart: Chart): string {
  const { series, xLabel } = chart;
  if (curvesOf(chart).length === 0) return 'Nothing to draw.';
  const xText = xTextOf(chart);
  return `${series.length === 1 ? 'One curve' : `${series.length} curves`} by ${xLabel}. ${series.map(each => curveText(each, chart, xText)).join(' ')}`;
}

function curveText(series: Series, chart: Chart, xText: XText): string {
  const { points } = curveOf(series);
  const [first, last] = [points[0], points.at(-1)];
  const valueText = ({ x, y }: Point) => `${yText(chart)(y)} at ${xText(x)}`;
  if (!first || !last) return `${series.name}: no values.`;
  const diverged = series.diverged?.length ? ` ${series.diverged.length} diverged.` : '';
  const best = bestOf(points, chart);
  return `${series.name}: ${valueText(first)} to ${valueText(last)}${best ? `, best ${valueText(best)}` : ''}.${diverged}`;
}

/** What to see in a chart, by its figures. */
export function captionText(chart: Chart): string {
  const curves = curvesOf(chart);
  if (curves.length === 0) return 'No trial has these values.';
  const direction = isLoss(chart) ? 'Lower is better.' : 'Higher is better.';
  return [direction, ...(isCourse(chart) ? courseText(curves, chart) : alongText(curves, chart))].join(' ');
}

/** Whether it shows the course of training. */
const isCourse = ({ xLabel }: Chart): boolean => xLabel === 'epoch' || xLabel === 'iteration';

/** Which curve leads at most points, and where all end. */
function courseText(curves: readonly Curve[], chart: Chart): string[] {
  const text = yText(chart);
  const ends = curves
    .map(({ name, points }) => ({ name, y: points.at(-1)!.y }))
    .sort((a, b) => (isLoss(chart) ? a.y - b.y : b.y - a.y));
  const [first, second] = ends;
  const order = second ? ', best first' : '';
  const end = `At the end${order}: ${ends.map(({ name, y }) => `${name} ${text(y)}`).join('; ')}.`;
  if (!second || curves.length > 2) return [end];
  const of = (name: string) => curves.find(each => each.name === name)!.points;
  const others = new Map(of(second.name).map(({ x, y }) => [x, y]));
  const shared = of(first!.name).filter(({ x }) => others.has(x));
  const isAhead = (y: number, other: number) => !isTie(y, other) && (isLoss(chart) ? y < other : y > other);
  const ahead = shared.filter(({ x, y }) => isAhead(y, others.get(x)!)).length;
  return shared.length > 2 ? [end, `The first leads at ${ahead} of ${shared.length} points.`] : [end];
}

/** Where each curve is best, where it only guesses, and where it leaves the chart. */
function alongText(curves: readonly Curve[], chart: Chart): string[] {
  const text = yText(chart);
  const xText = xTextOf(chart);
  const bests = curves
    .flatMap(({ name, points }) => {
      const best = bestOf(points, chart);
      const ties = points.filter(({ y, unranked }) => best && isTie(y, best.y) && !unranked).length;
      return best ? [{ name, ...best, ties }] : [];
    })
    .sort((a, b) => (isLoss(chart) ? a.y - b.y : b.y - a.y))
    .slice(0, 3)
    .map(({ name, x, y, ties }) => `${name} ${text(y)} at ${ties > 1 ? `${ties} values alike` : xText(x)}`);
  const line = chart.lines?.find(({ axis }) => axis === 'y');
  const near = (y: number) =>
    line !== undefined && Math.abs(y - line.at) < (isLoss(chart) ? 0.02 : 0.3) * line.at;
  const [, most = Number.POSITIVE_INFINITY] = chart.clamp ?? [];
  const places = (is: (y: number) => boolean, what: string) => {
    const named = curves.flatMap(({ name, points }) => {
      const all = stretches(points, is, xText);
      return all.length > 0 ? [`${name} ${listed(all)}`] : [];
    });
    const which =
      named.length <= MOST_NAMED ? named.join('; ') : `${named.length} of ${curves.length} curves, in places`;
    return named.length === 0 ? [] : [`${what}: ${which}.`];
  };
  return [
    ...(bests.length === 0 ? [] : [`Best: ${bests.join('; ')}.`]),
    ...places(near, isLoss(chart) ? 'On the dotted line, a loss of ln 10' : 'Near the dotted line, chance'),
    ...places(y => y > most, 'Outside the chart (▲)'),
  ];
}

/** `from 1e-4 to 7e-4`, for two neighbouring points or more. */
function stretches(points: readonly Point[], is: (y: number) => boolean, xText: XText): string[] {
  const all: string[] = [];
  for (let start = 0, end = 0; start < points.length; start = end + 1) {
    end = start;
    while (end < points.length && is(points[end]!.y)) end++;
    if (end - start > 1) all.push(`from ${xText(points[start]!.x)} to ${xText(points[end - 1]!.x)}`);
  }
  return all;
}

/** The caption of a chart of differences: where each curve lies above the line of no difference. */
export function differenceCaption({ series }: Chart, baseline: string): string {
  const parts = series.map(curveOf).flatMap(({ name, points }) => {
    if (points.length === 0) return [];
    const above = points.filter(({ y }) => y > 0).length;
    const below = points.filter(({ y }) => y < 0).length;
    const level = points.length - above - below;
    const sides = [
      ...(above > 0 ? [`above it at ${above}`] : []),
      ...(below > 0 ? [`below it at ${below}`] : []),
      ...(level > 0 ? [`on it at ${level}`] : []),
    ];
    return `the mean of ${name} lies ${listed(sides)} of ${points.length} values`;
  });
  return `The dotted line is ${baseline}. ${sentence(parts.length <= MOST_NAMED ? listed(parts) : parts.join('; '))}.`;
}

const isLoss = ({ unit }: Chart): boolean => unit === 'nats';

const curvesOf = ({ series }: Chart): Curve[] =>
  series.map(curveOf).filter(({ points }) => points.length > 0);

const curveOf = ({ name, means, points }: Series): Curve => ({
  name,
  points: (means ?? points)
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    .sort((a, b) => a.x - b.x),
});

/** The best of the points that are ranked; undefined if none is. */
function bestOf(points: readonly Point[], chart: Chart): Point | undefined {
  const ranked = points.filter(({ unranked }) => !unranked);
  const [least, most] = extent(ranked.map(({ y }) => y));
  return ranked.find(({ y }) => y === (isLoss(chart) ? least : most));
}

type XText = (x: number) => string;

/** Writes the places of a chart; those along an axis so that they are told apart. */
function xTextOf(chart: Chart): XText {
  const values = chart.series.flatMap(({ points }) => points.map(({ x }) => xValue(chart, x)));
  const text = isCourse(chart) ? (x: number) => shortText(x) : axisText(values);
  return x => text(xValue(chart, x));
}

/** Writes the values of a chart. */
const yText = ({ unit }: Chart): ((y: number) => string) =>
  unit === undefined ? y => axisText([y])(y) : y => unitText[unit](y);
