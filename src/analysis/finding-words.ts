/** Sentences of a finding: outcomes, trends and figures. Verdicts of comparisons have theirs in comparison-report.ts. */
import type { MeasureName } from '../records/measures.ts';
import { blownUp, dataLossOf, estimate, figureOf } from './cells.ts';
import { groupBy } from './group-by.ts';
import { bestCells, learningRange, type Net, type NetCell, type Nets } from './nets.ts';
import type { Outcome } from './outcomes.ts';
import { trendsOf } from './trends.ts';
import { axesText, counted, estimateText, figureText, listed, measureText, sentence } from './words.ts';

/** For one and for several. */
const VERBS: Readonly<Record<Outcome, readonly [one: string, several: string]>> = {
  learns: ['learns', 'learn'],
  'at chance': ['does not learn', 'do not learn'],
  'blows up': ['blows up', 'blow up'],
  undecided: ['is undecided', 'are undecided'],
  failed: ['failed to run', 'failed to run'],
};

/** If every net learns everywhere along the axis. */
export const everywhereSentence = ({ axis, nets }: Nets): string =>
  `${nets.length === 1 ? sentence(nets[0]!.name) : 'Every net'} learns at every value of ${axis?.label}.`;

/** Where each net learns: the answer of a sweep along an axis. */
export function rangeSentence({ axis, nets }: Nets): string {
  const clauses = [...nets]
    .sort((a, b) => share(b) - share(a))
    .map((net, i) => `${net.name} ${whereLearns(net, i === 0 ? (axis?.label ?? '') : '')}`);
  return `${sentence(clauses.join('; '))}.`;
}

const count = ({ cells }: Net, outcome: Outcome): number =>
  cells.filter(cell => cell.outcome === outcome).length;
const share = (net: Net): number => count(net, 'learns') / net.cells.length;

/** `learns only from 4.83e-3 to 0.144 (and at 1.13e-3)`, `learns up to 0.616, undecided at 2 values`; with the axis's name if it is given. */
function whereLearns(net: Net, axis: string): string {
  const { cells } = net;
  const key = axis === '' ? '' : `${axis} `;
  const undecided = count(net, 'undecided');
  const doubt = undecided === 0 ? '' : `, undecided at ${counted(undecided, 'value')}`;
  const range = learningRange(net);
  const of = axis === '' ? '' : ` of ${axis}`;
  if (range === null) return outcomesText(net, axis);
  if (cells.length === 1) return `learns at ${key}${cells[0]!.at}`;
  if (share(net) === 1) return `learns at ${every(cells.length)}${of}${span(cells)}`;
  const outside = cells.filter(({ outcome }, i) => outcome === 'learns' && (i < range[0] || i > range[1]));
  const also = outside.length > 1 ? `${outside.length} others` : listed(outside.map(({ at }) => at));
  return `learns ${rangeText(cells, range, key, doubt === '' ? 'only ' : '')}${also === '' ? '' : ` (and at ${also})`}${doubt}`;
}

/** Of a net that learns nowhere: `does not learn at all 4 values of weightScale from 1e-3 to 1 (loss ln 10 = 2.303, a guess)`. */
function outcomesText({ cells }: Net, axis: string): string {
  const of = axis === '' ? '' : ` of ${axis}`;
  if (cells.length === 1) {
    const [{ at, outcome }] = cells as readonly [NetCell];
    return `${VERBS[outcome][0]} at ${axis === '' ? '' : `${axis} `}${at}${why(cells, outcome)}`;
  }
  const groups = [...groupBy(cells, ({ outcome }) => outcome)];
  const [first] = groups[0]!;
  if (groups.length === 1)
    return `${VERBS[first][0]} at ${every(cells.length, first)}${of}${span(cells)}${why(cells, first)}`;
  const parts = groups.map(
    ([outcome, these]) => `${VERBS[outcome][0]} at ${these.length}${why(these, outcome)}`,
  );
  return `${listed(parts)} of the ${cells.length} values${of}${span(cells)}`;
}

/** The ends of a range. If it begins or ends with the grid, only the other end. */
function rangeText(
  cells: readonly NetCell[],
  [first, last]: readonly [number, number],
  key: string,
  only: string,
): string {
  const [from, to] = [cells[first]!.at, cells[last]!.at];
  if (first === last) return `${only}at ${key}${from}`;
  if (first === 0) return `up to ${key}${to}`;
  if (last === cells.length - 1) return `from ${key}${from} up`;
  return `${only}from ${key}${from} to ${to}`;
}

/** `all 7 values`, `both values`; of nets that do not learn `any of the 7 values`, `either value`. */
function every(number: number, outcome?: Outcome): string {
  if (outcome === 'at chance') return number === 2 ? 'either value' : `any of the ${number} values`;
  return number === 2 ? 'both values' : `all ${number} values`;
}

/** ` from 1e-4 to 1`. */
const span = (cells: readonly NetCell[]): string =>
  cells.length < 2 ? '' : ` from ${cells[0]!.at} to ${cells.at(-1)!.at}`;

/** What a net does outside the range where it learns; undefined if it learns everywhere, or may, or nowhere. */
export function failureSentence(net: Net): string | undefined {
  const { name, cells } = net;
  const range = learningRange(net);
  if (range === null) return undefined;
  const clauses = [
    ...failures(cells.slice(0, range[0]), ' below'),
    ...failures(cells.slice(range[1] + 1), ' above'),
  ];
  return clauses.length === 0 ? undefined : `${sentence(name)} ${listed(clauses)}.`;
}

const FAILURES = ['at chance', 'blows up', 'failed'] as const satisfies readonly Outcome[];

function failures(cells: readonly NetCell[], side: ' below' | ' above'): string[] {
  return FAILURES.flatMap(outcome => {
    const these = cells.filter(cell => cell.outcome === outcome);
    if (these.length === 0) return [];
    const what = `${VERBS[outcome][0]} at`;
    const reason = why(these, outcome);
    if (cells.length === 1) return [`${what} ${these[0]!.at}${reason}`];
    const where =
      these.length === cells.length
        ? every(cells.length, outcome)
        : `${these.length} of the ${cells.length} values`;
    return [`${what} ${where}${side}${reason}`];
  });
}

/** A loss this near to ln 10 is that of guessing. */
const NEAR_GUESSING = 0.05;

/** The figures that say why: a guess has a loss of ln 10, and exploding activations show in the first loss. */
function why(cells: readonly NetCell[], outcome: Outcome): string {
  const results = cells.flatMap(({ cell }) => cell.results);
  if (outcome === 'at chance') {
    const measured = results.filter(({ status }) => status !== 'failed');
    const guesses = measured.every(result => {
      const loss = dataLossOf(result);
      return loss !== null && Math.abs(loss - Math.LN10) < NEAR_GUESSING;
    });
    return guesses ? ' (loss ln 10 = 2.303, a guess)' : '';
  }
  if (outcome !== 'blows up') return '';
  const losses = results.flatMap(result => figureOf(result, 'initialLoss') ?? []).sort((a, b) => a - b);
  return losses.length > 0 && losses[0]! > 2 * Math.LN10
    ? ` (first loss ${spanText('initialLoss', losses)})`
    : '';
}

const spanText = (measure: MeasureName, sorted: readonly number[]): string => {
  const [least, most] = [figureText(measure, sorted[0]!), figureText(measure, sorted.at(-1)!)];
  return least === most ? least : `${least} to ${most}`;
};

/** A cell blows up if one of its trials does: says where the others do not. */
export function someSeedsSentence(nets: readonly Net[]): string | undefined {
  const mixed = nets.flatMap(({ name, cells }) =>
    cells
      .filter(({ cell }) => blownUp(cell) > 0 && blownUp(cell) + cell.counts.failed < cell.results.length)
      .map(({ at, cell }) => ({ name, at, cell })),
  );
  if (mixed.length === 0) return undefined;
  const [{ name, at, cell }] = mixed as [(typeof mixed)[0]];
  if (mixed.length > 1) return `At ${mixed.length} cells that blow up only some of the seeds do.`;
  const measured = cell.results.length - cell.counts.failed;
  return `${sentence(name)}${at === '' ? '' : ` at ${at}`} blows up with ${blownUp(cell)} of ${counted(measured, 'seed')}.`;
}

/** What became of nets that are no series along an axis: `Batch norm learns (.329 ...); the plain net blows up.` */
export function outcomeSentence(nets: readonly Net[]): string {
  const clauses = nets.flatMap(({ name, cells }) =>
    cells.map(({ cell, outcome }) => {
      const loss = estimate(cell, 'lastEpochTrainLoss').mean;
      const accuracy = estimateText('bestValAccuracy', estimate(cell, 'bestValAccuracy'));
      const figure =
        outcome === 'failed'
          ? ''
          : outcome !== 'blows up'
            ? ` (best validation accuracy ${accuracy})`
            : loss === null
              ? ' (its loss is no longer finite)'
              : ` (loss of the last epoch ${figureText('lastEpochTrainLoss', loss)})`;
      return `${name} ${VERBS[outcome][0]}${figure}`;
    }),
  );
  return `${sentence(clauses.join('; '))}.`;
}

/** Many nets: how many cells have each outcome, and the best. */
export function overviewSentences({ nets, write }: Nets): string[] {
  const cells = nets.flatMap(net => net.cells);
  const counts = [...groupBy(cells, ({ outcome }) => outcome)].map(
    ([outcome, { length }]) => `${length} ${VERBS[outcome][length === 1 ? 0 : 1]}`,
  );
  const best = (measure: 'bestValAccuracy' | 'bestTrainAccuracy', images: string): string[] => {
    const [first, ...ties] = bestCells(cells, measure);
    if (!first) return [];
    const { axes } = first.cell.results[0]!.trial;
    const tie = ties.length === 0 ? '' : `, and ${counted(ties.length, 'other cell')} the same`;
    return [
      `Best on ${images} images: ${estimateText(measure, estimate(first.cell, measure))} with ${axesText(axes, write)}${tie}.`,
    ];
  };
  return [
    `Of ${counted(cells.length, 'cell')} ${listed(counts)}.`,
    ...best('bestValAccuracy', 'validation'),
    ...best('bestTrainAccuracy', 'training'),
  ];
}

/** Each net's best cell by validation images; for one or two nets by training images too. Nets that learn nowhere have none. */
export function bestSentences({ axis, nets }: Nets): string[] {
  const able = nets.filter(({ cells }) =>
    cells.some(({ outcome }) => outcome === 'learns' || outcome === 'undecided'),
  );
  const best = able.flatMap(({ name, cells }) => {
    const [val, train] = [bestText(cells, 'bestValAccuracy'), bestText(cells, 'bestTrainAccuracy')];
    return val && train ? [{ name, val, train }] : [];
  });
  if (axis === null || best.length === 0) return [];
  if (best.length > 2)
    return [`Best on validation images: ${listed(best.map(({ name, val }) => `${name} ${val}`))}.`];
  const names = listed(best.map(({ name }) => name));
  const [val, train] = [listed(best.map(({ val }) => val)), listed(best.map(({ train }) => train))];
  return [`Best of ${names}: ${val} on validation images, ${train} on training images.`];
}

/** `.312 at 1.27e-2`, or `.312 at 5, at 10 alike`: a mean over the replicates. */
function bestText(
  cells: readonly NetCell[],
  measure: 'bestValAccuracy' | 'bestTrainAccuracy',
): string | undefined {
  const [first, ...ties] = bestCells(cells, measure);
  if (!first) return undefined;
  const mean = figureText(measure, estimate(first.cell, measure).mean!);
  if (ties.length === 0) return `${mean} at ${first.at}`;
  return ties.length === 1
    ? `${mean} at ${first.at} and ${ties[0]!.at} alike`
    : `${mean} at ${ties.length + 1} values alike`;
}

/** What is told apart along the axis, for each net; then what the verdicts are corrected for. */
export function trendSentences({ axis, nets }: Nets, measure: MeasureName): string[] {
  if (axis === null) return [];
  const { trends, family } = trendsOf(nets, measure);
  if (family === 0) return [];
  const value = ({ cell }: NetCell) => estimateText(measure, estimate(cell, measure));
  const clauses = trends.flatMap(({ net, tested, ends: [first, last], slope, peak, valley }) => {
    const parts = [
      ...(slope === null
        ? []
        : [`${slope} from ${value(first)} at ${first.at} to ${value(last)} at ${last.at}`]),
      ...(peak === null ? [] : [`is higher at ${peak.at} (${value(peak)}) than at both ends`]),
      ...(valley === null ? [] : [`is lower at ${valley.at} (${value(valley)}) than at both ends`]),
    ];
    if (tested === 0) return [];
    return [parts.length === 0 ? `${net.name}: no trend told apart` : `${net.name} ${listed(parts)}`];
  });
  const own = axis.keys.includes('epochs') ? ', each after its own epochs' : '';
  const corrected = family === 1 ? '' : `, corrected for ${family} comparisons`;
  return [
    `Along ${axis.label}, ${measureText(measure)}${own}: ${clauses.join('; ')} (ends against each other, inner values against both${corrected}).`,
  ];
}

/** How nets that learn end: figures without a verdict. Of a net along an axis those of both its ends. */
export function endFigures({ axis, nets }: Nets): string[] {
  const text = (measure: MeasureName, { cell }: NetCell) => estimateText(measure, estimate(cell, measure));
  return (['lastTrainAccuracy', 'lastValAccuracy'] as const).map(measure => {
    const figures = nets.map(({ name, cells }) => {
      const [first, last] = [cells[0]!, cells.at(-1)!];
      if (axis === null) return `${name} ${text(measure, first)}`;
      if (cells.length === 1) return `${name} ${text(measure, first)} at ${first.at}`;
      return `${name} ${text(measure, first)} at ${first.at}, ${text(measure, last)} at ${last.at}`;
    });
    const images = measure === 'lastTrainAccuracy' ? 'Training' : 'Validation';
    const along = axis === null ? '' : ` by ${axis.label}`;
    return `${images} accuracy at the end${along}: ${axis === null ? listed(figures) : figures.join('; ')}.`;
  });
}

/** The loss over the last epoch, net by net. */
export function lossSentence(nets: readonly Net[]): string | undefined {
  const losses = nets.flatMap(({ name, cells }) => {
    const loss = cells[0] && estimate(cells[0].cell, 'lastEpochTrainLoss').mean;
    return loss == null ? [] : [`${name} ${figureText('lastEpochTrainLoss', loss)}`];
  });
  return losses.length < 2 ? undefined : `Mean loss of the last epoch: ${listed(losses)}.`;
}
