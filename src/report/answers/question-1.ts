/** Question 1: the scale of the initial weights. */
import { estimate, isTie } from '../../analysis/cells.ts';
import { compareBy } from '../../analysis/comparison.ts';
import { findingOf } from '../../analysis/finding.ts';
import { diagnosedOf, gainOf, layerMean } from '../../analysis/layers.ts';
import { axisValues, type Result, shortText } from '../../analysis/results.ts';
import { listed, normalizationName } from '../../analysis/words.ts';
import type { Settings } from '../../config/schema.ts';
import { scaleOf } from '../../nn/initial-weights.ts';
import { sizeText } from '../text.ts';
import {
  type Answer,
  type Context,
  cellsWith,
  cellText,
  type Runs,
  tableOf,
  verdictsText,
} from './answer.ts';

export function answer1(runs: Runs, { data }: Context): Answer {
  const scales = runs['question-1'] ?? [];
  const epsilon = runs['question-1-epsilon'] ?? [];
  const exact = partedOf(runs['question-1-exact'] ?? []);
  return {
    question: 'How does batch normalization change what the scale of the initial weights does, and why?',
    tables: [reasons(scales), epsilonTable(epsilon), exactTable(exact)],
    why: [
      'A layer of the plain net multiplies the size of its signal by s sqrt(n/2), for weights of deviation s and n inputs (He et al. 2015): 1 at the critical scale sqrt(2/n). Over many layers, smaller weights make the signal vanish and larger ones make it explode.',
      'A normalization divides that factor away, so the net trains at any scale, until epsilon outweighs the variance (small weights) or each step becomes small beside the weights (large ones).',
    ],
    finding: [
      ...findingOf(scales, { data, stream: 'paired' }).sentences,
      ...criticalSentences(scales),
      ...epsilonSentences(scales, epsilon),
      ...exactSentences(exact),
    ],
  };
}

/** Signal, gradient and update of a middle layer at the first iteration, and the resulting accuracy. */
function reasons(results: readonly Result[]) {
  const rows = cellsWith(results, {}).map(cell => {
    const { settings } = cell.results[0]!.trial;
    const { normalization, weightScale, hiddenDims } = settings;
    const trials = diagnosedOf(cell);
    const middle = middleOf(settings);
    const at = (layer: number, name: Parameters<typeof layerMean>[3]) =>
      sizeText(layerMean(trials, 0, layer, name));
    return [
      `${normalizationName(normalization).replace('the ', '')} ${shortText(weightScale)}`,
      sizeText(gainOf(cell, middle)),
      at(hiddenDims.length, 'activationStd'),
      at(middle, 'updateRatio'),
      at(middle, 'epsilonShare'),
      cellText(cell, 'bestTrainAccuracy'),
    ];
  });
  return tableOf(
    'Why: the first iteration, by net and weight scale',
    ['net, scale', 'gain', 'signal', 'update', 'eps', 'train'],
    rows,
    [
      'gain: s sqrt(n/2), the factor of a layer; signal: standard deviation of the last hidden activations; update and eps (its share of var + eps) describe the middle layer; train: best training accuracy, ± half the 95 % t interval over the seeds.',
    ],
  );
}

/** The number of the middle layer, from 1. */
const middleOf = ({ hiddenDims }: Settings): number => Math.ceil((hiddenDims.length + 1) / 2);

function criticalSentences(results: readonly Result[]): string[] {
  const plain = cellsWith(results, { normalization: 'none' });
  const ranked = plain.flatMap(cell => {
    const { mean } = estimate(cell, 'bestTrainAccuracy');
    return cell.ranked && mean !== null ? [{ cell, mean }] : [];
  });
  if (ranked.length === 0) return [];
  const highest = ranked.reduce((most, { mean }) => Math.max(most, mean), 0);
  const best = ranked.filter(({ mean }) => isTie(mean, highest)).map(({ cell }) => cell);
  const { hiddenDims } = best[0]!.results[0]!.trial.settings;
  const critical = scaleOf('he', hiddenDims.at(-1)!);
  const places = listed(best.map(({ results: [first] }) => shortText(first!.trial.settings.weightScale)));
  const gains = listed(best.map(cell => sizeText(gainOf(cell, 2))));
  return [
    `The best training accuracy of the plain net is highest at ${places}, where each layer's gain is ${gains}; theory's critical scale, with gain 1, is sqrt(2/${hiddenDims.at(-1)}) = ${shortText(critical)}.`,
  ];
}

function epsilonTable(results: readonly Result[]) {
  const scales = axisValues(results, 'weightScale');
  const rows = axisValues(results, 'normEps').map(normEps => [
    shortText(normEps),
    ...scales.map(weightScale =>
      cellText(cellsWith(results, { normEps, weightScale })[0], 'bestTrainAccuracy'),
    ),
  ]);
  return tableOf(
    'Test: another epsilon, batch norm, best training accuracy by weight scale',
    ['normEps', ...scales.map(scale => shortText(scale))],
    rows,
  );
}

function epsilonSentences(scales: readonly Result[], epsilon: readonly Result[]): string[] {
  const weights = axisValues(scales, 'weightScale').map(Number);
  const smallest = Math.min(...weights);
  const [cell] = cellsWith(scales, { normalization: 'batchnorm', weightScale: smallest });
  const lines: string[] = [];
  if (cell) {
    const trials = diagnosedOf(cell);
    const middle = middleOf(cell.results[0]!.trial.settings);
    const share = layerMean(trials, 0, middle, 'epsilonShare');
    if (share !== null)
      lines.push(
        `At ${shortText(smallest)} epsilon is ${(100 * share).toFixed(1)} % of var + eps in layer ${middle}: ${
          share > 0.5
            ? `batch norm is practically off when training starts, and the first steps correct that (the update is ${sizeText(layerMean(trials, 0, middle, 'updateRatio'))} times the weights).`
            : 'it hardly matters.'
        }`,
      );
  }
  const least = Math.min(...axisValues(epsilon, 'weightScale').map(Number));
  const smallestWeights = epsilon.filter(({ trial }) => trial.settings.weightScale === least);
  const values = axisValues(smallestWeights, 'normEps');
  if (values.length < 2 || !values.includes(USUAL_EPS)) return lines;
  const comparison = compareBy(smallestWeights, {
    ...{ by: 'normEps', baseline: { normEps: USUAL_EPS } },
    ...{ measure: 'bestTrainAccuracy', stream: 'paired' },
  });
  const verdicts = verdictsText(comparison, comparison.cells, ({ candidate }) =>
    shortText(candidate.net.normEps!),
  );
  lines.push(
    `Against an epsilon of ${shortText(USUAL_EPS)} with the weights at ${shortText(least)}, the best training accuracy is ${verdicts}.`,
  );
  return lines;
}

const USUAL_EPS = 1e-5;

interface Parted {
  readonly name: string;
  /** The largest relative difference at the first iteration, and over all; 0 if all losses have the same bits. */
  readonly first: number;
  readonly largest: number;
}

function partedOf(results: readonly Result[]): Parted[] {
  const groups = [...new Set(results.flatMap(({ trial }) => trial.groups))];
  return groups.flatMap(group =>
    ['batchnorm', 'layernorm'].flatMap(normalization => {
      const own = results.filter(
        ({ trial }) => trial.groups.includes(group) && trial.settings.normalization === normalization,
      );
      return axisValues(own, 'hiddenWeightFactor')
        .filter(factor => factor !== 1)
        .flatMap((factor): Parted[] => {
          const pairs = own
            .filter(({ trial }) => trial.settings.hiddenWeightFactor === factor)
            .flatMap(result => {
              const base = own.find(
                ({ trial }) => trial.seed === result.trial.seed && trial.settings.hiddenWeightFactor === 1,
              );
              return base ? [[result.record().losses, base.record().losses] as const] : [];
            });
          if (pairs.length === 0) return [];
          const differences = pairs.map(([a, b]) => [
            ...a.slice(0, b.length).map((loss, i) => Math.abs(loss - b[i]!) / b[i]!),
            // One of the two diverged before the other.
            ...(a.length === b.length ? [] : [Number.POSITIVE_INFINITY]),
          ]);
          const { normEps } = own[0]!.trial.settings;
          return [
            {
              name: `${normalizationName(normalization)}, weights times ${factor}, eps ${shortText(normEps)}`,
              first: Math.max(0, ...differences.map(all => all[0] ?? 0)),
              largest: Math.max(0, ...differences.flat()),
            },
          ];
        });
    }),
  );
}

const exactTable = (parted: readonly Parted[]) =>
  tableOf(
    'Exact test: hidden weights times c, their learning rate times c squared (sgd, reg 0)',
    ['net', 'first loss', 'all losses'],
    parted.map(({ name, first, largest }) => [name, partText(first), partText(largest)]),
    ['Largest relative difference of the losses from those with c = 1, over all seeds.'],
  );

const partText = (value: number) =>
  value === 0 ? 'same bits' : Number.isFinite(value) ? sizeText(value) : 'one diverged';

const exactSentences = (parted: readonly Parted[]): string[] => {
  if (parted.length === 0) return [];
  const same = parted.filter(({ largest }) => largest === 0);
  const rest = parted.filter(({ largest }) => largest > 0);
  return [
    `Exact test: every loss is the same to the last bit for ${same.length > 0 ? same.map(({ name }) => name).join('; ') : 'no net'}.`,
    ...(rest.length > 0
      ? [
          `The first losses differ by ${rest.map(({ name, first }) => `${first === 0 ? '0' : partText(first)} (${name})`).join('; ')}.`,
        ]
      : []),
  ];
};
