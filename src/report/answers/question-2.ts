/** Question 2: the batch size. */
import { estimate } from '../../analysis/cells.ts';
import { axisValues, type Result } from '../../analysis/results.ts';
import { normalizationName } from '../../analysis/words.ts';
import type { Normalization } from '../../config/schema.ts';
import { sizeText } from '../text.ts';
import { type Answer, cellsWith, estimateText, type Runs, tableOf } from './answer.ts';

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
        estimateText(cellsWith(results, { normalization, batchSize })[0], 'lastTrainAccuracy'),
      ),
    ]),
    ['± is half the 95 % t interval over the seeds.'],
  );

/** Mean accuracies no further apart count as the same. */
const CLOSE = 0.02;

function sentences(start: string, results: readonly Result[]): string[] {
  const sizes = sizesOf(results).sort((a, b) => a - b);
  const mean = (normalization: Normalization, batchSize: number) => {
    const [cell] = cellsWith(results, { normalization, batchSize });
    return cell ? estimate(cell, 'lastTrainAccuracy').mean : null;
  };
  return (['batchnorm', 'layernorm'] as const).flatMap(name => {
    const leads = sizes.flatMap(size => {
      const [own, plain] = [mean(name, size), mean('none', size)];
      return own === null || plain === null ? [] : [{ size, own, lead: own - plain }];
    });
    const [first, last] = [leads[0], leads.at(-1)];
    if (!first || !last) return [];
    const trend =
      last.own > first.own + CLOSE ? 'rises' : last.own < first.own - CLOSE ? 'falls' : 'hardly changes';
    const against = ({ size, lead }: typeof first) => {
      const place =
        Math.abs(lead) <= CLOSE
          ? 'as good as the plain net, to'
          : `${lead > 0 ? 'ahead of' : 'behind'} the plain net by`;
      return `${place} ${Math.abs(lead).toFixed(3)} at batch size ${size}`;
    };
    return [
      `${start}, ${normalizationName(name)}'s training accuracy ${trend} from ${first.own.toFixed(3)} at batch size ${first.size} to ${last.own.toFixed(3)} at ${last.size}; it is ${against(first)} and ${against(last)}.`,
    ];
  });
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
