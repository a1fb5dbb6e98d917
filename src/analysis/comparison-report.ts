/** A comparison as sentences, as a table without a renderer, and as JSON. */
import { type ComparedCell, DEFAULT_MARGIN, type Side, type Verdict } from './compared-cell.ts';
import type { Comparison } from './comparison.ts';
import { groupBy } from './group-by.ts';
import { MAX_FLIPPED_SEEDS } from './sign-flips.ts';
import {
  axesText,
  counted,
  figureText,
  fractionText,
  listed,
  measureText,
  netName,
  sentence,
  thousands,
} from './words.ts';

/** The least number of seeds whose sign-flip test can reach p = 0.05: 2 / 2^6. */
const SEEDS_FOR_P = 6;
const SIGNIFICANT = 0.05;

/** A table as text, for the terminal or Markdown. */
export interface TextTable {
  readonly columns: readonly { readonly head: string; readonly align: 'left' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
}

/** What the comparison shows and over what, in plain sentences; the first is the answer. */
export function comparisonSentences(comparison: Comparison): string[] {
  const { cells, unmatched, measure, equivalent } = comparison;
  const byNet = [...groupBy(cells, ({ candidate }) => netName(candidate.net)).values()];
  const leftOut = cells.reduce((sum, cell) => sum + cell.leftOut, 0);
  const unpaired = cells.reduce((sum, cell) => sum + cell.unpaired, 0);
  return [
    ...byNet.map(group =>
      group.length === 1 ? cellSentence(group[0]!, comparison) : cellsSentence(group, comparison),
    ),
    whatVaried(comparison),
    ...(hasSpread(comparison)
      ? []
      : [
          `An interval and p need several seeds: run it again with --replicates ${SEEDS_FOR_P}; what has run is kept.`,
        ]),
    ...planningSentences(cells, equivalent ?? DEFAULT_MARGIN),
    ...(leftOut > 0
      ? [
          `${sentence(counted(leftOut, 'pair'))} left out: one of the two has no finite ${measureText(measure)}.`,
        ]
      : []),
    ...(unpaired > 0
      ? [`${sentence(counted(unpaired, 'trial'))} left out: the other side lacks the seed.`]
      : []),
    ...(unmatched.length > 0
      ? [
          `${sentence(counted(unmatched.length, 'cell'))} left out for want of a baseline: ${shortList(unmatched.map(axesText))}.`,
        ]
      : []),
  ];
}

/** The comparison's rows: baseline, candidate, difference with its interval, effect size, agreement, p, probabilities. */
export function comparisonTable(comparison: Comparison): TextTable {
  const { measure, differs, cells, equivalent } = comparison;
  const figure = (value: number | null) => (value === null ? '-' : figureText(measure, value));
  const probability = (value: number | undefined) => (value === undefined ? '-' : fractionText(value));
  const left = (head: string) => ({ head, align: 'left' as const });
  const right = (head: string) => ({ head, align: 'right' as const });
  const whole: TextTable = {
    columns: [
      ...['baseline', 'candidate'].map(left),
      ...['baseline mean', 'candidate mean', 'difference', '95 % interval', 'd_z'].map(right),
      ...['better', 'p', 'adjusted p'].map(right),
      ...(equivalent === null ? [] : ['P(worse)', 'P(equivalent)', 'P(better)'].map(right)),
      left('verdict'),
    ],
    rows: cells.map(({ baseline, candidate, pairs, better, seeds, adjustedP, probabilities, verdict }) => [
      ...[baseline, candidate].map(side => sideName(side, differs)),
      ...[baseline, candidate].map(({ estimate }) => figure(estimate.mean)),
      figure(pairs?.difference.mean ?? null),
      pairs?.difference.low == null
        ? '-'
        : `${figure(pairs.difference.low)} .. ${figure(pairs.difference.high)}`,
      pairs?.effectSize == null ? '-' : pairs.effectSize.toFixed(2),
      `${better} of ${seeds.length}`,
      pText(pairs && (pairs.signFlipP ?? pairs.tTestP)),
      pText(adjustedP),
      ...(equivalent === null
        ? []
        : [probabilities?.worse, probabilities?.equivalent, probabilities?.better].map(probability)),
      verdict,
    ]),
  };
  // One pair has a difference and nothing else.
  const shown = hasSpread(comparison) ? whole.columns.length : COLUMNS_OF_ONE_PAIR;
  return { columns: whole.columns.slice(0, shown), rows: whole.rows.map(row => row.slice(0, shown)) };
}

const COLUMNS_OF_ONE_PAIR = 5;

/** The comparison and its sentences, ready for `JSON.stringify`. */
export function comparisonJson(
  comparison: Comparison,
): Comparison & { readonly sentences: readonly string[] } {
  return { sentences: comparisonSentences(comparison), ...comparison };
}

/** What varied between the trials and what did not, which is all that an interval speaks of. */
export function whatVaried({ cells, stream, images }: Comparison): string {
  const most = Math.max(0, ...cells.map(({ seeds }) => seeds.length));
  if (most === 0) return 'No seed has the figure on both sides.';
  if (most === 1) return 'One seed: how much other seeds would differ cannot be told.';
  const shared = [
    ...(images.training === null ? [] : [`${thousands(images.training)} training`]),
    ...(images.validation === null ? [] : [`${thousands(images.validation)} validation`]),
  ];
  const where = shared.length > 0 ? `, on the same ${listed(shared)} images` : '';
  const draws = stream === 'notebook' ? ' Pairs share a seed but not draws.' : '';
  return `Over ${most} seeds of weights and minibatches${where}.${draws}`;
}

/** Whether some cell has two pairs: a spread needs two. */
export const hasSpread = ({ cells }: Comparison): boolean => cells.some(({ seeds }) => seeds.length > 1);

const VERDICTS: Readonly<Record<Verdict, string>> = {
  better: 'better',
  worse: 'worse',
  equivalent: 'equivalent',
  undecided: 'not told apart',
};

function cellSentence(cell: ComparedCell, { measure, differs, equivalent }: Comparison): string {
  const { baseline, candidate, pairs, better, worse, seeds, probabilities, verdict } = cell;
  const [name, other] = [sideName(candidate, differs), sideName(baseline, differs)];
  if (!pairs)
    return `${sentence(name)} and ${other} cannot be compared: no seed has the ${measureText(measure)} of both.`;
  const figure = (value: number) => figureText(measure, value);
  const { mean, low, high } = pairs.difference;
  const means = `${measureText(measure)} of ${name} ${figure(candidate.estimate.mean!)}, of ${other} ${figure(baseline.estimate.mean!)}`;
  const difference = `difference ${figure(mean)}`;
  if (low === null || high === null) return `${sentence(means)}: ${difference}.`;
  const margin =
    probabilities && equivalent !== null
      ? `; by more than ${equivalent} worse ${fractionText(probabilities.worse)}, better ${fractionText(probabilities.better)}`
      : '';
  const agree = mean === 0 ? '' : `, ${Math.max(better, worse)} of ${seeds.length} pairs agree`;
  const p = pText(pairs.signFlipP ?? pairs.tTestP);
  const spread = `${difference} (95 % interval ${figure(low)} to ${figure(high)}${agree}, p ${p}${margin})`;
  return `${sentence(means)}: ${spread}: ${VERDICTS[verdict]}.`;
}

function cellsSentence(cells: readonly ComparedCell[], { measure }: Comparison): string {
  const { candidate, baseline } = cells[0]!;
  const [name, other] = [netName(candidate.net), netName(baseline.net)];
  const names = name === other ? 'The second run against the first' : sentence(`${name} against ${other}`);
  const seeds = Math.max(...cells.map(cell => cell.seeds.length));
  if (seeds === 1) return `${names}, ${measureText(measure)} at ${cells.length} cells: ${signs(cells)}.`;
  const counts = (['better', 'worse', 'equivalent', 'undecided'] as const).flatMap(verdict => {
    const count = cells.filter(cell => cell.verdict === verdict).length;
    return count > 0 ? [`${VERDICTS[verdict]} at ${count}`] : [];
  });
  const adjusted = cells.filter(({ adjustedP }) => adjustedP !== null && adjustedP <= SIGNIFICANT).length;
  const corrected =
    seeds < SEEDS_FOR_P || seeds > MAX_FLIPPED_SEEDS
      ? ''
      : ` Corrected for ${cells.length} cells, ${adjusted} differ (p at most .05).`;
  return `${names}, ${measureText(measure)} at ${cells.length} cells: ${listed(counts)}.${corrected}`;
}

/** Counts where the figure of one seed is higher, lower and the same. Gives no verdict, because one seed has no spread. */
function signs(cells: readonly ComparedCell[]): string {
  const compared = cells.flatMap(({ pairs }) => pairs ?? []);
  const count = (sign: number) =>
    compared.filter(({ difference }) => Math.sign(difference.mean) === sign).length;
  const parts = [`higher at ${count(1)}`, `lower at ${count(-1)}`, `the same at ${count(0)}`];
  return listed(parts.filter(part => !part.endsWith(' 0')));
}

function planningSentences(cells: readonly ComparedCell[], margin: number): string[] {
  const needed = cells.flatMap(({ pairsToTell }) => pairsToTell ?? []);
  if (needed.length === 0) return [];
  const [least, most] = [Math.min(...needed), Math.max(...needed)];
  const range =
    least === most
      ? `${thousands(most)} seeds`
      : `${thousands(least)} to ${thousands(most)} seeds, depending on the cell,`;
  const seeds = Math.max(...cells.map(cell => cell.seeds.length));
  const few =
    seeds > 1 && seeds < SEEDS_FOR_P ? ` Sign flips of ${seeds} pairs cannot reach p .05; six can.` : '';
  return [`By the spread seen, about ${range} would tell a difference of ${margin} apart.${few}`];
}

/** The net and where it stands: `batch norm, batchSize 5`. */
function sideName({ net, axes }: Side, differs: readonly string[]): string {
  const rest = Object.fromEntries(Object.entries(axes).filter(([key]) => !differs.includes(key)));
  const where = axesText(rest);
  return where === '' ? netName(net) : `${netName(net)} at ${where}`;
}

export const pText = (p: number | null | undefined): string =>
  p == null ? '-' : p < 0.001 ? '<.001' : fractionText(p);

const shortList = (items: readonly string[]): string =>
  items.length <= 3 ? items.join('; ') : `${items.slice(0, 3).join('; ')} and ${items.length - 3} more`;
