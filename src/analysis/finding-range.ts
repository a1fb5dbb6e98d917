/** Over which range each net learns, and what happens outside: sentences of a finding. */
import type { MeasureName } from '../records/measures.ts';
import { estimate, figureOf } from './cells.ts';
import { bestCell, learningRange, type Net, type NetCell, type Nets } from './nets.ts';
import { BLOW_UP_LOSS, type Outcome } from './outcomes.ts';
import { shortText } from './results.ts';
import { counted, figureText, listed, sentence } from './words.ts';

/** A loss this near to ln 10 is that of guessing. */
const NEAR_GUESSING = 0.05;

/** Where each net learns: the answer of a sweep along an axis. */
export function rangeSentence({ axis, nets }: Nets): string {
  const key = axis ?? '';
  const cells = nets.flatMap(net => net.cells);
  if (cells.every(({ outcome }) => outcome !== 'learns')) {
    const undecided = count(cells, 'undecided');
    const doubt =
      undecided === 0 ? '' : `, but ${undecided} of ${counted(cells.length, 'cell')} are undecided`;
    const who = nets.length === 1 ? `${sentence(nets[0]!.name)} does not learn` : 'No net learns';
    return `${who} at any ${key}${span(cells)}${doubt}.`;
  }
  const [first, ...others] = [...nets].sort((a, b) => share(b) - share(a));
  const clauses = [
    `${first!.name} learns ${whereLearns(first!, key)}`,
    ...others.map(net => `${net.name} ${whereLearns(net)}`),
  ];
  return `${sentence(clauses.join('; '))}.`;
}

const count = (cells: readonly NetCell[], outcome: Outcome): number =>
  cells.filter(cell => cell.outcome === outcome).length;
const share = ({ cells }: Net): number => count(cells, 'learns') / cells.length;

/** `only from 4.83e-3 to 0.144 (and at 1.13e-3)`, `up to 0.616`; with the name of the axis if it is given. */
function whereLearns(net: Net, key?: string): string {
  const { cells } = net;
  const range = learningRange(net);
  const undecided = count(cells, 'undecided');
  const doubt = undecided === 0 ? '' : `, undecided at ${undecided}`;
  if (range === null) return undecided === 0 ? 'nowhere' : `undecided at ${undecided} of ${cells.length}`;
  const axis = key === undefined ? '' : `${key} `;
  if (cells.length === 1) return `at ${axis}${xText(cells[0]!)}`;
  if (share(net) === 1)
    return `at ${every(cells.length)}${key === undefined ? '' : ` of ${key}`}${span(cells)}`;
  const outside = cells.filter(({ outcome }, i) => outcome === 'learns' && (i < range[0] || i > range[1]));
  const also = outside.length > 1 ? `${outside.length} others` : listed(outside.map(xText));
  const main = `${rangeText(cells, range, axis, doubt === '' ? 'only ' : '')}${also === '' ? '' : ` (and at ${also})`}`;
  return `${main}${doubt}`;
}

/** `all 7 values`, `both values`. */
const every = (count: number): string => (count === 2 ? 'both values' : `all ${count} values`);

/** What a net does where it does not learn; undefined if it learns everywhere, or may. */
export function failureSentence(net: Net): string | undefined {
  const { name, cells } = net;
  const range = learningRange(net);
  const parts =
    range === null
      ? [failures(cells, '')]
      : [failures(cells.slice(0, range[0]), ' below'), failures(cells.slice(range[1] + 1), ' above')];
  const clauses = parts.flat();
  return clauses.length === 0 ? undefined : `${sentence(name)} ${listed(clauses)}.`;
}

const VERBS = {
  'at chance': 'does not learn',
  'blows up': 'blows up',
  failed: 'failed to run',
} as const satisfies Readonly<Record<Exclude<Outcome, 'learns' | 'undecided'>, string>>;

function failures(cells: readonly NetCell[], side: '' | ' below' | ' above'): string[] {
  return (Object.keys(VERBS) as (keyof typeof VERBS)[]).flatMap(outcome => {
    const these = cells.filter(cell => cell.outcome === outcome);
    if (these.length === 0) return [];
    const what = `${VERBS[outcome]} at`;
    const reason = why(these, outcome);
    if (cells.length === 1) return [`${what} ${xText(these[0]!)}${reason}`];
    const where =
      these.length === cells.length ? every(cells.length) : `${these.length} of the ${cells.length} values`;
    return [`${what} ${where}${side}${reason}`];
  });
}

/** The figures that say why: a guess has a loss of ln 10, and exploding activations show in the first loss. */
function why(cells: readonly NetCell[], outcome: Outcome): string {
  if (outcome === 'at chance') {
    const losses = figures(cells, 'finalTrainLoss');
    const guesses = losses.length > 0 && losses.every(loss => Math.abs(loss - Math.LN10) < NEAR_GUESSING);
    return guesses ? ' (loss ln 10 = 2.303, a guess)' : '';
  }
  if (outcome === 'blows up') {
    const losses = figures(cells, 'initialLoss').sort((a, b) => a - b);
    return losses.length > 0 && losses[0]! > 2 * Math.LN10
      ? ` (first loss ${spanText('initialLoss', losses)})`
      : '';
  }
  return '';
}

/** Each net's best cell by validation images; for one or two nets by training images too. */
export function bestSentences({ axis, nets }: Nets): string[] {
  const best = nets.flatMap(({ name, cells }) => {
    const learning = cells.filter(({ outcome }) => outcome === 'learns');
    const [val, train] = [bestCell(learning, 'bestValAccuracy'), bestCell(learning, 'bestTrainAccuracy')];
    return val && train
      ? [{ name, val: at(val, 'bestValAccuracy'), train: at(train, 'bestTrainAccuracy') }]
      : [];
  });
  if (axis === null || best.length === 0) return [];
  if (best.length > 2)
    return [`Best on validation images: ${listed(best.map(({ name, val }) => `${name} ${val}`))}.`];
  const names = listed(best.map(({ name }) => name));
  const [val, train] = [listed(best.map(({ val }) => val)), listed(best.map(({ train }) => train))];
  return [`Best of ${names}: ${val} on validation images, ${train} on training images.`];
}

/** `.312 at 1.27e-2`, a mean over the replicates. */
function at(cell: NetCell, measure: MeasureName): string {
  return `${figureText(measure, estimate(cell.cell, measure).mean!)} at ${xText(cell)}`;
}

/**
 * How far a net that learns everywhere falls off towards the ends of the axis; and, where other nets blow up, that its
 * first loss stays small.
 */
export function endsSentence(net: Net, { nets }: Nets): string | undefined {
  const { name, cells } = net;
  const best = bestCell(cells, 'bestValAccuracy');
  if (share(net) < 1 || cells.length < 3 || best === null) return undefined;
  const peak = estimate(best.cell, 'bestValAccuracy').mean!;
  const weaker = [cells[0]!, cells.at(-1)!].filter(
    end => peak - estimate(end.cell, 'bestValAccuracy').mean! > 0.1 * peak,
  );
  if (weaker.length === 0) return undefined;
  const where = weaker.length === 2 ? 'both ends' : weaker[0] === cells[0] ? 'the low end' : 'the high end';
  const falls = weaker.map(end => at(end, 'bestValAccuracy'));
  const firstLoss = Math.max(...figures(cells, 'initialLoss'));
  const othersBlowUp = nets.some(other => other.cells.some(({ outcome }) => outcome === 'blows up'));
  const steady =
    othersBlowUp && firstLoss < BLOW_UP_LOSS
      ? `; its first loss is at most ${figureText('initialLoss', firstLoss)}`
      : '';
  return `${sentence(name)} weakens towards ${where}: ${listed(falls)}${steady}.`;
}

const figures = (cells: readonly NetCell[], measure: MeasureName): number[] =>
  cells.flatMap(({ cell }) => cell.results.flatMap(result => figureOf(result, measure) ?? []));

export const xText = ({ x }: NetCell): string => (x === null ? '?' : shortText(x));

/** `.312`, or `.312 ± .008` over replicates. */
export function accuracyText({ cell }: NetCell, measure: MeasureName): string {
  const { mean, low } = estimate(cell, measure);
  if (mean === null) return '-';
  return low === null
    ? figureText(measure, mean)
    : `${figureText(measure, mean)} ± ${figureText(measure, mean - low)}`;
}

const spanText = (measure: MeasureName, sorted: readonly number[]): string => {
  const [least, most] = [figureText(measure, sorted[0]!), figureText(measure, sorted.at(-1)!)];
  return least === most ? least : `${least} to ${most}`;
};

/** The ends of a range. If it begins or ends with the grid, only the other end. */
function rangeText(
  cells: readonly NetCell[],
  [first, last]: readonly [number, number],
  key: string,
  only: string,
): string {
  const [from, to] = [cells[first]!, cells[last]!].map(xText);
  if (first === last) return `${only}at ${key}${from}`;
  if (first === 0) return `up to ${key}${to}`;
  if (last === cells.length - 1) return `from ${key}${from} up`;
  return `${only}from ${key}${from} to ${to}`;
}

/** ` from 1e-4 to 1`. */
function span(cells: readonly NetCell[]): string {
  const xs = cells.flatMap(({ x }) => x ?? []);
  if (xs.length === 0) return '';
  return xs.length === 1 ? '' : ` from ${shortText(Math.min(...xs))} to ${shortText(Math.max(...xs))}`;
}
