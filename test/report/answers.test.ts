/** The words of the answers follow from the records: made-up records change them. */
import { describe, expect, it } from 'vitest';
import type { Invariance } from '../../src/checks/invariances.ts';
import { answer1 } from '../../src/report/answers/question-1.ts';
import { answer2 } from '../../src/report/answers/question-2.ts';
import { answer3 } from '../../src/report/answers/question-3.ts';
import { answer4 } from '../../src/report/answers/question-4.ts';
import { accuracy, resultsOf } from './results.ts';

const seeds = [231, 232, 233];

describe('question 1', () => {
  const exact = (shifted: (loss: number) => number) =>
    answer1(
      {
        'question-1-exact': resultsOf(
          ...[1, 4].flatMap(factor =>
            seeds.map(seed => ({
              ...{
                seed,
                groups: ['exact'],
                axes: { normalization: 'batchnorm' as const, hiddenWeightFactor: factor },
              },
              losses: factor === 1 ? [2.3, 2.2] : [2.3, shifted(2.2)],
            })),
          ),
        ),
      },
      { data: 'CIFAR-10' },
    ).finding.join(' ');

  it('says that losses have the same bits, or how much they differ', () => {
    expect(exact(loss => loss)).toContain('same to the last bit for batch norm, weights times 4');
    expect(exact(loss => loss + 2 ** -51)).toContain('same to the last bit for no net');
  });
});

it('question 1 has a column for each weight scale, in three digits', () => {
  const results = resultsOf(
    ...[1e-4, 0.0123456].map(weightScale => ({ axes: { normEps: 1e-5, weightScale } })),
  );
  const { tables } = answer1({ 'question-1-epsilon': results }, { data: 'CIFAR-10' });
  expect(tables.map(({ figures }) => figures.map(({ head }) => head))).toContainEqual(['1e-4', '1.23e-2']);
});

describe('question 2', () => {
  const finding = (small: number, large: number) =>
    answer2(
      {
        'question-2': resultsOf(
          ...(['batchnorm', 'none'] as const).flatMap(normalization =>
            [5, 50].flatMap(batchSize =>
              seeds.map(seed => {
                const value = normalization === 'none' ? 0.5 : batchSize === 5 ? small : large;
                return { seed, axes: { normalization, batchSize }, accuracies: [accuracy(1, value, 0.3)] };
              }),
            ),
          ),
        ),
      },
      { 5: 0.45 },
    ).finding[0];

  it('says how accuracy changes with the batch size, and where it is ahead of the plain net', () => {
    expect(finding(0.4, 0.8)).toMatch(
      /rises from 0.400 .* behind the plain net by 0.100 .* ahead of the plain net by 0.300/,
    );
    expect(finding(0.8, 0.4)).toMatch(/falls from 0.800 .* ahead of the plain net .* behind the plain net/);
  });
});

describe('question 3', () => {
  const invariance = (...moved: number[]): Invariance => ({
    otherImages: moved[0]!,
    imageRescaled: moved[1]!,
    rowRescaled: moved[2]!,
    dataRecentred: moved[3]!,
  });
  const steps = { perImage: invariance(0, 0, 1, 1), meanImage: invariance(1, 1, 1, 0) };

  it('names the preprocessing with the same invariances', () => {
    const [first] = answer3({ batchnorm: invariance(1, 2, 1, 1e-15) }, steps).finding;
    expect(first).toContain('Batch norm is like 3');
    const [other] = answer3({ batchnorm: invariance(0, 0, 1, 1) }, steps).finding;
    expect(other).toContain('Batch norm is like 2');
  });
});

describe('question 4', () => {
  const finding = (narrow: number) =>
    answer4({
      'question-4-width': resultsOf(
        ...(['layernorm', 'none'] as const).flatMap(normalization =>
          [1, 64].flatMap(width =>
            seeds.map((seed, i) => {
              const value = (width === 64 ? 0.5 : normalization === 'none' ? 0.3 : narrow) + i / 1000;
              return {
                ...{ seed, axes: { normalization, hiddenDims: [width, width] } },
                accuracies: [accuracy(1, value + (normalization === 'none' ? i / 1e4 : 0), 0.3)],
              };
            }),
          ),
        ),
      ),
    }).finding[0];

  it('says where layer norm is behind, and where it fails', () => {
    expect(finding(0.1)).toMatch(/behind at 1, .* less than 60 % of its own best \(0.50\d\) at 1\./);
    expect(finding(0.45)).toMatch(/ahead of the plain net at 1, .* at none\./);
  });
});
