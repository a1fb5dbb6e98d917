import { describe, expect, it } from 'vitest';
import { type FindingContext, findingOf } from '../../src/analysis/finding.ts';
import { type Given, recorded, resultsOf } from './trials.ts';

const context: FindingContext = { data: 'CIFAR-10', stream: 'notebook' };
const findingFrom = (given: readonly Given[], more: Partial<FindingContext> = {}) =>
  findingOf(resultsOf(...given), { ...context, ...more });
const textOf = (given: readonly Given[], more: Partial<FindingContext> = {}) =>
  findingFrom(given, more).sentences.join('\n');

/** Figures that differ a little from seed to seed. */
const replicated = (given: readonly Given[], seeds: number): Given[] =>
  Array.from({ length: seeds }, (_, seed) =>
    given.map((one, i) => ({
      ...one,
      seed: 231 + seed,
      bestValAccuracy: one.bestValAccuracy! + 0.004 * Math.sin(7 * i + 3 * seed),
      lastTrainAccuracy: one.lastTrainAccuracy! + 0.004 * Math.sin(5 * i + 2 * seed),
    })),
  ).flat();

const scales = [1e-3, 1e-2, 1e-1, 1];
const sweep = (figures: (net: 'batchnorm' | 'none', scale: number) => Given): Given[] =>
  scales.flatMap(weightScale =>
    (['batchnorm', 'none'] as const).map(normalization => ({
      axes: { weightScale, normalization },
      ...figures(normalization, weightScale),
    })),
  );
const atChance = { bestValAccuracy: 0.11, finalTrainLoss: 2.31, lastEpochTrainLoss: 2.3 };

/** Two lines of a terminal, and six sentences. */
function expectShort(sentences: readonly string[]): void {
  expect(sentences.length).toBeGreaterThan(0);
  expect(sentences.length).toBeLessThanOrEqual(6);
  for (const sentence of sentences) {
    expect(sentence.length, sentence).toBeLessThanOrEqual(160);
    expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
    expect(sentence).not.toMatch(/undefined|NaN|null|Infinity|\[object/);
  }
}

/**
 * The published answer: with batch norm training is far less sensitive to the weight scale. The plain net does not learn
 * below about 5e-3 and blows up above about 0.2; batch norm learns over the whole range and degrades at both ends.
 */
describe('weight scale on CIFAR-10', () => {
  const { sentences, nets, axis } = findingFrom(recorded('weight-scale'));
  const [batchnorm, none] = nets;

  it('the data agree with the published answer', () => {
    expect(axis).toBe('weightScale');
    expect(batchnorm).toMatchObject({ name: 'batch norm', learnsTo: 1 });
    expect(batchnorm!.learnsFrom).toBeCloseTo(1e-4, 12);
    expect(none!.learnsFrom).toBeGreaterThan(4e-3);
    expect(none!.learnsFrom).toBeLessThan(6e-3);
    const blowsUp = none!.cells.filter(({ outcome }) => outcome === 'blows up').map(({ at }) => at!);
    expect(Math.min(...blowsUp)).toBeGreaterThan(0.2);
    expect(Math.min(...blowsUp)).toBeLessThan(0.3);
    expect(Math.max(...blowsUp)).toBe(1);
  });

  it('the first sentence is the answer', () => {
    expect(sentences[0]).toBe(
      'Batch norm learns at all 20 values of weightScale from 1e-4 to 1; the plain net only from 4.83e-3 to 0.144 (and at 1.13e-3).',
    );
  });

  it('says why, which cell is best, and what one seed cannot tell', () => {
    const text = sentences.join('\n');
    expect(text).toMatch(
      /plain net does not learn .* blows up at all 4 values above \(first loss 3\.11e3 to 5\.24e8\)/,
    );
    expect(text).toContain('.312 at 1.27e-2 and .304 at 5.46e-2 on validation images');
    expect(text).toContain('weakens towards both ends: .235 at 1e-4 and .151 at 1');
    expect(text).toMatch(/One seed cannot tell/);
    expectShort(sentences);
  });

  it('six seeds give the same answer, now with an interval and its correction', () => {
    const { sentences, nets } = findingFrom(recorded('weight-scale', 6));
    const text = sentences.join('\n');
    expect(sentences[0]).toBe(
      'Batch norm learns at all 20 values of weightScale from 1e-4 to 1; the plain net from 4.83e-3 to 0.144, undecided at 3.',
    );
    expect(nets[1]!.cells.filter(({ outcome }) => outcome === 'blows up').map(({ at }) => at! > 0.2)).toEqual(
      [true, true, true, true],
    );
    expect(text).toContain('better at 18 and not told apart at 2. Corrected for 20 cells, 16 differ');
    expect(text).toMatch(/Over 6 seeds .* Pairs share a seed but not draws/);
    expect(text).not.toContain('One seed');
    expectShort(sentences);
  });

  it('two seeds leave much undecided, and no word says otherwise', () => {
    const { sentences } = findingFrom(recorded('weight-scale', 2));
    expect(sentences[0]).toMatch(
      /^Batch norm learns .*, undecided at 5; the plain net .*, undecided at 4\.$/,
    );
    expect(sentences[0]).not.toContain('only');
    expectShort(sentences);
  });
});

describe('batch size on CIFAR-10', () => {
  const { sentences } = findingFrom(recorded('batch-size'));

  it('larger batches train better with batch norm, which at 5 is no better than the plain net', () => {
    const text = sentences.join('\n');
    expect(sentences[0]).toMatch(/From batchSize 5 to 50 .* rises: batch norm \.442 to \.859/);
    expect(text).toContain('At batchSize 5 batch norm ends below the plain net: .442 against .648');
    expect(text).toContain('At batchSize 5 layer norm ends above the plain net');
    expect(text).toMatch(/Validation accuracy .* varies much less/);
    expectShort(sentences);
    expectShort(findingFrom(replicated(recorded('batch-size'), 3)).sentences);
  });

  it('says the opposite of opposite figures', () => {
    const best: Record<string, number> = { 5: 0.9, 10: 0.7, 50: 0.5 };
    const given = recorded('batch-size').map(one =>
      one.axes!.normalization === 'batchnorm'
        ? { ...one, lastTrainAccuracy: best[String(one.axes!.batchSize)]! }
        : one,
    );
    const text = textOf(given);
    expect(text).toContain('batch norm falls, .900 to .500');
    expect(text).toMatch(/batch norm ends above the plain net in one way and below in the other/);
  });
});

describe('the deep net on CIFAR-10', () => {
  it('batch norm trains faster; the validation accuracies end together', () => {
    const { sentences } = findingFrom(recorded('deep-net'));
    expect(sentences[0]).toMatch(
      /^Batch norm trains faster: .* \(\.701\) after epoch 8 of 10 and ends at \.791/,
    );
    expect(sentences.join('\n')).toContain('too close for 1,000 images to tell apart');
    expectShort(sentences);
    expectShort(findingFrom(replicated(recorded('deep-net'), 6)).sentences);
  });

  it('names the plain net if it is the faster one', () => {
    const swapped = recorded('deep-net').map(one => ({
      ...one,
      axes: {
        normalization: one.axes!.normalization === 'none' ? ('batchnorm' as const) : ('none' as const),
      },
    }));
    expect(findingFrom(swapped).sentences[0]).toMatch(/^The plain net trains faster/);
  });

  it('does not call one faster where they train alike', () => {
    const alike = recorded('deep-net').map(one => ({ ...one, lastTrainAccuracy: 0.7 }));
    expect(findingFrom(alike).sentences[0]).toMatch(/about equally well/);
  });

  it('tells a net that blows up from one that learns', () => {
    const given = recorded('deep-net').map(one =>
      one.axes!.normalization === 'none' ? { axes: one.axes!, status: 'diverged' as const } : one,
    );
    expect(findingFrom(given).sentences[0]).toBe(
      'Batch norm learns (best validation accuracy .329); the plain net blows up (its loss is no longer finite).',
    );
  });
});

describe('made-up records', () => {
  it('the plain net learns more widely', () => {
    const { sentences } = findingFrom(
      sweep((net, scale) => (net === 'batchnorm' && scale !== 0.1 ? atChance : {})),
    );
    expect(sentences[0]).toBe(
      'The plain net learns at all 4 values of weightScale from 1e-3 to 1; batch norm only at 0.1.',
    );
    expectShort(sentences);
  });

  it('nobody learns', () => {
    const { sentences, nets } = findingFrom(sweep(() => atChance));
    expect(sentences[0]).toBe('No net learns at any weightScale from 1e-3 to 1.');
    expect(sentences.join('\n')).toContain('The plain net does not learn at all 4 values');
    expect(sentences.join('\n')).not.toMatch(/[Bb]est|blows up/);
    expect(nets.map(({ learnsFrom }) => learnsFrom)).toEqual([null, null]);
    expectShort(sentences);
  });

  it('everything diverges', () => {
    const { sentences } = findingFrom(sweep(() => ({ status: 'diverged', initialLoss: 1e9 })));
    expect(sentences[0]).toBe('No net learns at any weightScale from 1e-3 to 1.');
    expect(sentences.join('\n')).toContain('Batch norm blows up at all 4 values (first loss 1.00e9)');
    expect(sentences.join('\n')).not.toMatch(/[Bb]est|chance/);
    expectShort(sentences);
  });

  it('trials that failed are counted, and never taken for nets that do not learn', () => {
    const { sentences, counts } = findingFrom(sweep((_, scale) => (scale === 1 ? { status: 'failed' } : {})));
    expect(counts.failed).toBe(2);
    expect(sentences.join('\n')).toContain('failed to run at 1');
    expect(sentences.join('\n')).toContain('2 trials failed and are left out.');
    expect(sentences.join('\n')).not.toMatch(/does not learn|blows up/);
    expectShort(sentences);
  });

  it('a spread across chance is undecided', () => {
    const given = [0.1, 0.3].flatMap((bestValAccuracy, seed) =>
      sweep(net => ({ seed, ...(net === 'none' && { bestValAccuracy }) })),
    );
    const { sentences } = findingFrom(given);
    expect(sentences[0]).toBe(
      'Batch norm learns at all 4 values of weightScale from 1e-3 to 1; the plain net undecided at 4 of 4.',
    );
    expectShort(sentences);
  });

  it('one net that blows up in one of three seeds blows up', () => {
    const given = [0, 1, 2].flatMap(seed =>
      sweep((net, scale) => ({
        seed,
        ...(net === 'none' && scale === 1 && seed === 2 && { lastEpochTrainLoss: 1e4 }),
      })),
    );
    const { nets, sentences } = findingFrom(given);
    expect(nets[1]!.cells.at(-1)).toMatchObject({ outcome: 'blows up', blownUp: 1 });
    expect(sentences[0]).toContain('the plain net up to 0.1.');
  });

  it('a range that begins or ends with the grid is named by its other end', () => {
    const dull = { bestValAccuracy: 0.1 };
    const low = findingFrom(sweep((net, scale) => (net === 'none' && scale < 1e-2 ? dull : {})));
    expect(low.sentences[0]).toContain('the plain net from 1e-2 up.');
    const both = findingFrom(
      sweep((net, scale) => (net === 'none' && (scale < 1e-2 || scale === 1) ? dull : {})),
    );
    expect(both.sentences[0]).toContain('the plain net only from 1e-2 to 0.1.');
  });

  it('relabelling the nets relabels the sentences', () => {
    const other = { batchnorm: 'none', none: 'batchnorm' } as const;
    const figures = (net: string, scale: number): Given =>
      net === 'none' && scale < 0.1 ? atChance : { bestValAccuracy: scale > 0.5 ? 0.2 : 0.3 };
    const [first, second] = [
      findingFrom(sweep(figures)).sentences[0]!,
      findingFrom(sweep((net, scale) => figures(other[net as 'none'], scale))).sentences[0]!,
    ];
    const swap = (text: string) =>
      text
        .replace(/batch norm|the plain net/gi, name => (/batch/i.test(name) ? 'the plain net' : 'batch norm'))
        .toLowerCase();
    expect(second.toLowerCase()).toBe(swap(first));
  });

  it('one net alone', () => {
    const { sentences } = findingFrom([{ bestValAccuracy: 0.33 }]);
    expect(sentences[0]).toBe('The net learns (best validation accuracy .330).');
    expectShort(sentences);
  });

  it('many nets are summed up', () => {
    const given = [1e-3, 1e-2].flatMap(learningRate =>
      [5, 10, 50].flatMap(batchSize =>
        (['sgd', 'adam', 'rmsprop'] as const).map(updateRule => ({
          axes: { learningRate, batchSize, updateRule },
          ...(updateRule === 'sgd' ? atChance : { bestValAccuracy: 0.3 + learningRate }),
        })),
      ),
    );
    const { sentences } = findingFrom(given);
    expect(sentences[0]).toBe('Of 18 cells 6 do not learn and 12 learn.');
    expect(sentences[1]).toContain('.310 with learningRate 1e-2, batchSize 5, updateRule adam');
    expectShort(sentences);
  });

  it('no trial at all', () => {
    expect(findingFrom([]).sentences).toEqual(['No trial has run.']);
  });

  it('synthetic images are named', () => {
    const { sentences } = findingFrom(recorded('weight-scale'), { data: 'synthetic data' });
    expect(sentences.at(-1)).toBe('The images are synthetic: this says nothing about CIFAR-10.');
    expectShort(sentences);
  });
});

it('a finding loses nothing on its way through JSON', () => {
  const finding = findingFrom(recorded('weight-scale'));
  expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
});
