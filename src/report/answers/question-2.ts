/** Question 2: the batch size. */
import { trendSentences } from '../../analysis/finding-words.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { netsOf } from '../../analysis/nets.ts';
import { axisValues, type Result } from '../../analysis/results.ts';
import { normalizationName } from '../../analysis/words.ts';
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

const MEASURE = 'lastTrainAccuracy';

/** @param noise the measured noise of the batch mean (checks/invariances.ts), by batch size */
export function answer2(runs: Runs, noise: Readonly<Record<number, number>>): Answer {
  const [epochs, updates] = [runs['question-2'] ?? [], runs['question-2-updates'] ?? []];
  return {
    question: 'What does the batch size do to batch normalization, and why?',
    tables: [
      accuracies('Equal epochs: last training accuracy by batch size', epochs),
      accuracies('Equal updates: last training accuracy by batch size', updates),
      tableOf(
        'Why: the noise of the batch mean of a unit, in its standard deviations',
        ['batch size', 'measured', '1/sqrt(B)'],
        Object.entries(noise).map(([size, value]) => [
          size,
          sizeText(value),
          sizeText(1 / Math.sqrt(Number(size))),
        ]),
      ),
    ],
    why: [
      'Batch norm centres and scales each unit by the mean and variance of the minibatch. These are estimates: that of the mean is off by 1/sqrt(B) standard deviations of the unit, so small batches put noise into every layer. Layer norm uses the units of one image and has no such noise.',
      'With equal epochs a batch of 5 also makes ten times as many updates as one of 50; with equal updates it does not.',
    ],
    finding: [
      ...sentences('With equal epochs', epochs),
      ...sentences('With equal updates', updates),
      ...noiseSentence(noise),
    ],
  };
}

const sizesOf = (results: readonly Result[]) => axisValues(results, 'batchSize').map(Number);

const accuracies = (title: string, results: readonly Result[]) =>
  tableOf(
    title,
    ['net', ...sizesOf(results).map(String)],
    axisValues(results, 'normalization').map(normalization => [
      normalizationName(normalization!),
      ...sizesOf(results).map(batchSize =>
        cellText(cellsWith(results, { normalization, batchSize })[0], MEASURE),
      ),
    ]),
    ['± is half the 95 % t interval over the seeds.'],
  );

/** Each net against the plain one by batch size, and how it changes along the sizes. */
function sentences(start: string, results: readonly Result[]): string[] {
  const comparison = againstPlain(results, MEASURE, ['batchnorm', 'layernorm']);
  if (!comparison) return [];
  const byNet = groupBy(comparison.cells, ({ candidate }) => candidate.net.normalization!);
  const verdicts = [...byNet].map(
    ([net, cells]) =>
      `${normalizationName(net)} is ${verdictsText(comparison, cells, ({ candidate }) => String(candidate.axes.batchSize))}`,
  );
  return [
    `${start}, against the plain net in training accuracy at the end, by batch size: ${verdicts.join('; ')}.`,
    ...trendSentences(netsOf(results), MEASURE),
  ];
}

function noiseSentence(noise: Readonly<Record<number, number>>): string[] {
  const entries = Object.entries(noise);
  const ratios = entries.map(([size, value]) => value * Math.sqrt(Number(size)));
  if (ratios.length === 0) return [];
  const off = Math.max(...ratios.map(ratio => Math.abs(ratio - 1)));
  return [
    `Batch norm divides and shifts by estimates: a batch mean is off by ${entries.map(([size, value]) => `${value.toFixed(2)} standard deviations at ${size}`).join(', ')}, ${off < 0.1 ? `within ${(100 * off).toFixed(0)} % of 1/sqrt(B)` : `which differs from 1/sqrt(B) by ${(100 * off).toFixed(0)} %`}. Layer norm has no such noise.`,
  ];
}
