import { describe, expect, it } from 'vitest';
import { errorOf, loadText, scratchFolder } from './loading.ts';

const scratch = scratchFolder();
const messageOf = async (text: string) => (await errorOf(loadText(scratch.path, text))).message;

describe('problems and their places', () => {
  // Each: the text, and the lines of the message.
  const cases: [string, string, string[]][] = [
    [
      'an unknown key',
      'epochs: 3\n lr: 1'.replace(' lr', 'lerningRate'),
      ['x.yaml:2:1 lerningRate: unknown key (did you mean learningRate?)'],
    ],
    [
      'another spelling',
      'learning_rate: 1',
      ['x.yaml:1:1 learning_rate: unknown key; write learningRate: 1'],
    ],
    ['nothing like a key', 'bananas: 1', ['x.yaml:1:1 bananas: unknown key']],
    ['text for a number', 'epochs:   fast', ['x.yaml:1:11 epochs: expected a number, got "fast"']],
    ['a fraction for a whole number', 'epochs: 2.5', ['x.yaml:1:9 epochs: expected a whole number, got 2.5']],
    ['a number for text', 'title: 5', ['x.yaml:1:8 title: expected text, got 5; put it in quotes']],
    ['too small', 'epochs: 0', ['x.yaml:1:9 epochs: expected more than 0, got 0']],
    ['negative', 'reg: -1', ['x.yaml:1:6 reg: expected at least 0, got -1']],
    ['too big', 'seed: 4294967296', ['x.yaml:1:7 seed: expected at most 4294967295, got 4294967296']],
    ['infinite', 'reg: .inf', ['x.yaml:1:6 reg: expected a number, got Infinity']],
    ['not a number', 'reg: .nan', ['x.yaml:1:6 reg: expected a number, got NaN']],
    [
      'a word of YAML 1.1 for true',
      'diagnostics: yes',
      ['x.yaml:1:14 diagnostics: expected true or false, got "yes"; YAML 1.2 has no yes, no, on and off'],
    ],
    [
      'a measure as a key of an expectation',
      'expect:\n- { where: { normalization: none }, bestValAccuracy: { atLeast: 0.25 } }',
      [
        'x.yaml:2:37 expect.0.bestValAccuracy: this is a measure; write measure: bestValAccuracy and a bound beside it, such as atLeast: 0.25',
      ],
    ],
    [
      'zipped axes of different lengths',
      'sweep:\n  zip:\n    reg: [0, 1]\n    epochs: [1, 2, 3]',
      ['x.yaml:4:13 sweep.zip.epochs: reg has 2 values and epochs has 3 values'],
    ],
    [
      'a rule that excludes nothing',
      'sweep:\n- batchSize: [5, 50]\n  exclude: [{ batchSize: 6 }]\n- reg: 1',
      ['x.yaml:3:13 sweep.0.exclude.0: no cell of the sweep matches {"batchSize":6}'],
    ],
    [
      'a range of values that a setting does not allow',
      'sweep: { batchSize: { linspace: [5, 10, 3] } }',
      ['x.yaml:1:21 sweep.batchSize: expected a whole number, got 7.5'],
    ],
    [
      'a baseline that is no cell',
      'sweep: { normalization: [none, batchnorm] }\nbaseline: { normalization: layernorm }',
      ['x.yaml:2:11 baseline: no cell of the sweep matches {"normalization":"layernorm"}'],
    ],
    ['nothing', 'epochs:\nseed: 1', ['x.yaml:1:8 epochs: expected a number, got nothing']],
    ['empty text', 'data: ""', ['x.yaml:1:7 data: expected at least 1 character, got ""']],
    [
      'long text',
      `title: ${'x'.repeat(201)}`,
      [`x.yaml:1:8 title: expected at most 200 characters, got "${'x'.repeat(58)}…`],
    ],
    [
      'a wrong word',
      'normalization: batch',
      [
        'x.yaml:1:16 normalization: expected none, batchnorm, layernorm, rmsnorm or groupnorm, got "batch" (did you mean batchnorm?)',
      ],
    ],
    [
      'a misspelt word',
      'updateRule: adma',
      ['x.yaml:1:13 updateRule: expected sgd, sgdMomentum, rmsprop or adam, got "adma" (did you mean adam?)'],
    ],
    ['one of a list', 'hiddenDims: [50,\n  -1]', ['x.yaml:2:3 hiddenDims.1: expected more than 0, got -1']],
    [
      'a value of a lone grid',
      'sweep:\n  normalization: [none, batchnrom]',
      [
        'x.yaml:2:25 sweep.normalization.1: expected none, batchnorm, layernorm, rmsnorm or groupnorm, got "batchnrom" (did you mean batchnorm?)',
      ],
    ],
    [
      'a value of a grid of several',
      'sweep:\n- {}\n- batchSize: [5, x]',
      ['x.yaml:3:18 sweep.1.batchSize.1: expected a number, got "x"'],
    ],
    [
      'an axis of one value',
      'sweep: {batchSize: x}',
      ['x.yaml:1:20 sweep.batchSize: expected a number, got "x"'],
    ],
    [
      'an axis of no value',
      'sweep: {batchSize: []}',
      ['x.yaml:1:20 sweep.batchSize: expected at least 1 value, got []'],
    ],
    [
      'an unknown axis',
      'sweep:\n  bathcSize: 5',
      ['x.yaml:2:3 sweep.bathcSize: unknown key (did you mean batchSize?)'],
    ],
    [
      'an axis of widths',
      'sweep: {hiddenDims: [[50], [x]]}',
      ['x.yaml:1:29 sweep.hiddenDims.1.0: expected a number, got "x"'],
    ],
    [
      'a short logspace',
      'sweep: {reg: {logspace: [0, 1]}}',
      ['x.yaml:1:25 sweep.reg.logspace: expected at least 3 values, got [0,1]'],
    ],
    [
      'a logspace of words',
      'sweep: {normalization: {logspace: [0, 1, 2]}}',
      [
        'x.yaml:1:24 sweep.normalization: expected none, batchnorm, layernorm, rmsnorm or groupnorm, got {"logspace":[0,1,2]}',
      ],
    ],
    [
      'a huge logspace',
      'sweep: {reg: {logspace: [0, 1, 1e9]}}',
      ['x.yaml:1:32 sweep.reg.logspace.2: expected at most 10000, got 1000000000'],
    ],
    ['a sweep of the wrong kind', 'sweep: 5', ['x.yaml:1:8 sweep: expected a map of keys to values, got 5']],
    ['no grid', 'sweep: []', ['x.yaml:1:8 sweep: expected at least 1 value, got []']],
    [
      'a missing key',
      'charts:\n  - clamp: [0, 1]',
      [
        'x.yaml:2:5 charts.0.y: missing: expected loss, trainAccuracy, valAccuracy, initialLoss, finalTrainLoss, lastEpochTrainLoss, bestTrainAccuracy, bestValAccuracy, lastTrainAccuracy or lastValAccuracy',
      ],
    ],
    [
      'an x without numbers',
      'charts: [{y: bestValAccuracy, x: normalization}]',
      [
        'x.yaml:1:34 charts.0.x: expected weightScale, reg, learningRate, lrDecay, batchSize, epochs, trainImages, normEps, normMomentum, normGroups, adamBeta1, adamBeta2, adamEps, sgdMomentum, rmspropDecay, hiddenWeightFactor or hiddenRateFactor, got "normalization"',
      ],
    ],
    [
      'too many images',
      'numTraining: 45_000\nnumValidation: 5001'.replace('_', ''),
      [
        'x.yaml:1:14 numTraining: numTraining + numValidation is 50001, but CIFAR-10 has 50000 training images',
      ],
    ],
    [
      'too many images, one number left to its default',
      'numValidation: 1001',
      [
        'x.yaml:1:16 numValidation: numTraining + numValidation is 50001, but CIFAR-10 has 50000 training images',
      ],
    ],
    [
      'more images than there are',
      'numTraining: 500',
      ['x.yaml:1:14 numTraining: trainImages is 1000, but numTraining is only 500'],
    ],
    [
      'more images in a grid',
      'numTraining: 500\nsweep: {trainImages: [10, 501]}',
      ['x.yaml:2:22 sweep.trainImages: trainImages is 501, but numTraining is only 500'],
    ],
    [
      'more images in a logspace',
      'numTraining: 500\nsweep: [{trainImages: {logspace: [3, 0, 4]}}]',
      ['x.yaml:2:23 sweep.0.trainImages: trainImages is 1000, but numTraining is only 500'],
    ],
    [
      'seeds beyond the last',
      'seed: 4294967295\nreplicates: 2',
      [
        'x.yaml:2:13 replicates: the last replicate would have seed 4294967296, but the largest seed is 4294967295',
      ],
    ],
    [
      'builtTogether without its stream',
      'builtTogether: reg\nsweep: {reg: [0, 1]}',
      [
        'x.yaml:1:16 builtTogether: builtTogether needs stream: notebook; remove it (--set builtTogether=) or change the stream',
      ],
    ],
    [
      'builtTogether without its axis',
      'stream: notebook\nbuiltTogether: reg',
      ['x.yaml:2:16 builtTogether: reg is not an axis of the sweep'],
    ],
    [
      'a chart without its axis',
      'charts: [{y: bestValAccuracy, x: reg}]',
      ['x.yaml:1:34 charts.0.x: reg is not an axis of the sweep'],
    ],
    [
      'a series with an x',
      'charts: [{y: loss, x: reg}]\nsweep: {reg: [0, 1]}',
      [
        'x.yaml:1:23 charts.0.x: loss is a series and has its own x; remove x, or draw a measure such as bestValAccuracy',
      ],
    ],
    [
      'a measure without an x',
      'charts: [{y: bestValAccuracy}]',
      [
        'x.yaml:1:14 charts.0.y: bestValAccuracy is one number per trial and needs an x, such as x: weightScale; without x, draw loss, trainAccuracy or valAccuracy',
      ],
    ],
    [
      'a clamp upside down',
      'charts: [{y: loss, clamp: [2, 1]}]',
      ['x.yaml:1:27 charts.0.clamp: expected [low, high], got [2,1]'],
    ],
    ['a list', '[1]', ['x.yaml: expected keys with values, such as epochs: 10']],
    ['nothing at all', '# nothing\n', ['x.yaml: expected keys with values, such as epochs: 10']],
    [
      'a list outside sweep',
      'batchSize: [5, 10]\nhiddenDims: [[50], [20]]\nsweep: {reg: [0, 1]}',
      [
        '2 problems',
        '  x.yaml:1:12 batchSize: a list of values belongs under sweep, as in sweep: { batchSize: [5, 10] }',
        '  x.yaml:2:13 hiddenDims: a list of values belongs under sweep, as in sweep: { hiddenDims: [[50], [20]] }',
      ],
    ],
    [
      'a logspace outside sweep',
      'reg: {logspace: [-4, 0, 5]}',
      [
        'x.yaml:1:6 reg: a list of values belongs under sweep, as in sweep: { reg: { logspace: [-4, 0, 5] } }',
      ],
    ],
    [
      'a list of seeds',
      'seed: [1, 2, 3]',
      ['x.yaml:1:7 seed: expected one seed; seeds: [1, 2, 3] runs everything with each of them'],
    ],
    [
      'seeds as an axis',
      'sweep:\n  - {}\n  - {seed: [1, 2]}',
      ['x.yaml:3:6 sweep.1.seed: seed cannot be swept; seeds: [1, 2] runs everything with each of them'],
    ],
    [
      'another key of the top level as an axis',
      'sweep: {stream: [notebook, paired]}',
      ['x.yaml:1:9 sweep.stream: stream cannot be swept; move it out of sweep'],
    ],
    ['a key that was renamed', 'repeats: 5', ['x.yaml:1:1 repeats: unknown key; write replicates: 5']],
    ['a lone width', 'hiddenDims: 100', ['x.yaml:1:13 hiddenDims: expected a list, got 100; write [100]']],
    [
      'a lone width in a sweep',
      'sweep: {hiddenDims: 100}',
      ['x.yaml:1:21 sweep.hiddenDims: expected a list, got 100; write [100]'],
    ],
    [
      'replicates beside seeds, and a seed',
      'replicates: 2\nseeds: [1, 2]\nseed: 3',
      [
        '2 problems',
        '  x.yaml:1:13 replicates: replicates and seeds exclude each other; keep seeds to run exactly those, or replicates to count up from seed',
        '  x.yaml:3:7 seed: seed has no effect beside seeds; remove one of them',
      ],
    ],
    ['a seed twice', 'seeds: [1, 2, 1]', ['x.yaml:1:15 seeds.2: seed 1 is listed twice']],
    [
      'a zipped key that is no setting',
      'sweep: {zip: {rge: [0, 1]}}',
      ['x.yaml:1:15 sweep.zip.rge: unknown key (did you mean reg?)'],
    ],
    [
      'an expectation of an unknown measure',
      'expect: [{measure: bestValAcuracy, atLeast: 0.3}]',
      [
        'x.yaml:1:20 expect.0.measure: expected initialLoss, finalTrainLoss, lastEpochTrainLoss, bestTrainAccuracy, bestValAccuracy, lastTrainAccuracy or lastValAccuracy, got "bestValAcuracy" (did you mean bestValAccuracy?)',
      ],
    ],
    [
      'an expectation about no setting',
      'expect: [{learns: true, where: {norm: none}}]',
      ['x.yaml:1:33 expect.0.where.norm: unknown key; write normalization: none'],
    ],
    [
      'a measure without a bound',
      'expect: [{measure: bestValAccuracy}]',
      ['x.yaml:1:10 expect.0: measure needs a bound (atLeast, atMost, above, below) or better'],
    ],
    [
      'two claims',
      'expect: [{learns: true, blowsUp: false}]',
      ['x.yaml:1:10 expect.0: learns and blowsUp are two claims; write an expectation for each'],
    ],
    [
      'a bound without a measure',
      'expect: [{atLeast: 0.3}]',
      ['x.yaml:1:10 expect.0: a bound needs a measure, such as measure: bestValAccuracy'],
    ],
    ['a number for a list of charts', 'charts: 5', ['x.yaml:1:9 charts: expected a list, got 5']],
  ];
  it.each(cases)('%s', async (_, text, lines) => {
    expect((await messageOf(text)).split('\n')).toEqual(lines);
  });

  it('reports all problems at once, in the order of the file', async () => {
    const error = await errorOf(
      loadText(scratch.path, 'seed: -1\nsweep:\n  reg: x\n  sede: 1\nepochs: 0\nspeed: 5\n'),
    );
    expect(error.code).toBe('config');
    expect(error.message.split('\n')).toEqual([
      '5 problems',
      '  x.yaml:1:7 seed: expected at least 0, got -1',
      '  x.yaml:3:8 sweep.reg: expected a number, got "x"',
      '  x.yaml:4:3 sweep.sede: unknown key',
      '  x.yaml:5:9 epochs: expected more than 0, got 0',
      '  x.yaml:6:1 speed: unknown key (did you mean seed?)',
    ]);
  });

  it('shows up to a hundred problems, and says when there are more', async () => {
    const linesOf = async (count: number) =>
      (await messageOf(`hiddenDims: [${Array(count).fill('x')}]`)).split('\n');
    expect(await linesOf(100)).toHaveLength(101);
    expect((await linesOf(100))[0]).toBe('100 problems');
    expect(await linesOf(1000)).toHaveLength(101);
    expect((await linesOf(1000))[0]).toBe('1000 problems; the first 100');
  });

  it('lists the valid keys after an unknown one', async () => {
    const hintOf = async (text: string) => (await errorOf(loadText(scratch.path, text))).hint;
    expect(await hintOf('epochs: x')).toBe('cifar-norm sweep --help describes every key');
    expect(await hintOf('bananas: 1')).toMatch(/every key; the keys here are title, .*, charts, expect$/);
    expect(await hintOf('sweep: {a: 1}')).toMatch(
      /; the keys here are group, zip, exclude, hiddenDims, .*, diagnostics$/,
    );
    expect(await hintOf('sweep: [{a: 1}]')).toMatch(
      /; the keys here are group, zip, exclude, hiddenDims, .*, diagnostics$/,
    );
    expect(await hintOf('charts: [{y: loss, a: 1}]')).toMatch(/; the keys here are y, x, clamp$/);
    expect(await hintOf('sweep: {reg: {a: 1}}')).toMatch(/; the keys here are linspace, logspace$/);
  });
});
