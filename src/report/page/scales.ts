/** Scales and ticks of a chart, by d3-scale. */
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale';
import { shortText } from '../../analysis/results.ts';
import { axisText } from '../../analysis/words.ts';
import { type Chart, isPastZero, type Point } from '../model.ts';
import { extent } from '../range.ts';

export type Kind = 'linear' | 'log';

export interface Axis {
  readonly kind: Kind;
  /** From a value to its place, in pixels. */
  readonly at: (value: number) => number;
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** Whether an axis can show a value. */
export const hasPlace = ({ kind }: Pick<Axis, 'kind'>, value: number): boolean =>
  Number.isFinite(value) && (kind === 'linear' || value > 0);

/** With up to so many distinct values, the ticks stand at the values. */
const FEW_VALUES = 6;

export function xAxis(chart: Chart, range: readonly [number, number]): Axis {
  const xs = chart.series
    .flatMap(({ points, diverged = [] }) => [...points.map(({ x }) => x), ...diverged])
    .filter(x => hasPlace({ kind: chart.x }, x));
  const values = [...new Set(xs)].sort((a, b) => a - b);
  const scale = scaleOf(chart.x, widened(chart.x, extent(xs)), range);
  const axis = axisOf(chart.x, scale, range, values.length <= FEW_VALUES ? values : undefined);
  const { zeroAt } = chart;
  if (zeroAt === undefined) return axis;
  const others = axis.ticks.filter(({ value }) => isPastZero(chart, value));
  return { ...axis, ticks: [{ value: zeroAt, text: '0' }, ...others] };
}

export function yAxis(chart: Chart, kind: Kind, range: readonly [number, number]): Axis {
  const { clamp = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] } = kind === 'log' ? {} : chart;
  const ys = chart.series
    .flatMap(({ points }) => points.flatMap(({ y, low = y, high = y }) => [y, low, high]))
    .filter(y => hasPlace({ kind }, y))
    .map(y => Math.max(clamp[0], Math.min(clamp[1], y)));
  const lines = (chart.lines ?? []).filter(({ axis }) => axis === 'y').map(({ at }) => at);
  const scale = scaleOf(kind, widened(kind, extent([...ys, ...lines])), range).nice(
    kind === 'log' ? undefined : 5,
  );
  return axisOf(kind, scale, range);
}

type Scale = ScaleContinuousNumeric<number, number>;

const scaleOf = (kind: Kind, domain: readonly [number, number], range: readonly [number, number]): Scale =>
  (kind === 'log' ? scaleLog() : scaleLinear()).domain(domain).range(range);

function axisOf(
  kind: Kind,
  scale: Scale,
  range: readonly [number, number],
  values?: readonly number[],
): Axis {
  const domain = scale.domain() as [number, number];
  const ticks = values ?? (kind === 'log' ? powers(domain) : scale.ticks(5));
  const text = kind === 'log' ? shortText : roundText(ticks);
  return { kind, at: scale, domain, range, ticks: ticks.map(value => ({ value, text: text(value) })) };
}

/** Evenly spaced values in one notation: `0.05`, not `5e-2` below `0.1`. */
function roundText(ticks: readonly number[]): (value: number) => string {
  const largest = Math.max(...ticks.map(Math.abs));
  return largest >= 0.01 && largest < 1e6 ? value => String(Number(value.toPrecision(12))) : axisText(ticks);
}

/** At most eight powers of ten, or round numbers if the domain has fewer than two. */
function powers([low, high]: readonly [number, number]): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last <= first) return scaleLog().domain([low, high]).ticks(4);
  const step = Math.ceil((last - first + 1) / 8);
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) =>
    Number(`1e${first + i * step}`),
  );
}

/** Room around a single value; any range if there is none. */
function widened(kind: Kind, [low, high]: readonly [number, number]): [number, number] {
  if (!Number.isFinite(low)) return kind === 'log' ? [0.1, 1] : [0, 1];
  if (high > low) return [low, high];
  if (kind === 'log') return [low / 2, high * 2];
  const room = Math.abs(low) / 2 || 1;
  return [low - room, high + room];
}

/** Whether a chart gains by a logarithmic y: a loss, positive throughout. */
export const allowsLog = ({ unit, series }: Chart): boolean =>
  unit === 'nats' &&
  series.every(({ points }) => points.every(({ y }: Point) => !Number.isFinite(y) || y > 0));
