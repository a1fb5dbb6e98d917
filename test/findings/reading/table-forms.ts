/** Judges the figures of a results table: each mean, its spread, how many figures it has, and what is marked as the best. */
import { sampleOf } from './arithmetic.ts';
import {
  exploded,
  figuresOf,
  type MeasureName,
  measures,
  perEpochOf,
  type RawRun,
  type RawTrial,
} from './facts.ts';
import { estimateFaults, expect, isShare } from './judging.ts';
import { normalizationName, settingsWriterOf } from './words.ts';

type Ran = RawTrial & { readonly record: NonNullable<RawTrial['record']> };
interface Place {
  readonly trials: readonly Ran[];
}

const SHORT: readonly (readonly [head: string, measures: readonly MeasureName[]])[] = [
  ['val', ['bestValAccuracy']],
  ['train', ['bestTrainAccuracy']],
  ['loss', ['finalTrainLoss', 'lastEpochTrainLoss']],
];
const MOST_ROWS = 50;

/** What is wrong with a table, whose rows are given as texts; the best figures are bold. */
export function tableFaults(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  run: RawRun,
): string[] {
  const ran = run.trials.filter((trial): trial is Ran => trial.record !== undefined);
  const write = settingsWriterOf(ran.map(({ axes }) => axes));
  const keys = [...new Set(ran.flatMap(({ axes }) => Object.keys(axes)))];
  const isName = (head: string) => head === 'group' || keys.includes(head);
  const across = keys.find(key => !heads.includes(key));
  const nameOf = (trial: Ran, head: string) =>
    head === 'group'
      ? trial.groups.join(', ')
      : trial.axes[head] === undefined
        ? ''
        : write(head, trial.axes[head]!);
  const named = heads.filter(isName);
  const columns = heads.filter(head => !isName(head)).map(head => columnOf(head, ran, across));
  const rowOf = (trial: Ran) => JSON.stringify(named.map(head => nameOf(trial, head)));
  const places = new Map<string, Ran[]>();
  for (const trial of ran) places.set(rowOf(trial), [...(places.get(rowOf(trial)) ?? []), trial]);
  const faults = expect(rows.length === Math.min(MOST_ROWS, places.size), `${places.size} rows`);
  for (const row of rows) {
    const trials = places.get(JSON.stringify(row.slice(0, named.length)));
    if (!trials) {
      faults.push(`no trial is named ${row.slice(0, named.length).join(', ')}`);
      continue;
    }
    for (const [i, column] of columns.entries()) {
      const text = row[named.length + i]!;
      const all = [...places.values()].map(members => ({ trials: members.filter(column.holds) }));
      const where = `${row.slice(0, named.length).join(', ')} ${column.head}`;
      faults.push(...figureFaults(text, { trials: trials.filter(column.holds) }, column.measure, all, where));
    }
  }
  return faults;
}

interface TableColumn {
  readonly head: string;
  readonly measure: MeasureName;
  holds(trial: Ran): boolean;
}

/** `val`, or `batch norm val` where a setting of words is laid across. */
function columnOf(head: string, ran: readonly Ran[], across: string | undefined): TableColumn {
  const short = SHORT.find(([word]) => head === word || head.endsWith(` ${word}`))!;
  const group = head.slice(0, -short[0].length).trim();
  const sameEpochs = new Set(ran.map(perEpochOf)).size === 1;
  const measure = short[1].length === 1 || sameEpochs ? short[1][0]! : short[1][1]!;
  const wordOf = ({ axes }: Ran) =>
    across === undefined
      ? ''
      : across === 'normalization'
        ? normalizationName(axes[across]!)
        : String(axes[across]);
  return { head, measure, holds: trial => group === '' || wordOf(trial) === group };
}

const isRanked = ({ trials }: Place): boolean =>
  trials.length > 0 &&
  trials.every(trial => trial.record.status === 'completed' && exploded(trial) === false);

function figureFaults(
  text: string,
  place: Place,
  measure: MeasureName,
  all: readonly Place[],
  where: string,
): string[] {
  const isBold = text.startsWith('**');
  const bare = isBold ? text.slice(2, -2) : text;
  const sample = sampleOf(figuresOf(place, measure));
  if (place.trials.every(({ record }) => record.status === 'failed'))
    return expect(bare === 'failed' || bare === '', `${where}: ${text}, though all failed`);
  if (sample.n === 0) {
    const diverged = place.trials.some(({ record }) => record.status === 'diverged');
    return expect(
      bare === (diverged && !isShare(measure) ? 'diverged' : '-'),
      `${where}: ${text} without figures`,
    );
  }
  const [, figure, n] = /^(.*?)(?: \(n (\d+)\))?$/.exec(bare)!;
  const most = Math.max(...all.map(({ trials }) => trials.length));
  const { higher } = measures[measure];
  const means = all
    .filter(isRanked)
    .map(({ trials }) => sampleOf(figuresOf({ trials }, measure)).mean)
    .filter(mean => !Number.isNaN(mean));
  const best = higher ? Math.max(...means) : Math.min(...means);
  const ties = (mean: number) => Math.abs(mean - best) <= 1e-12 * Math.max(Math.abs(mean), Math.abs(best));
  // Nothing is best of one, nor where all tie.
  const isChoice = all.length > 1 && (means.length === 1 || means.some(mean => !ties(mean)));
  const isBest = isRanked(place) && ties(sample.mean) && isChoice;
  return [
    ...estimateFaults(figure!.replace(' ±', ' ± '), sample, isShare(measure), where),
    ...expect(Number(n ?? most) === sample.n, `${where}: ${sample.n} figures`),
    ...expect(isBold === isBest, `${where}: ${isBest ? 'is' : 'is not'} the best (${best})`),
  ];
}
