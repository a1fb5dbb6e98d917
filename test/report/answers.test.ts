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
                const figure = normalization === 'none' ? 0.5 : batchSize === 5 ? small : large;
                const value = figure + 0.003 * Math.sin(7 * seed + batchSize + 100 * figure);
                return { seed, axes: { normalization, batchSize }, accuracies: [accuracy(1, value, 0.3)] };
              }),
            ),
          ),
        ),
      },
      { 5: 0.45 },
    ).finding.join(' ');

  it('says how accuracy changes with the batch size, and where it beats the plain net', () => {
    expect(finding(0.4, 0.8)).toMatch(
      /batch norm is worse at 5, better at 50\. .* batch norm rises from \.398 .* to \.80/,
    );
    expect(finding(0.8, 0.4)).toMatch(
      /batch norm is better at 5, worse at 50\. .* batch norm falls from \.(80|79)/,
    );
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
            seeds.map(seed => {
              const figure = width === 64 ? 0.5 : normalization === 'none' ? 0.3 : narrow;
              const value = figure + 0.003 * Math.sin(7 * seed + width + 100 * figure);
              return {
                ...{ seed, axes: { normalization, hiddenDims: [width, width] } },
                accuracies: [accuracy(1, value + (normalization === 'none' ? 0.0001 * (seed % 3) : 0), 0.3)],
              };
            }),
          ),
        ),
      ),
    }).finding.join(' ');

  it('says where layer norm is behind, and where it fails', () => {
    expect(finding(0.1)).toMatch(
      /^Layer norm is worse than the plain net at width 1; .*is worse at 1, not told apart at 64\. .* below 60 % .* at 1\.$/,
    );
    expect(finding(0.45)).toMatch(
      /^Layer norm is nowhere found to be worse .*is better at 1, not told apart at 64\. .* at no value\.$/,
    );
  });
});
