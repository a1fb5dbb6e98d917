/** What a run shows, computed from its results by rules: the words change with the figures. */
import type { SettingValue } from '../config/schema.ts';
import type { Where } from '../config/where-schema.ts';
import type { TrialStatus } from '../records/record.ts';
import { type Comparison, compareNets, type Stream, usualMeasure } from './comparison.ts';
import { verdictSentences, whatVaried } from './comparison-report.ts';
import {
  bestSentences,
  endFigures,
  everywhereSentence,
  failureSentence,
  lossSentence,
  outcomeSentence,
  overviewSentences,
  rangeSentence,
  someSeedsSentence,
  trendSentences,
} from './finding-words.ts';
import { stretchesOf } from './group-by.ts';
import { bestCells, learningRange, type Net, type Nets, netsOf } from './nets.ts';
import type { Outcome } from './outcomes.ts';
import { type DataLabel, dataNotes, type Result, seedsIn, tally } from './results.ts';
import { counted } from './words.ts';

export interface FindingContext {
  readonly data: DataLabel;
  readonly stream: Stream;
  /** The cells that the experiment compares with. */
  readonly baseline?: Where | undefined;
  /** What `compareNets` gives for these results, if it has been called. */
  readonly comparison?: Comparison | undefined;
}

/** Ready for `JSON.stringify`. It holds no figure of a single cell: `cellsOf`, `estimate` and summary.csv have them. */
export interface Finding {
  /** Plain sentences, each short enough for two lines of a terminal; the first is the answer. */
  readonly sentences: readonly string[];
  readonly data: DataLabel;
  readonly seeds: readonly number[];
  readonly counts: Readonly<Record<TrialStatus, number>>;
  /** The numeric axis along which each net is judged; null if no numeric setting varies. */
  readonly axis: string | null;
  readonly nets: readonly NetFinding[];
}

export interface NetFinding {
  readonly name: string;
  /** The varying settings that tell it from the other nets. */
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** The ends of the longest stretch of neighbouring cells that learn; null without an axis or if none learns. */
  readonly learnsFrom: number | null;
  readonly learnsTo: number | null;
  /** The value of the axis with the best validation accuracy, the least of equals; null without an axis or if no cell is ranked. */
  readonly bestAt: number | null;
  /** What becomes of it, from the least value of the axis to the greatest. */
  readonly outcomes: readonly OutcomeStretch[];
}

/** Neighbouring cells with one outcome. */
export interface OutcomeStretch {
  readonly outcome: Outcome;
  /** Values of the axis; null without an axis. */
  readonly from: number | null;
  readonly to: number | null;
  /** The number of cells. */
  readonly cells: number;
}

/** More nets than this are summed up instead of told apart. */
const MOST_NETS = 4;

/** The finding of a finished run. Trials that failed are counted and left out. */
export function findingOf(results: readonly Result[], context: FindingContext): Finding {
  const nets = netsOf(results);
  return {
    sentences: results.length === 0 ? ['No trial has run.'] : sentencesOf(results, nets, context),
    data: context.data,
    seeds: seedsIn(results),
    counts: tally(results),
    axis: nets.axis?.keys[0] ?? null,
    nets: nets.nets.map(net => {
      const range = learningRange(net);
      return {
        name: net.name,
        settings: net.values,
        learnsFrom: range && net.cells[range[0]]!.x,
        learnsTo: range && net.cells[range[1]]!.x,
        bestAt: bestCells(net.cells, 'bestValAccuracy')[0]?.x ?? null,
        outcomes: outcomesOf(net),
      };
    }),
  };
}

const outcomesOf = ({ cells }: Net): OutcomeStretch[] =>
  stretchesOf(cells.map(({ outcome }) => outcome)).map(({ value, first, last }) => ({
    outcome: value,
    from: cells[first]!.x,
    to: cells[last]!.x,
    cells: last - first + 1,
  }));

/** Outcomes first, then what is told apart, then figures, then how far to trust them. */
function sentencesOf(results: readonly Result[], nets: Nets, context: FindingContext): string[] {
  const { axis, nets: all } = nets;
  const several = seedsIn(results).length > 1;
  const differences = several ? differenceSentences(results, nets, context) : undefined;
  const trends = several && all.length <= MOST_NETS ? trendSentences(nets, usualMeasure(results)) : [];
  const learned = learnEverywhere(all);
  const outcomes =
    all.length > MOST_NETS
      ? overviewSentences(nets)
      : axis === null
        ? [...(learned && all.length > 1 ? [] : [outcomeSentence(all)])]
        : learned
          ? [everywhereSentence(nets)]
          : [rangeSentence(nets), ...all.map(failureSentence)];
  const figures =
    all.length > MOST_NETS
      ? []
      : [
          ...(learned ? endFigures(nets) : []),
          ...(axis === null ? (learned ? [lossSentence(all)] : []) : bestSentences(nets)),
        ];
  return [
    ...outcomes,
    someSeedsSentence(all),
    ...(differences ?? []),
    ...trends,
    ...figures,
    ...trustSentences(results, differences === undefined, context),
  ].filter(text => text !== undefined);
}

const learnEverywhere = (nets: readonly Net[]): boolean =>
  nets.every(({ cells }) => cells.every(({ outcome }) => outcome === 'learns'));

/** The verdicts of the run's own comparison; undefined if no axis tells its nets apart, or too many nets do. */
function differenceSentences(
  results: readonly Result[],
  { nets }: Nets,
  { stream, baseline, ...context }: FindingContext,
): string[] | undefined {
  if (nets.length > MOST_NETS) return undefined;
  const comparison = context.comparison ?? compareNets(results, { stream, baseline });
  return comparison && [...verdictSentences(comparison), whatVaried(comparison)];
}

/** How far the figures can be trusted: what one seed cannot tell, what is left out. */
function trustSentences(
  results: readonly Result[],
  isUncompared: boolean,
  { data }: FindingContext,
): string[] {
  const { failed } = tally(results);
  const seeds = seedsIn(results).length;
  return [
    ...(seeds < 2
      ? ['One seed: small differences cannot be told from chance. Six replicates would show the spread.']
      : isUncompared
        ? [`${seeds} seeds; ± is half the 95 % t interval over them.`]
        : []),
    ...(failed > 0
      ? [`${counted(failed, 'trial')} failed and ${failed === 1 ? 'is' : 'are'} left out.`]
      : []),
    ...[dataNotes[data] ?? []].flat(),
  ];
}
