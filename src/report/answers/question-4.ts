/** Question 4: when layer normalization works badly. */
import { type Cell, estimate } from '../../analysis/cells.ts';
import { diagnosedOf, layerMean } from '../../analysis/layers.ts';
import { axisValues, type Result } from '../../analysis/results.ts';
import type { Normalization, SettingValue } from '../../config/schema.ts';
import { sizeText } from '../text.ts';
import { type Answer, cellsWith, differenceOf, estimateText, type Runs, tableOf } from './answer.ts';

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
    tables: AXES.map(axis => axisTable(axis, runs[axis.run] ?? [])),
    finding: [
      ...AXES.flatMap(axis => axisSentences(axis, runs[axis.run] ?? [])),
      ...growthSentences(runs['question-4-depth'] ?? []),
    ],
  };
}

/** Best training accuracy of layer norm minus that of the plain net, seed by seed. */
const againstPlain = (cell: CellByNet) => differenceOf(cell('layernorm'), cell('none'));

type CellByNet = (normalization: Normalization) => Cell | undefined;

/** The cells with one value of an axis. */
const cellsAt =
  (results: readonly Result[], key: string, value: SettingValue): CellByNet =>
  normalization =>
    cellsWith(results, { normalization, [key]: value })[0];

function axisTable({ key, what, text }: AxisRow, results: readonly Result[]) {
  const rows = axisValues(results, key).map(value => {
    const cell = cellsAt(results, key, value);
    const { mean, low, high } = againstPlain(cell);
    const ends = low === null || high === null ? '' : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
    return [
      text(value),
      estimateText(cell('layernorm'), 'bestTrainAccuracy'),
      estimateText(cell('none'), 'bestTrainAccuracy'),
      Number.isFinite(mean) ? `${mean.toFixed(3)}${ends}` : '-',
      sizeText(growth(cell('layernorm'))),
      sizeText(growth(cell('none'))),
    ];
  });
  return tableOf(
    `Best training accuracy by ${what}, and the growth of the gradient per layer`,
    [what, 'layer norm', 'plain', 'difference', 'growth LN', 'growth plain'],
    rows,
    [
      "difference: layer norm minus the plain net, seed by seed, with the 95 % t interval; growth: factor by which the preactivations' gradient grows from a layer to the one below it, at the first iteration (geometric mean).",
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
  const values = axisValues(results, key);
  if (values.length === 0) return [];
  const judged = values.map(value => ({ value, ...againstPlain(cellsAt(results, key, value)) }));
  const worse = judged.filter(({ high, mean }) => (high ?? mean) < 0).map(({ value }) => text(value));
  const better = judged.filter(({ low, mean }) => (low ?? mean) > 0).map(({ value }) => text(value));
  const best = (value: SettingValue) => {
    const cell = cellsAt(results, key, value)('layernorm');
    return cell ? (estimate(cell, 'bestTrainAccuracy').mean ?? 0) : 0;
  };
  const top = Math.max(...values.map(best));
  const failing = values.filter(value => best(value) < 0.6 * top).map(text);
  return [
    `By ${what}: layer norm is ahead of the plain net at ${better.join(', ') || 'none'}, behind at ${worse.join(', ') || 'none'}, and not told apart at the rest; it reaches less than 60 % of its own best (${top.toFixed(3)}) at ${failing.join(', ') || 'none'}.`,
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
