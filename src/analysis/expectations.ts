/** Checks a run's results against what its experiment expects. */

import { hasBounds } from '../config/where-schema.ts';
import { type MeasureName, measures } from '../records/measures.ts';
import { axesOf } from './axes.ts';
import { blowsUp, type Cell, cellsOf, estimate, type RunSize, stepOf } from './cells.ts';
import { groupBy } from './group-by.ts';
import { outcomeOf } from './outcomes.ts';
import { testPairs } from './paired.ts';
import { type Paired, pairUp } from './pairing.ts';
import { type Result, seedsIn } from './results.ts';
import { interval } from './statistics.ts';
import { type Judged, judge as judgePairs } from './verdicts.ts';
import { type Bounds, boundsText, judge, matches, type Where, whereText } from './where.ts';
import {
  axesText,
  counted,
  figureText,
  listed,
  measureText,
  probabilityText,
  settingWriter,
  shownInterval,
  thousands,
} from './words.ts';

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
  /** The seeds that it is claimed for; it does not apply to a run with others. Default: any. */
  readonly seeds?: readonly number[] | undefined;
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
 * Judges expectations, in their order. One passes if it passes in every selected cell, fails if it fails in one, and is
 * undecided otherwise. Replicates decide by 95 % t intervals, and whether one net is better than another by the verdict of verdicts.ts
 * over all selected cells. One seed decides by its figure. An expectation that selects no cell fails.
 */
export function checkExpectations(
  expectations: readonly Expectation[],
  results: readonly Result[],
): ExpectationOutcome[] {
  const cells = cellsOf(results);
  const ran = seedsIn(results);
  return expectations.map(expectation => {
    const { where = {}, points = 1, seeds: claimed } = expectation;
    if (claimed && ran.some(seed => !claimed.includes(seed)))
      return notApplicable(
        expectation,
        `It is claimed only for ${claimed.length === 1 ? 'seed' : 'seeds'} ${listed(claimed.map(String))}.`,
      );
    const selected = cells.filter(cell => matches(cell, where));
    const checks = checkCells(expectation, selected, cells);
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

/** An expectation's outcome if it does not apply. @param reason a sentence */
export const notApplicable = (expectation: Expectation, reason: string): ExpectationOutcome => ({
  ...{ name: expectationName(expectation), status: 'not applicable' },
  ...{ seeds: 0, sentence: reason, points: expectation.points ?? 1 },
});

/** What an expectation says: its author's words, if it has some, and its own terms. */
export function expectationName(expectation: Expectation): string {
  const terms = termsOf(expectation);
  return expectation.say === undefined ? terms : `${expectation.say} (${terms})`;
}

function termsOf(expectation: Expectation): string {
  const { measure, where = {}, better, learns, blowsUp: blows } = expectation;
  const subject = whereText(where) || 'every net';
  if (learns !== undefined) return `${subject}: ${learns ? 'learns' : 'does not learn'}`;
  if (blows !== undefined) return `${subject}: ${blows ? 'blows up' : 'does not blow up'}`;
  const claim = better
    ? `better than ${whereText(better.than)}${better.by ? ` by more than ${better.by}` : ''}`
    : boundsText(expectation);
  return `${subject}: ${measure ? measureText(measure) : 'no measure'} ${claim}`;
}

function checkCells(
  expectation: Expectation,
  selected: readonly Cell[],
  cells: readonly Cell[],
): (Check & { readonly cell: Cell })[] {
  const { measure, better, learns, blowsUp: blows } = expectation;
  if (better && measure) return checkBetter(selected, cells, measure, better);
  return selected.map(cell => ({
    cell,
    ...(learns !== undefined
      ? checkLearns(cell, learns)
      : blows !== undefined
        ? checkBlowsUp(cell, blows)
        : measure !== undefined && hasBounds(expectation)
          ? checkBounds(cell, measure, expectation)
          : { status: 'fail' as const, seeds: 0, sentence: 'The expectation claims nothing.' }),
  }));
}

function checkLearns(cell: Cell, expected: boolean): Check {
  const outcome = outcomeOf(cell);
  const { mean, n } = estimate(cell, 'bestValAccuracy');
  const figure = mean === null ? '' : `, best validation accuracy ${spreadText(cell, 'bestValAccuracy')}`;
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
  const status = isRemnant(cell, n) ? 'undecided' : judge({ low: low ?? mean, high: high ?? mean }, bounds);
  return { status, seeds: n, sentence: spreadText(cell, measure) };
}

/** Whether a cell lost all seeds of the run but one, whose figure alone decides nothing. */
const isRemnant = ({ run }: Cell, n: number): boolean => n === 1 && run.seeds > 1;

/** Compares each selected cell with its partner: one family of paired t tests against the margin `by`. */
function checkBetter(
  selected: readonly Cell[],
  cells: readonly Cell[],
  measure: MeasureName,
  { than, by = 0 }: NonNullable<Expectation['better']>,
): (Check & { readonly cell: Cell })[] {
  const sign = measures[measure].better === 'higher' ? 1 : -1;
  const all = cells.filter(cell => matches(cell, than));
  const axes = axesOf(cells.flatMap(({ results }) => results));
  const told = Object.keys(than);
  const rest = restOf([
    ...told,
    ...axes.filter(({ keys }) => keys.some(key => told.includes(key))).flatMap(({ keys }) => keys),
  ]);
  const byRest = groupBy(all, rest);
  const paired = selected.map(cell => {
    const others = (byRest.get(rest(cell)) ?? []).filter(other => other !== cell);
    const only = all.length === 1 && all[0] !== cell ? all[0] : undefined;
    const other = others[0] ?? only;
    return other && pairUp(other, cell, measure);
  });
  const gains = paired.map(pair => pair?.a.map((value, i) => sign * (value - pair.b[i]!) - by));
  const judged = judgePairs(
    gains.map(gain =>
      gain && gain.length > 0
        ? [
            testPairs(
              gain,
              gain.map(() => 0),
            ),
          ]
        : [],
    ),
    { higher: true, step: stepOf(measure, selected) },
  );
  return selected.map((cell, i) => ({
    cell,
    ...checkPair(paired[i], judged[i]!, {
      than,
      by,
      measure,
      run: cell.run,
      anyOther: all.some(other => other !== cell),
    }),
  }));
}

function checkPair(
  pair: Paired | undefined,
  { verdict, adjustedP }: Judged,
  {
    than,
    by,
    measure,
    run,
    anyOther,
  }: {
    readonly than: Where;
    readonly by: number;
    readonly measure: MeasureName;
    readonly run: RunSize;
    readonly anyOther: boolean;
  },
): Check {
  const nothing = (why: string): Check => ({
    status: 'fail',
    seeds: 0,
    sentence: `nothing to compare with: ${why}`,
  });
  if (!pair) return nothing(`${anyOther ? 'several cells have' : 'no cell has'} ${whereText(than)}`);
  const { a, b, leftOut, unequal } = pair;
  if (a.length === 0 && unequal > 0) return nothing('the best of unequally many evaluations');
  if (a.length === 0) return nothing(`no seed has a finite ${measureText(measure)} of both`);
  const sign = measures[measure].better === 'higher' ? 1 : -1;
  const gain = interval(a.map((value, i) => sign * (value - b[i]!)));
  const figure = (value: number) => figureText(measure, value);
  const means = `${figure(interval(a).mean)} against ${figure(interval(b).mean)}`;
  const over =
    gain.low === null
      ? 'one seed'
      : `better by ${figure(gain.low)} to ${figure(gain.high!)}, corrected p ${probabilityText(adjustedP)}, ${a.length} seeds`;
  const missing = leftOut + unequal > 0 ? `, ${counted(leftOut + unequal, 'pair')} left out` : '';
  const status =
    gain.low === null
      ? run.seeds > 1
        ? 'undecided'
        : gain.mean > by
          ? 'pass'
          : 'fail'
      : verdict === 'better'
        ? 'pass'
        : verdict === 'worse'
          ? 'fail'
          : 'undecided';
  return { status, seeds: a.length, sentence: `${means} (${over}${missing})` };
}

/** Names a cell by its axes without some keys. */
const restOf =
  (without: readonly string[]) =>
  ({ results: [first] }: Cell): string =>
    JSON.stringify(Object.entries(first!.trial.axes).filter(([key]) => !without.includes(key)));

/** `.312 (one seed)`, or `.312 (95 % interval .301 to .323, 6 seeds)`. */
function spreadText(cell: Cell, measure: MeasureName): string {
  const { mean, low, high, n, missing } = estimate(cell, measure);
  const figure = (value: number) => figureText(measure, value);
  const spread =
    low === null || high === null
      ? 'one seed'
      : `95 % interval ${shownInterval(measure, low, high).map(figure).join(' to ')}, ${n} seeds`;
  return `${figure(mean!)} (${spread}${missing > 0 ? `, ${missing} without a figure` : ''})`;
}

/** At most so many cells are written out. */
const MOST_CELLS = 3;

function sumUp(deciding: readonly (Check & { readonly cell: Cell })[], total: number): string {
  const write = settingWriter(deciding.map(({ cell }) => cell.results[0]!.trial.axes));
  const texts = deciding.map(({ cell, sentence }) => {
    const where = axesText(cell.results[0]!.trial.axes, write);
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
