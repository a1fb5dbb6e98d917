/** The live picture of a run: a bar with the time left, the best so far, and a row for each running trial. */
import picocolors from 'picocolors';
import { unitText } from '../../analysis/words.ts';
import { sparkline } from '../../report/terminal/sparkline.ts';
import { fitted, flow } from '../../report/text.ts';
import { duration } from '../progress.ts';
import { secondsLeft, shareDone } from './estimate.ts';
import { meansOf } from './loss-curve.ts';
import { type ProgressState, type Row, shownRows } from './state.ts';

export interface Window {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
}

type Colors = ReturnType<typeof picocolors.createColors>;

const MOST_ROWS = 8;
const MOST_BAR = 40;
const LEAST_BAR = 10;
/** Narrower windows have no room for words beside the figures. */
const ROOMY = 60;
const MOST_CURVE = 20;
const LEAST_CURVE = 4;

/** Lines narrower than the window, and fewer than its rows, so that the cursor fits below them. */
export function frame(state: ProgressState, { columns, rows, color }: Window, now: number): string[] {
  const width = Math.max(1, columns - 1);
  const colors = picocolors.createColors(color);
  const head = [barLine(state, width, colors, now), ...bestLines(state, width)];
  const room = Math.min(MOST_ROWS, rows - 1 - head.length);
  return [...head, ...rowLines(state, shownRows(state, now), { width, room, colors })].slice(
    0,
    Math.max(0, rows - 1),
  );
}

/** `23/40 trials, about 6 min left`, and shorter. */
export function countTexts(state: ProgressState, now: number): readonly [string, string, string] {
  const count = `${state.done}/${state.total}`;
  const seconds = secondsLeft(state, now);
  if (seconds === undefined || seconds < 1) return [`${count} trials`, count, count];
  const left = `${duration(seconds)} left`;
  return [`${count} trials, about ${left}`, `${count}, ${left}`, count];
}

function barLine(state: ProgressState, width: number, { green, red }: Colors, now: number): string {
  const texts = countTexts(state, now);
  const text = texts.find(({ length }) => length + 1 + LEAST_BAR <= width) ?? fitted(texts[2], width);
  const cells = Math.max(0, Math.min(MOST_BAR, width - text.length - 1));
  const full = Math.floor(shareDone(state) * cells);
  const paint = state.failed > 0 ? red : green;
  return cells === 0 ? text : `${paint('█'.repeat(full))}${'░'.repeat(cells - full)} ${text}`;
}

function bestLines({ failed, diverged, best, name }: ProgressState, width: number): string[] {
  const counts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(diverged > 0 ? [`${diverged} diverged`] : []),
  ];
  const texts = [
    ...(counts.length > 0 ? [counts.join(', ')] : []),
    ...(best ? [`best val ${unitText.fraction(best.valAccuracy)}: ${name(best.trial)}`] : []),
  ];
  return flow(texts, ', ', width).map(line => fitted(line, width));
}

interface RowStyle {
  readonly width: number;
  readonly room: number;
  readonly colors: Colors;
}

/** The name comes first, then the figures. The curve takes the remaining columns. */
function rowLines(
  { name, nameWidth: longest }: ProgressState,
  rows: readonly Row[],
  { width, room, colors }: RowStyle,
): string[] {
  if (room <= 0) return [];
  const shown = rows.length > room ? rows.slice(0, room - 1) : rows;
  const isRoomy = width >= ROOMY;
  const gap = isRoomy ? '  ' : ' ';
  const epochs = aligned(shown.map(({ epoch, trial }) => `${epoch}/${trial.settings.epochs}`));
  const losses = aligned(
    shown.map(({ curve }) => (curve.last === undefined ? '' : unitText.nats(curve.last))),
  );
  const figures = shown.map((_, i) =>
    isRoomy ? `epoch ${epochs[i]}  loss ${losses[i]}` : `${epochs[i]} ${losses[i]}`,
  );
  const indent = isRoomy ? gap : '';
  const rest = width - indent.length - gap.length - (figures[0]?.length ?? 0);
  const nameWidth = Math.max(1, Math.min(rest, longest));
  const cells = Math.min(MOST_CURVE, rest - nameWidth - gap.length);
  const lines = shown.map(({ curve, trial }, i) => {
    const text = `${indent}${fitted(name(trial), nameWidth).padEnd(nameWidth)}${gap}${figures[i]}`;
    const drawn = cells < LEAST_CURVE ? '' : sparkline(meansOf(curve, cells));
    return drawn === '' ? fitted(text.trimEnd(), width) : `${text}${gap}${colors.cyan(drawn)}`;
  });
  const more = rows.length - shown.length;
  return more > 0 ? [...lines, fitted(`${indent}… and ${more} more`, width)] : lines;
}

function aligned(texts: readonly string[]): string[] {
  const width = Math.max(...texts.map(({ length }) => length));
  return texts.map(text => text.padStart(width));
}
