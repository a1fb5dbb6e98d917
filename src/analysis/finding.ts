/** What a run shows, computed from its results by rules: the words change with the figures. */
import type { SettingValue } from '../config/schema.ts';
import type { TrialStatus } from '../records/record.ts';
import { type Estimate, estimate } from './cells.ts';
import { compareBy, type Stream } from './comparison.ts';
import { comparisonSentences, whatVaried } from './comparison-report.ts';
import {
  againstBaseline,
  isApart,
  lossSentence,
  speedSentence,
  trendSentence,
  validationEndSentence,
  validationSentence,
} from './finding-levels.ts';
import { outcomeSentence, overviewSentences } from './finding-outcomes.ts';
import { bestSentences, endsSentence, failureSentence, rangeSentence } from './finding-range.ts';
import { bestCell, learningRange, type Net, type NetCell, type Nets, netsOf } from './nets.ts';
import { blownUp, imagesOf, type Outcome } from './outcomes.ts';
import { type DataLabel, type Result, seedsIn, tally } from './results.ts';
import { counted, fractionText, listed } from './words.ts';

export interface FindingContext {
  readonly data: DataLabel;
  readonly stream: Stream;
}

/** Ready for `JSON.stringify`. */
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
  /** The value of the axis with the best validation accuracy; null without an axis or if no cell completed. */
  readonly bestAt: number | null;
  readonly cells: readonly CellFinding[];
}

export interface CellFinding {
  /** Its value on the axis. */
  readonly at: number | null;
  readonly outcome: Outcome;
  /** The number of trials that blew up. */
  readonly blownUp: number;
  readonly counts: Readonly<Record<TrialStatus, number>>;
  readonly bestValAccuracy: Estimate;
  readonly bestTrainAccuracy: Estimate;
  readonly lastEpochTrainLoss: Estimate;
}

const MOST_SENTENCES = 6;
/** More nets than this are summed up instead of told apart. */
const MOST_NETS = 4;

/** The finding of a finished run. Trials that failed are counted and left out. */
export function findingOf(results: readonly Result[], { data, stream }: FindingContext): Finding {
  const nets = netsOf(results);
  const evidence = evidenceSentences(results, nets, { data, stream });
  const body = results.length === 0 ? ['No trial has run.'] : bodySentences(nets);
  return {
    sentences: [...body.slice(0, MOST_SENTENCES - evidence.length), ...evidence],
    data,
    seeds: seedsIn(results),
    counts: tally(results),
    axis: nets.axis,
    nets: nets.nets.map(net => {
      const range = learningRange(net);
      return {
        name: net.name,
        settings: net.values,
        learnsFrom: range && net.cells[range[0]]!.x,
        learnsTo: range && net.cells[range[1]]!.x,
        bestAt: bestCell(net.cells, 'bestValAccuracy')?.x ?? null,
        cells: net.cells.map(cellFinding),
      };
    }),
  };
}

function cellFinding({ x, cell, outcome }: NetCell): CellFinding {
  return {
    ...{ at: x, outcome, blownUp: blownUp(cell), counts: cell.counts },
    bestValAccuracy: estimate(cell, 'bestValAccuracy'),
    bestTrainAccuracy: estimate(cell, 'bestTrainAccuracy'),
    lastEpochTrainLoss: estimate(cell, 'lastEpochTrainLoss'),
  };
}

function bodySentences(nets: Nets): string[] {
  const all = nets.nets;
  const learnsEverywhere = learnEverywhere(all);
  const sentences =
    all.length > MOST_NETS
      ? overviewSentences(nets)
      : nets.axis !== null && learnsEverywhere
        ? [trendSentence(nets), ...againstBaseline(nets), validationSentence(nets), ...bestSentences(nets)]
        : nets.axis !== null
          ? [
              rangeSentence(nets),
              ...all.map(failureSentence),
              ...bestSentences(nets),
              ...all.map(net => endsSentence(net, nets)),
            ]
          : learnsEverywhere && all.length > 1
            ? [speedSentence(all), lossSentence(all), validationEndSentence(all)]
            : [outcomeSentence(all)];
  return sentences.filter(text => text !== undefined);
}

const learnEverywhere = (nets: readonly Net[]): boolean =>
  nets.every(({ cells }) => cells.every(({ outcome }) => outcome === 'learns'));

/** How far the figures can be trusted: the spread over seeds, what one seed cannot tell, what is left out. */
function evidenceSentences(
  results: readonly Result[],
  nets: Nets,
  { data, stream }: FindingContext,
): string[] {
  const { failed } = tally(results);
  return [
    ...(seedsIn(results).length > 1 ? replicateSentences(results, nets, stream) : oneSeedSentences(nets)),
    ...(failed > 0
      ? [`${counted(failed, 'trial')} failed and ${failed === 1 ? 'is' : 'are'} left out.`]
      : []),
    ...(data === 'synthetic data' ? ['The images are synthetic: this says nothing about CIFAR-10.'] : []),
  ];
}

function replicateSentences(
  results: readonly Result[],
  { keys, axis, nets }: Nets,
  stream: Stream,
): string[] {
  const [by] = keys;
  if (by === undefined || keys.length > 1 || nets.length > MOST_NETS) {
    return [`${seedsIn(results).length} seeds; ± is half the 95 % t interval over them.`];
  }
  const measure = axis === null || learnEverywhere(nets) ? 'lastTrainAccuracy' : 'bestValAccuracy';
  const comparison = compareBy(results, { by, stream, measure });
  return [...comparisonSentences(comparison).slice(0, nets.length - 1), whatVaried(comparison)];
}

function oneSeedSentences({ nets, axis }: Nets): string[] {
  const bests = nets.flatMap(({ cells }) => {
    const best = bestCell(
      cells.filter(({ outcome }) => outcome === 'learns'),
      'bestValAccuracy',
    );
    return best ? [{ best, accuracy: estimate(best.cell, 'bestValAccuracy').mean! }] : [];
  });
  if (bests.length === 0) return [];
  const accuracies = bests.map(({ accuracy }) => accuracy);
  const apart = isApart(Math.max(...accuracies), Math.min(...accuracies), imagesOf(bests[0]!.best.cell));
  if (bests.length === 1 || bests.length > MOST_NETS || apart || axis === null)
    return ['One seed: small differences cannot be told from chance. Six replicates would show the spread.'];
  return [
    `One seed cannot tell whether the best of each, ${listed(accuracies.map(fractionText))}, differ. Six replicates may.`,
  ];
}
