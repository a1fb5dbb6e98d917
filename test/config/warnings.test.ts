import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../src/config/schema.ts';
import { warningsOf } from '../../src/config/warnings.ts';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { loadShipped, SHIPPED } from './loading.ts';

const warningsFor = (input: ExperimentInput) => warningsOf(experimentSchema.parse(input));

describe('warningsOf', () => {
  it('is silent about sensible experiments', async () => {
    // It asks what layer norm does to layers of one unit.
    const others = SHIPPED.filter(name => name !== 'question-4-width');
    for (const name of others) expect(warningsOf(await loadShipped(name))).toEqual([]);
    for (const logspace of [
      [-4, 0, 20],
      [-0.5, 0.5, 3],
      [0, 3, 4],
      [-3.5, -2.5, 4],
    ] satisfies [number, number, number][]) {
      expect(warningsFor({ sweep: { reg: { logspace } } })).toEqual([]);
    }
    expect(warningsFor({ batchSize: 1, normalization: 'none' })).toEqual([]);
    expect(warningsFor({ batchSize: 1, hiddenDims: [] })).toEqual([]);
    expect(warningsFor({ batchSize: 1000 })).toEqual([]);
    expect(warningsFor({ sweep: { hiddenDims: [Array(30).fill(50), Array(31).fill(50)] } })).toEqual([]);
  });

  it('warns of exponents that look like values', () => {
    expect(warningsFor({ sweep: { weightScale: { logspace: [1e-4, 1, 5] } } })).toEqual([
      'weightScale: logspace takes exponents, so [0.0001,1,5] runs from 10^0.0001 = 1.0002 to 10^1 = 10; for values from 0.0001 to 1 write logspace: [-4,0,5]',
    ]);
    expect(warningsFor({ sweep: { reg: { logspace: [0, 0.1, 5] } } })).toEqual([
      'reg: logspace takes exponents, so [0,0.1,5] runs from 10^0 = 1 to 10^0.1 = 1.2589; to give values, write a list',
    ]);
    expect(warningsFor({ sweep: [{}, { reg: { logspace: [1, 100, 3] } }] })).toEqual([
      'reg: logspace takes exponents, so [1,100,3] runs from 10^1 = 10 to 10^100 = 1e+100; for values from 1 to 100 write logspace: [0,2,3]',
    ]);
  });

  it('warns of ranges of one value', () => {
    expect(warningsFor({ sweep: { weightScale: { logspace: [-4, 0, 1] } } })).toEqual([
      'weightScale: logspace [-4,0,1] is the single value 0.0001; write weightScale: 0.0001, or a count of 2 or more',
    ]);
    expect(warningsFor({ sweep: { zip: { reg: { linspace: [0.5, 1, 1] }, epochs: [2] } } })).toEqual([
      'reg: linspace [0.5,1,1] is the single value 0.5; write reg: 0.5, or a count of 2 or more',
    ]);
  });

  it('warns of values that count as one', () => {
    expect(warningsFor({ sweep: { learningRate: [1e-3, 0.001, 0.01] } })).toEqual([
      'learningRate: 0.001 is given twice, and runs once',
    ]);
    expect(warningsFor({ sweep: { reg: { logspace: [2, 2, 3] } } })).toEqual([
      'reg: 100 is given 3 times, and runs once',
    ]);
    expect(warningsFor({ sweep: { weightScale: [0.1 + 0.2, 0.3] } })).toEqual([
      'weightScale: 0.30000000000000004 and 0.3 count as one value; only 0.30000000000000004 runs',
    ]);
    expect(warningsFor({ sweep: { hiddenDims: [[8], [8]] } })).toEqual([
      'hiddenDims: [8] is given twice, and runs once',
    ]);
    expect(warningsFor({ sweep: { zip: { reg: [0, 0, 1], epochs: [1, 2, 3] } } })).toEqual([]);
  });

  it('warns of minibatches larger than the training images', () => {
    const warning =
      'batchSize: a minibatch of 50 is drawn, with replacement, from only 20 training images; write batchSize: 20 or less, or raise trainImages';
    expect(warningsFor({ trainImages: 20 })).toEqual([warning]);
    expect(warningsFor({ batchSize: 10, sweep: { trainImages: [20, 100], batchSize: [5, 50] } })).toEqual([
      warning,
    ]);
  });

  it('warns of batch normalization over a single image, once for many grids', () => {
    const warning =
      'batchSize: over a minibatch of 1, batch normalization turns every activation into 0, so the net cannot learn from its images; write batchSize: 2 or more, or normalization: layernorm';
    expect(warningsFor({ batchSize: 1 })).toEqual([warning]);
    const grid = { normalization: ['none', 'batchnorm'] as const, batchSize: [1, 2], hiddenDims: [[], [5]] };
    const sweep = [grid, { ...grid, reg: 1 }].map(axes => ({
      ...axes,
      normalization: [...axes.normalization],
    }));
    expect(warningsFor({ sweep })).toEqual([warning]);
  });

  it.each([
    [
      'layernorm',
      [5, 1],
      /^hiddenDims: over a single unit, layer normalization turns every activation into 0/,
    ],
    [
      'rmsnorm',
      [1],
      /^hiddenDims: over a single unit, RMS normalization keeps nothing of an activation but its sign/,
    ],
    ['groupnorm', [8, 4], /^normGroups: over a single unit \(normGroups 4, a layer of width 4\)/],
    ['batchnorm', [1], undefined],
    ['none', [1], undefined],
    ['layernorm', [2], undefined],
    ['groupnorm', [8, 12], undefined],
  ] as const)('%s over layers of %j units', (normalization, widths, warning) => {
    const normGroups = normalization === 'groupnorm' ? 4 : 1;
    const expected = warning === undefined ? [] : [expect.stringMatching(warning)];
    expect(warningsFor({ normalization, normGroups, hiddenDims: [...widths] })).toEqual(expected);
  });

  it.each([
    [
      { updateRule: 'sgd', adamBeta1: 0.8 },
      'adamBeta1: 0.8 has no effect with updateRule sgd, only with adam; change updateRule, or remove adamBeta1',
    ],
    [
      { sgdMomentum: 0.8 },
      'sgdMomentum: 0.8 has no effect with updateRule adam, only with sgdMomentum; change updateRule, or remove sgdMomentum',
    ],
    [
      { normGroups: 4 },
      'normGroups: 4 has no effect with normalization batchnorm, only with groupnorm; change normalization, or remove normGroups',
    ],
    [
      { normMomentum: 0.5, normalization: 'layernorm' },
      'normMomentum: 0.5 has no effect with normalization layernorm, only with batchnorm; change normalization, or remove normMomentum',
    ],
    [
      { normEps: 1, normalization: 'none' },
      'normEps: 1 has no effect with normalization none, only with batchnorm, layernorm, rmsnorm or groupnorm; change normalization, or remove normEps',
    ],
    [
      { sweep: { updateRule: ['sgd', 'adam'], adamBeta1: [0.8, 0.9, 0.95] } },
      'adamBeta1: it has no effect with updateRule sgd, so 2 of 6 cells only repeat others; change updateRule there, or leave adamBeta1 out of that grid',
    ],
    [
      { sweep: [{ updateRule: 'sgd', rmspropDecay: 0.5 }, { updateRule: 'rmsprop' }] },
      'rmspropDecay: 0.5 has no effect with updateRule sgd, only with rmsprop; change updateRule, or remove rmspropDecay',
    ],
  ] as [ExperimentInput, string][])('warns of constants that nothing uses: %j', (input, warning) => {
    expect(warningsFor(input)).toEqual([warning]);
  });

  it('is silent about constants that some cells use', () => {
    expect(warningsFor({ adamBeta1: 0.8, sweep: { updateRule: ['sgd', 'adam'] } })).toEqual([]);
    expect(warningsFor({ normGroups: 4, sweep: { normalization: ['none', 'groupnorm'] } })).toEqual([]);
    const grids = [{ updateRule: 'sgd' as const }, { updateRule: 'adam' as const, adamBeta1: [0.8, 0.9] }];
    expect(warningsFor({ sweep: grids })).toEqual([]);
    const exclude = [{ updateRule: 'sgd' as const, adamBeta1: { below: 0.9 } }];
    expect(warningsFor({ sweep: { updateRule: ['sgd', 'adam'], adamBeta1: [0.8, 0.9], exclude } })).toEqual(
      [],
    );
  });
});

describe('the built command', () => {
  const SMALL =
    'data: synthetic\nnumTraining: 100\nnumValidation: 20\ntrainImages: 100\nhiddenDims: [4]\nepochs: 1\n';

  const sweep = async (text: string, ...words: string[]) => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, 'x.yaml'), SMALL + text);
    const { code, stderr } = await cifarNorm(['sweep', 'x.yaml', '--quiet', ...words], { cwd });
    return { code, warnings: stderr.split('\n').filter(line => line !== '') };
  };

  it('judges the pairs of a zip, and the cells that exclude leaves', async () => {
    expect(await sweep('sweep: { zip: { batchSize: [5, 50], trainImages: [20, 100] } }')).toEqual({
      code: 0,
      warnings: [],
    });
    expect(
      await sweep(
        'normalization: groupnorm\nsweep: { zip: { normGroups: [2, 3], hiddenDims: [[4], [6, 9]] } }',
      ),
    ).toEqual({ code: 0, warnings: [] });
    expect(
      await sweep(
        'sweep:\n  trainImages: [50, 500]\n  batchSize: [5, 60]\n  exclude: [{ trainImages: 500 }, { batchSize: 60, trainImages: 50 }]',
      ),
    ).toEqual({ code: 0, warnings: [] });
  });

  it('still refuses and warns of the pairs that are wrong, and names their place', async () => {
    const wrong = await sweep(
      'normalization: groupnorm\nsweep: { zip: { normGroups: [3, 2], hiddenDims: [[4], [6]] } }',
    );
    expect(wrong.code).toBe(2);
    expect(wrong.warnings.join('\n')).toMatch(
      /x\.yaml:8:29 sweep\.zip\.normGroups: normGroups is 3, which does not divide the width 4/,
    );
    const { code, warnings } = await sweep('sweep: { zip: { batchSize: [50, 5], trainImages: [20, 100] } }');
    expect(code).toBe(0);
    expect(warnings).toEqual([
      expect.stringMatching(/^warning: batchSize: a minibatch of 50 .* only 20 training/),
    ]);
  });

  it('says nothing about a shipped experiment as it is', async () => {
    // A run of it would take long: the folder is refused after the warnings would have been shown.
    const cwd = emptyFolder();
    const words = ['sweep', 'question-4-width', '--data', 'none-such'];
    expect((await cifarNorm(words, { cwd })).stderr).not.toMatch(/warning/);
    const changed = await cifarNorm([...words, '--set', 'epochs=1'], { cwd });
    expect(changed.stderr).toMatch(/warning: hiddenDims: over a single unit, layer normalization/);
  });
});
