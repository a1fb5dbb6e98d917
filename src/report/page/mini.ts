/** Small drawings of a trial's course, all on the same scales so that they compare at a glance. */
import { line } from 'd3-shape';
import type { Point } from '../model.ts';
import { html, type Markup } from './html.ts';
import { thinned } from './thin.ts';

export interface MiniCurve {
  /** Index of its colour. */
  readonly color: number;
  readonly dashed: boolean;
  readonly points: readonly Point[];
  /** Noisy values to be drawn faint behind it. */
  readonly faint?: readonly Point[];
}

export interface Panel {
  readonly curves: readonly MiniCurve[];
  /** Values beyond are drawn at the edge. */
  readonly y: readonly [number, number];
  /** A line across, for example chance. */
  readonly guess: number;
  readonly label: string;
  readonly xMost: number;
}

const [WIDTH, HEIGHT, TOP, BOTTOM] = [160, 96, 16, 4] as const;

/** Panels side by side in one drawing. */
export function mini(panels: readonly Panel[], title: string): Markup {
  return html`<svg class="mini" viewBox="0 0 ${panels.length * WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${panels.map(
    (panel, i) => one(panel, i * WIDTH),
  )}</svg>`;
}

function one({ curves, y: [low, high], guess, label, xMost }: Panel, offset: number): Markup {
  const [left, right, bottom] = [offset + 24, offset + WIDTH - 8, HEIGHT - BOTTOM];
  const x = (value: number) => left + ((right - left) * value) / (xMost || 1);
  const seen = (value: number) => Math.max(low, Math.min(high, value));
  const y = (value: number) => TOP + ((bottom - TOP) * (high - seen(value))) / (high - low);
  const path = line<Point>()
    .defined(point => Number.isFinite(point.y))
    .x(point => x(point.x))
    .y(point => y(point.y));
  const drawn = (points: readonly Point[], digits: number) =>
    path.digits(digits)(thinned(points, (right - left) / 2, point => x(point.x) / 2)) ?? '';
  return html`<path class="grid" d="M${left},${TOP}V${bottom}H${right}"/><path class="guess" d="M${left},${tenth(y(guess))}H${right}"/><text class="end" x="${left - 4}" y="${TOP + 8}">${Math.round(high * 10) / 10}</text><text class="end" x="${left - 4}" y="${bottom}">${low}</text><text x="${left}" y="${TOP - 5}">${label}</text>${curves.map(
    ({ color, dashed, points, faint }) =>
      html`<g class="c${color}">${faint && html`<path class="faint" d="${drawn(faint, 0)}"/>`}<path class="line${dashed && ' dashed'}" d="${drawn(points, 1)}"/></g>`,
  )}`;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
