/** Checks a run's results against what its experiment expects. */
import { type MeasureName, measures } from '../records/measures.ts';
import { type Cell, cellsOf, estimate } from './cells.ts';
import { pairUp } from './compared-cell.ts';
import { blowsUp, outcomeOf } from './outcomes.ts';
import type { Result } from './results.ts';
import { interval } from './statistics.ts';
import { type Bounds, boundsText, hasBounds, judge, matches, type Where, whereText } from './where.ts';
import { axesText, counted, figureText, measureText, thousands } from './words.ts';

/**
 * One expectation. It makes exactly one claim, about every cell that `where` selects: bounds or `better` with a measure,
 * `learns`, or `blowsUp`.
 */
export interface Expectation extends Bounds {
  /** What it says, in the words of its author. */
  readonly say?: string | undefined;
  readonly measure?: MeasureName | undefined;
  /** Default: every cell. */
  readonly where?: Where | undefined;
  /** Better than the cell that `than` selects and that else agrees, by more than `by`, default 0, in the unit of the measure. */
  readonly better?: { readonly than: Where; readonly by?: number | undefined } | undefined;
  readonly learns?: boolean | undefined;
  readonly blowsUp?: boolean | undefined;
  /** What it is worth, default 1. */
  readonly points?: number | undefined;
}

export type Status = 'pass' | 'fail' | 'undecided' | 'not applicable';

/** Ready for `JSON.stringify`. */
export interface ExpectationOutcome {
  readonly name: string;
  readonly status: Status;
  /** The number of seeds that it was judged by; the fewest of the deciding cells. */
  readonly seeds: number;
  /** The figures. */
  readonly sentence: string;
  readonly points: number;
}

/** A claim about one cell. */
interface Check {
  readonly status: 'pass' | 'fail' | 'undecided';
  readonly seeds: number;
  readonly sentence: string;
}

/**
 * Judges expectations, in their order. It passes if it passes in every selected cell, fails if it fails in one, and is
 * undecided otherwise. Replicates decide by 95 % t intervals, one seed by its figure. An expectation that selects no
 * cell fails.
 */
export function checkExpectations(
  expectations: readonly Expectation[],
  results: readonly Result[],
): ExpectationOutcome[] {
  const cells = cellsOf(results);
  return expectations.map(expectation => {
    const { where = {}, points = 1 } = expectation;
    const selected = cells.filter(cell => matches(cell, where));
    const checks = selected.map(cell => ({ ...checkCell(expectation, cell, cells), cell }));
    const name = expectationName(expectation);
    if (checks.length === 0) {
      const sentence = `No cell of the run has ${whereText(where) || 'results'}.`;
      return { name, status: 'fail', seeds: 0, sentence, points };
    }
    const status =
      (['fail', 'undecided'] as const).find(one => checks.some(check => check.status === one)) ?? 'pass';
    const deciding = checks.filter(check => check.status === status);
    const seeds = Math.min(...deciding.map(check => check.seeds));
    return { name, status, seeds, sentence: sumUp(deciding, checks.length), points };
  });
}

/** The outcomes of expectations that do not apply, for the reason given. */
export function notApplicable(expectations: readonly Expectation[], reason: string): ExpectationOutcome[] {
  return expectations.map(expectation => ({
    ...{ name: expectationName(expectation), status: 'not applicable' as const },
    ...{ seeds: 0, sentence: reason, points: expectation.points ?? 1 },
  }));
}

/** What an expectation says: its author's words, or else its own terms. */
export function expectationName(expectation: Expectation): string {
  const { say, measure, where = {}, better, learns, blowsUp: blows } = expectation;
  if (say !== undefined) return say;
  const subject = whereText(where) || 'every net';
  if (learns !== undefined) return `${subject}: ${learns ? 'learns' : 'does not learn'}`;
  if (blows !== undefined) return `${subject}: ${blows ? 'blows up' : 'does not blow up'}`;
  const claim = better
    ? `better than ${whereText(better.than)}${better.by ? ` by more than ${better.by}` : ''}`
    : boundsText(expectation);
  return `${subject}: ${measure ? measureText(measure) : 'no measure'} ${claim}`;
}

function checkCell(expectation: Expectation, cell: Cell, cells: readonly Cell[]): Check {
  const { measure, better, learns, blowsUp: blows } = expectation;
  if (learns !== undefined) return checkLearns(cell, learns);
  if (blows !== undefined) return checkBlowsUp(cell, blows);
  if (measure === undefined || (better === undefined && !hasBounds(expectation)))
    return { status: 'fail', seeds: 0, sentence: 'The expectation claims nothing.' };
  return better ? checkBetter(cell, cells, measure, better) : checkBounds(cell, measure, expectation);
}

function checkLearns(cell: Cell, expected: boolean): Check {
  const outcome = outcomeOf(cell);
  const { mean, n } = estimate(cell, 'bestValAccuracy');
  const figure = mean === null ? '' : `, best validation accuracy ${estimateText(cell, 'bestValAccuracy')}`;
  const sentence = `${outcome}${figure}`;
  if (outcome === 'failed') return { status: 'fail', seeds: 0, sentence: 'failed to run' };
  if (outcome === 'undecided') return { status: 'undecided', seeds: n, sentence };
  return { status: (outcome === 'learns') === expected ? 'pass' : 'fail', seeds: n, sentence };
}

function checkBlowsUp(cell: Cell, expected: boolean): Check {
  const verdicts = cell.results.map(blowsUp).filter(verdict => verdict !== null);
  const [n, blown] = [verdicts.length, verdicts.filter(Boolean).length];
  if (n === 0) return { status: 'fail', seeds: 0, sentence: 'failed to run' };
  const { mean } = estimate(cell, 'lastEpochTrainLoss');
  const loss = mean === null ? 'not finite' : figureText('lastEpochTrainLoss', mean);
  const sentence = n === 1 ? `loss of the last epoch ${loss}` : `${blown} of ${counted(n, 'seed')} blow up`;
  if (blown > 0 && blown < n) return { status: 'undecided', seeds: n, sentence };
  return { status: blown > 0 === expected ? 'pass' : 'fail', seeds: n, sentence };
}

function checkBounds(cell: Cell, measure: MeasureName, bounds: Bounds): Check {
  const { mean, low, high, n } = estimate(cell, measure);
  if (mean === null) return { status: 'fail', seeds: 0, sentence: `no finite ${measureText(measure)}` };
  const status = judge({ low: low ?? mean, high: high ?? mean }, bounds);
  return { status, seeds: n, sentence: estimateText(cell, measure) };
}

function checkBetter(
  cell: Cell,
  cells: readonly Cell[],
  measure: MeasureName,
  { than, by = 0 }: NonNullable<Expectation['better']>,
): Check {
  const others = cells.filter(other => other !== cell && matches(other, than));
  const alike = others.filter(other => agreesBut(other, cell, Object.keys(than)));
  const other = alike[0] ?? (others.length === 1 ? others[0] : undefined);
  if (!other) {
    const why = others.length === 0 ? 'no cell has' : 'several cells have';
    return { status: 'fail', seeds: 0, sentence: `nothing to compare with: ${why} ${whereText(than)}` };
  }
  const { a, b, leftOut } = pairUp(other, cell, measure);
  if (a.length === 0)
    return { status: 'fail', seeds: 0, sentence: `no seed has a finite ${measureText(measure)} of both` };
  const sign = measures[measure].better === 'higher' ? 1 : -1;
  const gain = interval(a.map((value, i) => sign * (value - b[i]!)));
  const figure = (value: number) => figureText(measure, value);
  const means = `${figure(interval(a).mean)} against ${figure(interval(b).mean)}`;
  const over =
    gain.low === null
      ? 'one seed'
      : `better by ${figure(gain.low)} to ${figure(gain.high!)}, ${a.length} seeds`;
  const missing = leftOut > 0 ? `, ${counted(leftOut, 'pair')} left out` : '';
  const status = judge({ low: gain.low ?? gain.mean, high: gain.high ?? gain.mean }, { above: by });
  return { status, seeds: a.length, sentence: `${means} (${over}${missing})` };
}

function agreesBut(a: Cell, b: Cell, keys: readonly string[]): boolean {
  const rest = ({ results }: Cell) =>
    JSON.stringify(Object.entries(results[0]!.trial.axes).filter(([key]) => !keys.includes(key)));
  return rest(a) === rest(b);
}

/** `.312 (one seed)`, or `.312 (95 % interval .301 to .323, 6 seeds)`. */
function estimateText(cell: Cell, measure: MeasureName): string {
  const { mean, low, high, n, missing } = estimate(cell, measure);
  const figure = (value: number) => figureText(measure, value);
  const spread = low === null ? 'one seed' : `95 % interval ${figure(low)} to ${figure(high!)}, ${n} seeds`;
  return `${figure(mean!)} (${spread}${missing > 0 ? `, ${missing} without a figure` : ''})`;
}

/** At most so many cells are written out. */
const MOST_CELLS = 3;

function sumUp(deciding: readonly (Check & { readonly cell: Cell })[], total: number): string {
  const texts = deciding.map(({ cell, sentence }) => {
    const where = axesText(cell.results[0]!.trial.axes);
    return total === 1 || where === '' ? sentence : `${where}: ${sentence}`;
  });
  const more = texts.length > MOST_CELLS ? `; and ${texts.length - MOST_CELLS} more` : '';
  const one = deciding.length === 1;
  const verb = {
    pass: one ? 'passes' : 'pass',
    fail: one ? 'fails' : 'fail',
    undecided: one ? 'is undecided' : 'are undecided',
  }[deciding[0]!.status];
  const count = total === 1 ? '' : `${thousands(deciding.length)} of ${counted(total, 'cell')} ${verb}: `;
  return `${count}${texts.slice(0, MOST_CELLS).join('; ')}${more}.`;
}
