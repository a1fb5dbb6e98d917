/** Question 4: when layer normalization works badly. */
import { type Cell, estimate, isTie } from '../../analysis/cells.ts';
import type { ComparedCell } from '../../analysis/compared-cell.ts';
import { diagnosedOf, layerMean } from '../../analysis/layers.ts';
import type { Outcome } from '../../analysis/outcomes.ts';
import { axisValues, type Result } from '../../analysis/results.ts';
import { fractionText, listed } from '../../analysis/words.ts';
import { sameValue } from '../../config/same-value.ts';
import type { Normalization, SettingValue } from '../../config/schema.ts';
import { sizeText } from '../text.ts';
import {
  type Answer,
  againstPlain,
  cellsWith,
  cellText,
  type Runs,
  tableOf,
  verdictsText,
} from './answer.ts';

const AXES = [
  {
    run: 'question-4-width',
    key: 'hiddenDims',
    what: 'width',
    text: (v: SettingValue) => String([v].flat()[0]),
  },
  {
    run: 'question-4-depth',
    key: 'hiddenDims',
    what: 'depth',
    text: (v: SettingValue) => String([v].flat().length),
  },
  { run: 'question-4-reg', key: 'reg', what: 'reg', text: String },
] as const;
type AxisRow = (typeof AXES)[number];

export function answer4(runs: Runs): Answer {
  return {
    question: 'When does layer normalization work badly?',
    why: [
      'Layer norm learns its mean and variance from the units of one layer. Over one unit the result is always beta, over two only a sign is left; the fewer units, the less of the signal survives.',
      'Strong regularization shrinks the weights, and layer norm cancels their size: the net then depends on its gains alone.',
    ],
    tables: AXES.map(axis => axisTable(axis, runs[axis.run] ?? [])),
    finding: [
      ...shortSentence(runs),
      ...AXES.flatMap(axis => axisSentences(axis, runs[axis.run] ?? [])),
      ...growthSentences(runs['question-4-depth'] ?? []),
    ],
  };
}

const MEASURE = 'bestTrainAccuracy';

type CellByNet = (normalization: Normalization) => Cell | undefined;

/** The cells with one value of an axis. */
const cellsAt =
  (results: readonly Result[], key: string, value: SettingValue): CellByNet =>
  normalization =>
    cellsWith(results, { normalization, [key]: value })[0];

/** Where layer norm does not learn or blows up, and where it is behind the plain net. */
function shortSentence(runs: Runs): string[] {
  const found = AXES.flatMap(({ run, what, text }) => {
    const comparison = againstPlain(runs[run] ?? [], MEASURE, ['layernorm']);
    const at = (is: (cell: ComparedCell) => boolean) =>
      listed((comparison?.cells ?? []).filter(is).map(({ candidate }) => text(candidate.axes[keyOf(run)]!)));
    const ended = (outcome: Outcome) =>
      at(({ obstacle }) => obstacle?.kind === 'outcome' && obstacle.candidate === outcome);
    const places = [
      ['does not learn', ended('at chance')],
      ['blows up', ended('blows up')],
      ['is worse than the plain net', at(({ verdict }) => verdict === 'worse')],
    ] as const;
    return places.flatMap(([verb, values]) => (values === '' ? [] : [`${verb} at ${what} ${values}`]));
  });
  const tried = AXES.filter(({ run }) => (runs[run] ?? []).length > 0).map(({ what }) => what);
  if (tried.length === 0) return [];
  const where = found.length > 0 ? listed(found) : 'is nowhere found to be worse than the plain net';
  return [`Layer norm ${where}; tried: ${listed(tried)}.`];
}

const keyOf = (run: string): string => AXES.find(axis => axis.run === run)!.key;

function axisTable({ key, what, text }: AxisRow, results: readonly Result[]) {
  const compared = againstPlain(results, MEASURE, ['layernorm'])?.cells ?? [];
  const rows = axisValues(results, key).map(value => {
    const cell = cellsAt(results, key, value);
    const pairs = compared.find(({ candidate }) => sameValue(candidate.axes[key]!, value))?.pairs;
    const { mean = null, low = null, high = null } = pairs?.difference ?? {};
    const ends = low === null || high === null ? '' : ` ${fractionText(low)} to ${fractionText(high)}`;
    return [
      text(value),
      cellText(cell('layernorm'), MEASURE),
      cellText(cell('none'), MEASURE),
      mean === null ? '-' : `${fractionText(mean)},${ends}`,
      sizeText(growth(cell('layernorm'))),
      sizeText(growth(cell('none'))),
    ];
  });
  return tableOf(
    `Best training accuracy by ${what}, and the growth of the gradient per layer`,
    [what, 'layer norm', 'plain', 'difference', 'LN', 'plain'],
    rows,
    [
      "difference: layer norm minus the plain net, seed by seed, with the 95 % t interval of that row alone; LN and the last column: factor by which the preactivations' gradient grows from a layer to the one below it, at the first iteration (geometric mean).",
    ],
  );
}

/** The factor by which the gradient of the preactivations grows from a hidden layer to the one below it. */
function growth(cell: Cell | undefined): number | null {
  const depth = cell?.results[0]?.trial.settings.hiddenDims.length ?? 0;
  if (!cell || depth < 3) return null;
  const trials = diagnosedOf(cell);
  const at = (layer: number) => layerMean(trials, 0, layer, 'preactivationGradientNorm');
  // Layer 1 sees pixels, which have a different size, so its divisor differs too.
  const [bottom, top] = [at(2), at(depth)];
  return bottom === null || top === null || top === 0 ? null : (bottom / top) ** (1 / (depth - 2));
}

function axisSentences({ key, what, text }: AxisRow, results: readonly Result[]): string[] {
  const comparison = againstPlain(results, MEASURE, ['layernorm']);
  if (!comparison || comparison.cells.length === 0) return [];
  const values = axisValues(results, key);
  const verdicts = verdictsText(comparison, comparison.cells, ({ candidate }) => text(candidate.axes[key]!));
  const means = values.flatMap(value => {
    const cell = cellsAt(results, key, value)('layernorm');
    const { mean } = cell ? estimate(cell, MEASURE) : { mean: null };
    return mean === null ? [] : [{ value, mean }];
  });
  const top = Math.max(...means.map(({ mean }) => mean));
  const failing = means
    .filter(({ mean }) => mean < 0.6 * top && !isTie(mean, 0.6 * top))
    .map(({ value }) => text(value));
  if (means.length === 0) return [];
  return [
    `By ${what}, layer norm against the plain net in best training accuracy is ${verdicts}. Its mean is below 60 % of its highest (${fractionText(top)}) at ${listed(failing) || 'no value'}.`,
  ];
}

function growthSentences(results: readonly Result[]): string[] {
  const depths = axisValues(results, 'hiddenDims');
  const deepest = depths.reduce<SettingValue | undefined>(
    (most, value) => (most === undefined || [value].flat().length > [most].flat().length ? value : most),
    undefined,
  );
  if (deepest === undefined) return [];
  const cell = cellsAt(results, 'hiddenDims', deepest);
  const [layer, batch, plain] = [growth(cell('layernorm')), growth(cell('batchnorm')), growth(cell('none'))];
  const small = layer !== null && Math.abs(layer - 1) < 0.1;
  return [
    `With ${[deepest].flat().length} hidden layers the gradient grows by ${sizeText(layer)} a layer with layer norm, ${sizeText(batch)} with batch norm and ${sizeText(plain)} without: ${small ? "depth alone does not make layer norm's gradient explode" : "depth changes the size of layer norm's gradient"}.`,
  ];
}
