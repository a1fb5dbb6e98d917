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

/** A finding's sentences are whole, and name no value that is none. */
function expectPlain(sentences: readonly string[]): void {
  expect(sentences.length).toBeGreaterThan(0);
  for (const sentence of sentences) {
    expect(sentence.length, sentence).toBeLessThanOrEqual(400);
    expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
    expect(sentence).not.toMatch(/undefined|NaN|null|Infinity|\[object|-\.000/);
  }
}

/** What only replicates can tell. */
const VERDICTS = /better|worse|rises|falls|faster|told apart|higher at|lower at|differ\b/;

it('holds stretches of neighbouring cells instead of a figure for each of them', () => {
  const given = Array.from({ length: 2000 }, (_, i) => ({
    axes: { weightScale: (i + 1) / 1000 },
    bestValAccuracy: i < 500 || i >= 1500 ? 0.1 : 0.4,
  }));
  const finding = findingFrom(given);
  expect(finding.nets[0]!.outcomes).toEqual([
    { outcome: 'at chance', from: 0.001, to: 0.5, cells: 500 },
    { outcome: 'learns', from: 0.501, to: 1.5, cells: 1000 },
    { outcome: 'at chance', from: 1.501, to: 2, cells: 500 },
  ]);
  expect(JSON.stringify(finding, null, 2).length).toBeLessThan(3000);
});

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
    const { from, to } = none!.outcomes.find(({ outcome }) => outcome === 'blows up')!;
    expect(from).toBeGreaterThan(0.2);
    expect(from).toBeLessThan(0.3);
    expect(to).toBe(1);
  });

  it('the first sentence is the answer', () => {
    expect(sentences[0]).toBe(
      'Batch norm learns at all 20 values of weightScale from 1e-4 to 1; the plain net learns only from 4.83e-3 to 0.144 (and at 1.13e-3).',
    );
  });

  it('says why, which cell is best, and gives no verdict of one seed', () => {
    const text = sentences.join('\n');
    expect(text).toMatch(
      /plain net does not learn .* blows up at all 4 values above \(first loss 3\.11e3 to 5\.24e8\)/,
    );
    expect(text).toContain('.312 at 1.27e-2 and .304 at 5.46e-2 on validation images');
    expect(text).not.toMatch(VERDICTS);
    expectPlain(sentences);
  });

  it('six seeds give the same answer, now with verdicts and what they are corrected for', () => {
    const { sentences, nets } = findingFrom(recorded('weight-scale', 6));
    const text = sentences.join('\n');
    expect(sentences[0]).toMatch(
      /^Batch norm learns at all 20 values of weightScale from 1e-4 to 1; the plain net learns from 4\.83e-3 to 0\.144, undecided at/,
    );
    const { outcome, from, to, cells } = nets[1]!.outcomes.at(-1)!;
    expect({ outcome, to, cells }).toEqual({ outcome: 'blows up', to: 1, cells: 4 });
    expect(from).toBeGreaterThan(0.2);
    const [, better, apart, not] = /better at (\d+), not told apart at (\d+), not compared at (\d+)/
      .exec(text)!
      .map(Number);
    expect(better! + apart! + not!).toBe(20);
    expect(text).toContain(`corrected for ${better! + apart!} comparisons`);
    expect(text).toMatch(/Over 6 seeds .* Pairs share a seed but not draws/);
    expect(text).not.toContain('One seed');
    expectPlain(sentences);
  });

  it('two seeds leave much undecided, and no word says otherwise', () => {
    const { sentences } = findingFrom(recorded('weight-scale', 2));
    expect(sentences[0]).toMatch(
      /^Batch norm learns .*, undecided at \d+ values; the plain net .*, undecided at \d+ values\.$/,
    );
    expect(sentences[0]).not.toContain('only');
    expectPlain(sentences);
  });
});

describe('batch size on CIFAR-10', () => {
  it('one seed: figures at both ends, and no verdict', () => {
    const { sentences } = findingFrom(recorded('batch-size'));
    expect(sentences[0]).toBe('Every net learns at every value of batchSize.');
    expect(sentences[1]).toBe(
      'Training accuracy at the end by batchSize: the plain net .648 at 5; batch norm .442 at 5, .859 at 50; layer norm .735 at 5, .827 at 50.',
    );
    expect(sentences.join('\n')).not.toMatch(VERDICTS);
    expectPlain(sentences);
  });
});

describe('the deep net on CIFAR-10', () => {
  it('one seed: how both end, and no verdict', () => {
    const { sentences } = findingFrom(recorded('deep-net'));
    expect(sentences[0]).toBe('Training accuracy at the end: batch norm .791 and the plain net .701.');
    expect(sentences.join('\n')).not.toMatch(VERDICTS);
    expectPlain(sentences);
  });

  it('several seeds: the verdict first', () => {
    const { sentences } = findingFrom(replicated(recorded('deep-net'), 6));
    expect(sentences[0]).toMatch(
      /^Best validation accuracy of batch norm .* p .*: (better|not told apart)\.$/,
    );
    expectPlain(sentences);
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

describe('outcomes', () => {
  it('the plain net learns more widely', () => {
    const { sentences } = findingFrom(
      sweep((net, scale) => (net === 'batchnorm' && scale !== 0.1 ? atChance : {})),
    );
    expect(sentences[0]).toBe(
      'The plain net learns at all 4 values of weightScale from 1e-3 to 1; batch norm learns only at 0.1.',
    );
    expectPlain(sentences);
  });

  it('no net learns', () => {
    const { sentences, nets } = findingFrom(sweep(() => atChance));
    expect(sentences[0]).toBe(
      'Batch norm does not learn at any of the 4 values of weightScale from 1e-3 to 1 (loss ln 10 = 2.303, a guess); the plain net does not learn at any of the 4 values from 1e-3 to 1 (loss ln 10 = 2.303, a guess).',
    );
    expect(sentences.join('\n')).not.toMatch(/[Bb]est|blows up/);
    expect(nets.map(({ learnsFrom }) => learnsFrom)).toEqual([null, null]);
    expectPlain(sentences);
  });

  it('everything diverges', () => {
    const { sentences } = findingFrom(sweep(() => ({ status: 'diverged', initialLoss: 1e9 })));
    expect(sentences.join('\n')).toContain(
      'Batch norm blows up at all 4 values of weightScale from 1e-3 to 1 (first loss 1.00e9)',
    );
    expect(sentences.join('\n')).not.toMatch(/[Bb]est|does not learn/);
    expectPlain(sentences);
  });

  it('everything fails: nothing is said of learning', () => {
    const { sentences } = findingFrom(sweep(() => ({ status: 'failed' })));
    expect(sentences[0]).toBe(
      'Batch norm failed to run at all 4 values of weightScale from 1e-3 to 1; the plain net failed to run at all 4 values from 1e-3 to 1.',
    );
    expect(sentences.join('\n')).not.toMatch(/learn|blows up/);
    expectPlain(sentences);
  });

  it('trials that failed are counted, and never taken for nets that do not learn', () => {
    const { sentences, counts } = findingFrom(sweep((_, scale) => (scale === 1 ? { status: 'failed' } : {})));
    expect(counts.failed).toBe(2);
    expect(sentences.join('\n')).toContain('failed to run at 1');
    expect(sentences.join('\n')).toContain('2 trials failed and are left out.');
    expect(sentences.join('\n')).not.toMatch(/does not learn|blows up/);
    expectPlain(sentences);
  });

  it('a spread across chance is undecided, which is no failure to learn', () => {
    const given = [0.1, 0.3].flatMap((bestValAccuracy, seed) =>
      sweep(net => ({ seed, ...(net === 'none' && { bestValAccuracy }) })),
    );
    const { sentences } = findingFrom(given);
    expect(sentences[0]).toBe(
      'Batch norm learns at all 4 values of weightScale from 1e-3 to 1; the plain net is undecided at all 4 values from 1e-3 to 1.',
    );
    expect(sentences.join('\n')).not.toContain('does not learn');
    expectPlain(sentences);
  });

  it('undecided cells that all nets have are no nets that learn nowhere', () => {
    const given = [0.25, 0.35].flatMap((bestValAccuracy, seed) =>
      [1e-2, 1e-1, 1].map(weightScale => ({ axes: { weightScale }, seed, bestValAccuracy })),
    );
    const { sentences } = findingFrom(given);
    expect(sentences[0]).toBe('The net is undecided at all 3 values of weightScale from 1e-2 to 1.');
  });

  it('a net that blows up in one of three seeds blows up, and it is said that one does', () => {
    const given = [0, 1, 2].flatMap(seed =>
      sweep((net, scale) => ({
        seed,
        ...(net === 'none' && scale === 1 && seed === 2 && { lastEpochTrainLoss: 1e4 }),
      })),
    );
    const { nets, sentences } = findingFrom(given);
    expect(nets[1]!.outcomes.at(-1)).toEqual({ outcome: 'blows up', from: 1, to: 1, cells: 1 });
    expect(sentences[0]).toContain('the plain net learns up to 0.1.');
    expect(sentences).toContain('The plain net at 1 blows up with 1 of 3 seeds.');
  });

  it('a range that begins or ends with the grid is named by its other end', () => {
    const dull = { bestValAccuracy: 0.1 };
    const low = findingFrom(sweep((net, scale) => (net === 'none' && scale < 1e-2 ? dull : {})));
    expect(low.sentences[0]).toContain('the plain net learns from 1e-2 up.');
    const both = findingFrom(
      sweep((net, scale) => (net === 'none' && (scale < 1e-2 || scale === 1) ? dull : {})),
    );
    expect(both.sentences[0]).toContain('the plain net learns only from 1e-2 to 0.1.');
  });

  it('regularization is no explosion, and no guess', () => {
    const given = [0, 1].map(reg => ({
      axes: { reg },
      initialLoss: reg === 1 ? 71.8 : 2.3,
      lastEpochTrainLoss: reg === 1 ? 36 : 1.8,
      ...(reg === 1 && { lastEpochDataLoss: 1.9 }),
    }));
    expect(textOf(given)).not.toContain('blows up');
    const guesser = given.map(one => ({
      ...one,
      bestValAccuracy: 0.1,
      lastEpochTrainLoss: Math.LN10,
      lastEpochDataLoss: 1.9,
    }));
    expect(textOf(guesser.filter(({ axes }) => axes.reg === 1))).not.toContain('a guess');
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
    expectPlain(sentences);
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
    expect(sentences[1]).toBe(
      'Best on validation images: .310 with learningRate 1e-2, batchSize 5, updateRule adam, and 5 other cells the same.',
    );
    expect(sentences.join('\n')).not.toContain('to batchSize');
    expectPlain(sentences);
  });

  it('no trial at all', () => {
    expect(findingFrom([]).sentences).toEqual(['No trial has run.']);
  });

  it('synthetic images are named', () => {
    const { sentences } = findingFrom(recorded('weight-scale'), { data: 'synthetic data' });
    expect(sentences.at(-1)).toBe('The images are synthetic: this says nothing about CIFAR-10.');
    expectPlain(sentences);
  });
});

/** One net at several values of an axis, with figures for each seed. */
const along = (figures: Readonly<Record<number, readonly number[]>>, key = 'batchSize'): Given[] =>
  Object.entries(figures).flatMap(([value, accuracies]) =>
    accuracies.map((bestValAccuracy, seed) => ({ axes: { [key]: Number(value) }, seed, bestValAccuracy })),
  );

describe('the best', () => {
  it("is the table's, also where cells are undecided", () => {
    // The best cell is undecided: two seeds far apart.
    const given = along({ 5: [0.3, 0.301], 10: [0.5, 0.84], 50: [0.2, 0.201] });
    expect(textOf(given)).toContain('Best of the net: .670 at 10 on validation images');
  });

  it('of cells that tie is called a tie', () => {
    const given = along({ 5: [0.3], 10: [0.3], 50: [0.2] });
    expect(textOf(given)).toContain('.300 at 5 and 10 alike on validation images');
    expect(textOf(along({ 5: [0.3], 10: [0.3], 50: [0.3] }))).toContain('.300 at 3 values alike');
  });

  it('has values that are told apart in their fourth digit', () => {
    const given = along({ 0.001: [0.3], 0.0010004: [0.4] }, 'learningRate');
    expect(textOf(given)).toContain('.400 at 1.0004e-3');
  });

  it('has an interval that stays within 0 and 1', () => {
    const [sentence] = findingFrom(
      [0.5, 0.84].map((bestValAccuracy, seed) => ({ seed, bestValAccuracy })),
    ).sentences;
    expect(sentence).toContain('.670 (.000 to 1.000)');
  });
});

describe('trends', () => {
  const near = (value: number) =>
    [0, 1, 2, 3, 4, 5].map(seed => value + 0.003 * Math.sin(7 * seed + 100 * value));

  it('a valley is no level line', () => {
    const text = textOf(along({ 5: near(0.8), 10: near(0.3), 20: near(0.31), 40: near(0.8) }));
    expect(text).toContain('the net is lower at 10 (.300');
    expect(text).not.toContain('no trend');
  });

  it('rises, falls and peaks by verdicts over seeds', () => {
    expect(textOf(along({ 5: near(0.2), 10: near(0.3), 50: near(0.4) }))).toMatch(
      /the net rises from \.200 ± .* at 5 to \.399/,
    );
    expect(textOf(along({ 5: near(0.4), 10: near(0.3), 50: near(0.2) }))).toContain('the net falls from');
    expect(textOf(along({ 5: near(0.2), 10: near(0.5), 50: near(0.2) }))).toMatch(
      /is higher at 10 \(.*\) than at both ends/,
    );
    expect(textOf(along({ 5: near(0.2), 10: near(0.2), 50: near(0.2) }))).toContain('no trend told apart');
  });

  it('one seed has none', () => {
    expect(textOf(along({ 5: [0.2], 10: [0.9], 50: [0.4] }))).not.toMatch(VERDICTS);
  });

  it('each net has its own ends', () => {
    const given = [
      ...along({ 5: near(0.4), 10: near(0.5) }).map(one => ({
        ...one,
        axes: { ...one.axes!, normalization: 'batchnorm' as const },
      })),
      ...along({ 20: near(0.55), 50: near(0.65) }).map(one => ({
        ...one,
        axes: { ...one.axes!, normalization: 'layernorm' as const },
      })),
    ];
    const text = textOf(given);
    expect(text).toMatch(/batch norm rises from .* at 5 to .* at 10;/);
    expect(text).toMatch(/layer norm rises from .* at 20 to .* at 50 /);
    expect(text).not.toContain('From batchSize 5 to 50');
  });
});

describe('axes that move together', () => {
  const given = ([5, 10, 50] as const).flatMap(batchSize =>
    (['batchnorm', 'none'] as const).map(normalization => ({
      axes: { normalization, batchSize, epochs: batchSize },
      bestValAccuracy: 0.3 + batchSize / 1000,
    })),
  );

  it('are one axis with a name and values for both', () => {
    const { nets, sentences } = findingFrom(given);
    expect(nets.map(({ name }) => name)).toEqual(['batch norm', 'the plain net']);
    expect(sentences[0]).toBe('Every net learns at every value of batchSize with epochs.');
    expect(sentences.join('\n')).toContain('.350 at 50 (epochs 50)');
  });
});

describe('a baseline', () => {
  it('of the experiment is what the finding compares with', () => {
    const given = [0, 1, 2, 3, 4, 5].flatMap(seed =>
      (['batchnorm', 'layernorm', 'none'] as const).map((normalization, i) => ({
        axes: { normalization },
        seed,
        bestValAccuracy: 0.3 + i / 50 + 0.002 * Math.sin(seed + i),
      })),
    );
    const text = textOf(given, { baseline: { normalization: 'layernorm' } });
    expect(text).toContain('of layer norm .320');
    expect(text).toMatch(/of batch norm .* worse\./);
    expect(text).toMatch(/of the plain net .* better\./);
  });
});

it('a candidate without a partner is said once, and no number of seeds is wrong', () => {
  const six = (axes: Given['axes'], figure: number, kept: number): Given[] =>
    Array.from({ length: 6 }, (_, seed) => ({
      axes: axes!,
      seed,
      ...(seed < kept ? { bestValAccuracy: figure + seed / 1000 } : { status: 'failed' as const }),
    }));
  const { sentences } = findingFrom([
    ...six({ normalization: 'batchnorm' }, 0.4, 1),
    ...six({ normalization: 'none' }, 0.3, 6),
  ]);
  expect(new Set(sentences).size).toBe(sentences.length);
  expect(sentences.join(' ')).toContain('Batch norm is undecided');
});

it('a finding loses nothing on its way through JSON', () => {
  const finding = findingFrom(recorded('weight-scale'));
  expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
});
