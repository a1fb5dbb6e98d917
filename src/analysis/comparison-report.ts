/** A comparison as sentences, as a table without a renderer, and as JSON. */
import { type ComparedCell, DEFAULT_MARGIN, type Side } from './compared-cell.ts';
import type { Comparison } from './comparison.ts';
import { groupBy } from './group-by.ts';
import type { Outcome } from './outcomes.ts';
import type { Verdict } from './verdicts.ts';
import {
  axesText,
  counted,
  figureText,
  listed,
  measureText,
  probabilityText,
  sentence,
  settingWriter,
  thousands,
} from './words.ts';

/** So many seeds are recommended: they find a difference of three standard deviations in one of ten cells in 94 % of cases. */
const SEEDS_ADVISED = 6;

/** A run can have no more seeds than these. */
const MOST_SEEDS = 10_000;

/** A table as text, for the terminal or Markdown. */
export interface TextTable {
  readonly columns: readonly { readonly head: string; readonly align: 'left' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
}

/** What the comparison shows and over what, in plain sentences; the first is the answer. */
export function comparisonSentences(comparison: Comparison): string[] {
  return [
    ...verdictSentences(comparison),
    whatVaried(comparison),
    ...(hasSpread(comparison) || comparison.cells.every(({ seeds }) => seeds.length === 0)
      ? []
      : [
          `Run it again with --replicates ${SEEDS_ADVISED} for intervals and verdicts; what has run is kept.`,
        ]),
    ...planningSentences(comparison),
    ...leftOutSentences(comparison),
  ];
}

/** The verdicts, one sentence a net; then what they were corrected for. */
export function verdictSentences(comparison: Comparison): string[] {
  const { cells, family } = comparison;
  const byNet = [...groupBy(cells, ({ candidate }) => candidate.name).values()];
  return [
    ...byNet.map(group =>
      group.length === 1 ? cellSentence(group[0]!, comparison) : cellsSentence(group, comparison),
    ),
    ...(family > 1
      ? [`The verdicts are corrected for ${family} comparisons (paired t tests, Holm; p at most .05).`]
      : []),
  ];
}

/** The comparison's rows: baseline, candidate, difference with its interval, effect size, agreement, p, probabilities. */
export function comparisonTable(comparison: Comparison): TextTable {
  const { measure, cells, equivalent } = comparison;
  const figure = (value: number | null) => (value === null ? '-' : figureText(measure, value));
  const left = (head: string) => ({ head, align: 'left' as const });
  const right = (head: string) => ({ head, align: 'right' as const });
  const whole: TextTable = {
    columns: [
      ...['baseline', 'candidate'].map(left),
      ...['baseline mean', 'candidate mean', 'difference', '95 % interval', 'd_z'].map(right),
      ...['better', 'p', 'adjusted p', 'sign flips'].map(right),
      ...(equivalent === null ? [] : ['P(worse)', 'P(equivalent)', 'P(better)'].map(right)),
      left('verdict'),
    ],
    rows: cells.map(cell => {
      const { baseline, candidate, pairs, better, seeds, p, adjustedP, probabilities } = cell;
      return [
        ...[baseline, candidate].map(sideName),
        ...[baseline, candidate].map(({ estimate }) => figure(estimate.mean)),
        figure(pairs?.difference.mean ?? null),
        pairs?.difference.low == null
          ? '-'
          : `${figure(pairs.difference.low)} .. ${figure(pairs.difference.high)}`,
        pairs?.effectSize == null ? '-' : pairs.effectSize.toFixed(2),
        `${better} of ${seeds.length}`,
        probabilityText(p),
        probabilityText(adjustedP),
        flipsText(cell),
        ...(equivalent === null
          ? []
          : [probabilities?.worse, probabilities?.equivalent, probabilities?.better].map(probabilityText)),
        verdictText(cell, comparison),
      ];
    }),
  };
  // One pair has a difference and nothing else.
  const shown = hasSpread(comparison) ? whole.columns.map((_, i) => i) : COLUMNS_OF_ONE_PAIR;
  return {
    columns: shown.map(i => whole.columns.at(i)!),
    rows: whole.rows.map(row => shown.map(i => row.at(i)!)),
  };
}

/** The verdict is the last column. */
const COLUMNS_OF_ONE_PAIR = [0, 1, 2, 3, 4, -1];

/** The comparison and its sentences, ready for `JSON.stringify`. */
export function comparisonJson(
  comparison: Comparison,
): Comparison & { readonly sentences: readonly string[] } {
  return { sentences: comparisonSentences(comparison), ...comparison };
}

/** What varied between the trials and what did not, which is all that an interval speaks of. */
export function whatVaried({ cells, stream, images }: Comparison): string {
  const counts = cells.map(({ seeds }) => seeds.length).filter(count => count > 0);
  const [least, most] = [Math.min(...counts), Math.max(0, ...counts)];
  if (most === 0) return 'No seed has the figure on both sides.';
  if (most === 1) return 'One seed: how much other seeds would differ cannot be told.';
  const shared = [
    ...(images.training === null ? [] : [`${thousands(images.training)} training`]),
    ...(images.validation === null ? [] : [`${thousands(images.validation)} validation`]),
  ];
  const where = shared.length > 0 ? `, on the same ${listed(shared)} images` : '';
  const draws = stream === 'notebook' ? ' Pairs share a seed but not draws.' : '';
  const seeds = least === most ? most : `${least} to ${most}`;
  return `Over ${seeds} seeds of weights and minibatches${where}.${draws}`;
}

/** Whether some cell has two pairs: a spread needs two. */
export const hasSpread = ({ cells }: Comparison): boolean => cells.some(({ seeds }) => seeds.length > 1);

/** `better`, `equivalent within 0.01`; without a verdict why there is none. */
export function verdictText({ verdict, seeds }: ComparedCell, { equivalent }: Comparison): string {
  if (verdict === 'equivalent') return `equivalent within ${equivalent}`;
  if (verdict !== null) return verdict;
  return seeds.length === 1 ? 'one seed' : 'two equal differences';
}

/** The p of sign flips; `~.031` if it comes from a sample of them. */
export const flipsText = ({ pairs, p }: Pick<ComparedCell, 'pairs' | 'p'>): string =>
  p === null || !pairs?.signFlips
    ? '-'
    : `${pairs.signFlips.sampled ? '~' : ''}${probabilityText(pairs.signFlips.p)}`;

function cellSentence(cell: ComparedCell, comparison: Comparison): string {
  const { measure, equivalent } = comparison;
  const { baseline, candidate, pairs, seeds, probabilities, verdict, p } = cell;
  const [of, ofOther] = [sideName(candidate), sideName(baseline)];
  if (verdict === 'not compared')
    return `${sentence(of)} and ${ofOther} are not compared: ${obstacleText(cell, comparison)}.`;
  const figure = (value: number) => figureText(measure, value);
  const { mean, low, high } = pairs!.difference;
  const ends = cell.ownEnds ? `, each after its own ${epochsText(cell)} epochs` : '';
  const means = `${measureText(measure)} of ${of} ${figure(candidate.estimate.mean!)}, of ${ofOther} ${figure(baseline.estimate.mean!)}${ends}`;
  const difference = `difference ${figure(mean)}`;
  if (low === null || high === null) return `${sentence(means)}: ${difference} (one seed).`;
  if (p === null) return `${sentence(means)}: ${difference} in both seeds, which is no verdict.`;
  const margin =
    probabilities && equivalent !== null
      ? `; by more than ${equivalent} worse ${probabilityText(probabilities.worse)}, better ${probabilityText(probabilities.better)}`
      : '';
  const alike = mean > 0 ? pairs!.above : pairs!.below;
  const agree = mean === 0 ? '' : `, ${alike} of ${seeds.length} pairs agree`;
  const flips = `${pairs!.signFlips!.sampled ? `${thousands(9999)} sampled sign flips` : 'sign flips'} ${probabilityText(pairs!.signFlips!.p)}`;
  const spread = `${difference} (95 % interval ${figure(low)} to ${figure(high)}${agree}, ${comparison.family > 1 ? 'corrected p' : 'p'} ${probabilityText(cell.adjustedP)}, ${flips}${margin})`;
  return `${sentence(means)}: ${spread}: ${verdictText(cell, comparison)}.`;
}

function epochsText({ baseline, candidate }: ComparedCell): string {
  const epochs = ({ net, axes }: Side) => String(net.epochs ?? axes.epochs ?? '');
  return `${epochs(candidate)} and ${epochs(baseline)}`;
}

function cellsSentence(cells: readonly ComparedCell[], comparison: Comparison): string {
  const { measure } = comparison;
  const { candidate, baseline } = cells[0]!;
  const names = sentence(`${candidate.name} against ${baseline.name}`);
  const ends = cells.some(({ ownEnds }) => ownEnds) ? ', each after its own epochs,' : '';
  const counts = groupBy(cells, cell => verdictText(cell, comparison));
  const parts = VERDICTS.flatMap(verdict => {
    const text = verdict === 'equivalent' ? `equivalent within ${comparison.equivalent}` : verdict;
    const members = counts.get(text);
    if (!members) return [];
    const why = verdict === 'not compared' ? ` (${obstaclesText(members, comparison)})` : '';
    return [`${verdict === 'one seed' ? signs(members) : `${text} at ${members.length}`}${why}`];
  });
  return `${names}, ${measureText(measure)}${ends} at ${cells.length} cells: ${parts.join(', ')}.`;
}

const VERDICTS = [
  'better',
  'worse',
  'equivalent',
  'not told apart',
  'one seed',
  'two equal differences',
  'not compared',
] as const satisfies readonly (Verdict | 'one seed' | 'two equal differences')[];

/** Counts where the figure of one seed is higher, lower and the same. Gives no verdict, because one seed has no spread. */
function signs(cells: readonly ComparedCell[]): string {
  const compared = cells.flatMap(({ pairs }) => pairs ?? []);
  const count = (sign: number) =>
    compared.filter(({ difference }) => Math.sign(difference.mean) === sign).length;
  const parts = [`higher at ${count(1)}`, `lower at ${count(-1)}`, `the same at ${count(0)}`];
  return `with one seed ${parts.filter(part => !part.endsWith(' 0')).join(', ')}`;
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  learns: 'learns',
  'at chance': 'is at chance',
  'blows up': 'blows up',
  undecided: 'is undecided',
  failed: 'failed',
};

/** Why two cells are not compared: `the plain net is at chance`. */
export function obstacleText(
  { obstacle, candidate, baseline }: ComparedCell,
  { measure }: Comparison,
): string {
  if (obstacle === null) return '';
  if (obstacle.kind === 'outcome') {
    const names = [candidate.name, baseline.name];
    const sides = [obstacle.candidate, obstacle.baseline].flatMap((outcome, i) =>
      outcome === 'learns' || outcome === 'undecided' ? [] : [`${names[i]} ${OUTCOMES[outcome]}`],
    );
    return listed(sides);
  }
  if (obstacle.kind === 'no figure') return `no seed has a finite ${measureText(measure)} of both`;
  if (obstacle.kind === 'unequal evaluations')
    return `the best of unequally many evaluations; compare ${measureText(measure === 'bestTrainAccuracy' ? 'lastTrainAccuracy' : 'lastValAccuracy')}`;
  return 'they share no seed';
}

/** `the plain net is at chance at 9 and blows up at 4`. */
function obstaclesText(cells: readonly ComparedCell[], comparison: Comparison): string {
  const reasons = groupBy(cells, cell => obstacleText(cell, comparison));
  return [...reasons].map(([reason, { length }]) => `${reason} at ${length}`).join('; ');
}

function planningSentences({ cells, equivalent }: Comparison): string[] {
  const needed = cells.flatMap(({ pairsToTell, verdict }) =>
    verdict === 'not compared' ? [] : (pairsToTell ?? []),
  );
  if (needed.length === 0) return [];
  const least = needed.reduce((a, b) => Math.min(a, b));
  const most = needed.reduce((a, b) => Math.max(a, b));
  const text = (seeds: number) =>
    seeds > MOST_SEEDS ? `more than ${thousands(MOST_SEEDS)}` : thousands(seeds);
  const range =
    text(least) === text(most)
      ? `${least > MOST_SEEDS ? '' : 'about '}${text(most)} seeds`
      : `about ${text(least)} to ${text(most)} seeds, depending on the cell,`;
  return [
    `By the spread seen, ${range} would tell a difference of ${equivalent ?? DEFAULT_MARGIN} in one cell apart.`,
  ];
}

function leftOutSentences({ cells, unmatched, measure }: Comparison): string[] {
  const write = settingWriter([
    ...cells.flatMap(({ baseline, candidate }) => [baseline.axes, candidate.axes]),
    ...unmatched,
  ]);
  const sum = (count: (cell: ComparedCell) => number) => cells.reduce((all, cell) => all + count(cell), 0);
  const [leftOut, unequal, unpaired] = [
    sum(cell => cell.leftOut),
    sum(cell => cell.unequal),
    sum(cell => cell.unpaired),
  ];
  return [
    ...(leftOut > 0
      ? [`${counted(leftOut, 'pair')} left out: one of the two has no finite ${measureText(measure)}.`]
      : []),
    ...(unequal > 0 ? [`${counted(unequal, 'pair')} left out: the best of unequally many evaluations.`] : []),
    ...(unpaired > 0 ? [`${counted(unpaired, 'trial')} left out: the other side lacks the seed.`] : []),
    ...(unmatched.length > 0
      ? [
          `${counted(unmatched.length, 'cell')} without a partner ${unmatched.length === 1 ? 'is' : 'are'} not compared: ${shortList(unmatched.map(axes => axesText(axes, write) || 'the whole run'))}.`,
        ]
      : []),
  ];
}

/** The net and where it stands: `batch norm at batchSize 5`. */
const sideName = ({ name, at }: Side): string => (at === '' ? name : `${name} at ${at}`);

const shortList = (items: readonly string[]): string =>
  items.length <= 3 ? items.join('; ') : `${items.slice(0, 3).join('; ')} and ${items.length - 3} more`;
