import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listExperiments, loadExperiment } from '../../src/config/load.ts';
import { experimentSchema } from '../../src/config/schema.ts';
import { configsFolder, errorOf, loadShipped, loadText, SHIPPED, scratchFolder } from './loading.ts';

const scratch = scratchFolder();
const load = (text: string | Uint8Array, overrides?: readonly string[]) =>
  loadText(scratch.path, text, overrides);
const messageOf = async (text: string | Uint8Array, overrides?: readonly string[]) =>
  (await errorOf(load(text, overrides))).message;

describe('finding an experiment', () => {
  const find = (nameOrFile: string) => loadExperiment(nameOrFile, [], { configsFolder, cwd: scratch.path });

  it('finds a shipped one by its name, in any current folder', async () => {
    expect(await listExperiments(configsFolder)).toEqual(SHIPPED);
    const { name, file } = await find('deep-net');
    expect({ name, file }).toEqual({ name: 'deep-net', file: join(configsFolder, 'deep-net.yaml') });
  });

  it('finds a file relative to the current folder, whatever its extension', async () => {
    await mkdir(join(scratch.path, 'mine'), { recursive: true });
    for (const path of ['mine/a.yaml', 'mine/b.yml', 'mine/c.json', 'mine/d', './e.YAML', 'f.json']) {
      await writeFile(join(scratch.path, path), '{"epochs": 3}');
      const { name, file, experiment } = await find(path);
      expect(file).toBe(join(scratch.path, path));
      expect(name).toBe(path.replace(/.*\//, '').replace(/\..*/, ''));
      expect(experiment.epochs).toBe(3);
    }
  });

  it('gives it a name that cannot leave its folder', async () => {
    for (const [file, expected] of [
      ['..yaml', 'experiment'],
      ['...json', 'experiment'],
      ['.hidden.yaml', 'hidden'],
      ['--help.yaml', 'help'],
      ['a b\n$(c);é.yaml', 'a-b-c-'],
      ['v1.2.yaml', 'v1.2'],
      [`${'x'.repeat(200)}.yaml`, 'x'.repeat(100)],
    ] as const) {
      await writeFile(join(scratch.path, file), 'epochs: 1');
      expect((await find(`./${file}`)).name).toBe(expected);
    }
  });

  it('suggests the nearest name and lists all names', async () => {
    const error = await errorOf(find('wieght_scale'));
    expect(error.code).toBe('usage');
    expect(error.message).toBe('there is no experiment "wieght_scale"; did you mean weight-scale?');
    expect(error.hint).toContain('batch-size, deep-net, weight-scale');
    expect((await errorOf(find('mnist'))).message).toBe('there is no experiment "mnist"');
    expect((await errorOf(find(''))).message).toBe('there is no experiment ""');
    expect((await errorOf(find('..'))).message).toBe('there is no experiment ".."');
  });

  it('says why a file cannot be read', async () => {
    expect((await errorOf(find('none.yaml'))).message).toBe('cannot read none.yaml: there is no such file');
    expect((await errorOf(find('./'))).message).toBe('cannot read ./: it is not a file');
    expect((await errorOf(find('/dev/zero'))).message).toBe('cannot read /dev/zero: it is not a file');
    expect((await errorOf(find('a\0.yaml'))).message).toMatch(/^cannot read /);
    const big = await open(join(scratch.path, 'big.yaml'), 'w');
    await big.truncate(100_000_000);
    await big.close();
    expect((await errorOf(find('big.yaml'))).message).toBe(
      'cannot read big.yaml: it has 100000000 bytes; the limit is 131072',
    );
    expect(await messageOf(Buffer.from('epochs: 1', 'utf16le'))).toMatch(/^x\.yaml:1:2: control character/);
    expect(await messageOf(Buffer.from([0xff, 0xfe, 0x41, 0]))).toBe(
      'cannot read x.yaml: it is not UTF-8 text',
    );
    expect(await messageOf('epochs: 1\nseed: \0')).toMatch(/^x\.yaml:2:7: control character/);
  });
});

describe('valid experiments', () => {
  it('the shipped experiments are those of the notebook', async () => {
    const common = { seed: 231, stream: 'notebook', epochs: 10, trainImages: 1000 } as const;
    expect(await loadShipped('weight-scale')).toMatchObject({
      ...common,
      builtTogether: 'normalization',
      hiddenDims: Array(7).fill(50),
      learningRate: 1e-3,
      batchSize: 50,
      sweep: [{ weightScale: { logspace: [-4, 0, 20] }, normalization: ['batchnorm', 'none'] }],
      charts: [
        { y: 'bestValAccuracy', x: 'weightScale' },
        { y: 'bestTrainAccuracy', x: 'weightScale' },
        { y: 'finalTrainLoss', x: 'weightScale', clamp: [1, 3.5] },
      ],
    });
    expect(await loadShipped('batch-size')).toMatchObject({
      ...common,
      hiddenDims: Array(5).fill(100),
      weightScale: 2e-2,
      learningRate: 3.1622776601683794e-4,
      sweep: ['batchnorm', 'layernorm'].flatMap(group => [
        { group, normalization: 'none', batchSize: 5 },
        { group, normalization: group, batchSize: [5, 10, 50] },
      ]),
      charts: [{ y: 'trainAccuracy' }, { y: 'valAccuracy' }],
    });
    expect(await loadShipped('deep-net')).toMatchObject({
      ...common,
      builtTogether: 'normalization',
      hiddenDims: Array(5).fill(100),
      weightScale: 2e-2,
      learningRate: 1e-3,
      batchSize: 50,
      sweep: [{ normalization: ['batchnorm', 'none'] }],
      charts: [{ y: 'loss' }, { y: 'trainAccuracy' }, { y: 'valAccuracy' }],
    });
  });

  it('{}: every key has a default', async () => {
    expect(await load('{}')).toEqual(experimentSchema.parse({}));
  });

  it('any style of YAML 1.2', async () => {
    const expected = await load('{weightScale: 1e-3, hiddenDims: [50, 50], sweep: {reg: [0, 1]}}');
    for (const text of [
      'weightScale: 0.001\nhiddenDims:\n- 50\n- 50\nsweep:\n  reg:\n    - 0\n    - 1\n',
      '\uFEFF# with a byte order mark\r\nweightScale: 1.0E-3\r\nhiddenDims: [50,\r\n  50]\r\nsweep: {reg: [0, 1]}\r\n',
      '{\n\t"weightScale": 0.001,\n\t"hiddenDims": [50, 50],\n\t"sweep": {\n\t\t"reg": [0, 1]\n\t}\n}',
      '%YAML 1.2\n---\nweightScale: 1e-3\nhiddenDims: [&h 50, *h]\nsweep: [{reg: [0, 0b1]}]\n...\n'.replace(
        '0b1',
        '0x1',
      ),
    ])
      expect(await load(text)).toEqual(expected);
  });

  it('axes keep the order in which they are written', async () => {
    for (const keys of [
      ['weightScale', 'normalization', 'batchSize'],
      ['batchSize', 'weightScale', 'normalization'],
    ]) {
      const values = { weightScale: 1, normalization: 'none', batchSize: 5 };
      const grid = Object.fromEntries(keys.map(key => [key, values[key as keyof typeof values]]));
      const { sweep } = await load(JSON.stringify({ sweep: grid }));
      expect(Object.keys(sweep[0]!)).toEqual(keys);
      expect(Object.keys((await load(JSON.stringify({ sweep: [{}, grid] }))).sweep[1]!)).toEqual(keys);
    }
  });
});

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
      ['x.yaml:1:1 learning_rate: unknown key (did you mean learningRate?)'],
    ],
    ['nothing like a key', 'bananas: 1', ['x.yaml:1:1 bananas: unknown key']],
    ['text for a number', 'epochs:   fast', ['x.yaml:1:11 epochs: expected a number, got "fast"']],
    ['a fraction for a whole number', 'epochs: 2.5', ['x.yaml:1:9 epochs: expected a whole number, got 2.5']],
    ['a number for text', 'title: 5', ['x.yaml:1:8 title: expected text, got 5']],
    ['too small', 'epochs: 0', ['x.yaml:1:9 epochs: expected more than 0, got 0']],
    ['negative', 'reg: -1', ['x.yaml:1:6 reg: expected at least 0, got -1']],
    ['too big', 'seed: 4294967296', ['x.yaml:1:7 seed: expected at most 4294967295, got 4294967296']],
    ['infinite', 'reg: .inf', ['x.yaml:1:6 reg: expected a number, got Infinity']],
    ['not a number', 'reg: .nan', ['x.yaml:1:6 reg: expected a number, got NaN']],
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
      ['x.yaml:1:16 normalization: expected none, batchnorm or layernorm, got "batch"'],
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
        'x.yaml:2:25 sweep.normalization.1: expected none, batchnorm or layernorm, got "batchnrom" (did you mean batchnorm?)',
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
      ['x.yaml:1:24 sweep.normalization: expected none, batchnorm or layernorm, got {"logspace":[0,1,2]}'],
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
        'x.yaml:1:34 charts.0.x: expected weightScale, reg, learningRate, lrDecay, batchSize, epochs or trainImages, got "normalization"',
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
        '  x.yaml:1:12 batchSize: a list of values belongs under sweep, as in sweep: { batchSize: [5,10] }',
        '  x.yaml:2:13 hiddenDims: a list of values belongs under sweep, as in sweep: { hiddenDims: [[50],[20]] }',
      ],
    ],
    [
      'a logspace outside sweep',
      'reg: {logspace: [-4, 0, 5]}',
      ['x.yaml:1:6 reg: a list of values belongs under sweep, as in sweep: { reg: {"logspace":[-4,0,5]} }'],
    ],
    [
      'a list of seeds',
      'seed: [1, 2, 3]',
      [
        'x.yaml:1:7 seed: expected one seed; replicates: 3 runs everything with 3 seeds, counting up from seed',
      ],
    ],
    [
      'seeds as an axis',
      'sweep:\n  - {}\n  - {seed: [1, 2]}',
      [
        'x.yaml:3:6 sweep.1.seed: seed cannot be swept; replicates: 2 runs everything with 2 seeds, counting up from seed',
      ],
    ],
    [
      'another key of the top level as an axis',
      'sweep: {stream: [notebook, paired]}',
      ['x.yaml:1:9 sweep.stream: stream cannot be swept; move it out of sweep'],
    ],
    ['a key that was renamed', 'repeats: 5', ['x.yaml:1:1 repeats: this key is called replicates now']],
    ['a lone width', 'hiddenDims: 100', ['x.yaml:1:13 hiddenDims: expected a list, got 100; write [100]']],
    [
      'a lone width in a sweep',
      'sweep: {hiddenDims: 100}',
      ['x.yaml:1:21 sweep.hiddenDims: expected a list, got 100; write [100]'],
    ],
    ['a number for a list of charts', 'charts: 5', ['x.yaml:1:9 charts: expected a list, got 5']],
  ];
  it.each(cases)('%s', async (_, text, lines) => {
    expect((await messageOf(text)).split('\n')).toEqual(lines);
  });

  // An error in the YAML itself shows its line.
  const yamlCases: [string, string, string[]][] = [
    [
      'a duplicate key',
      'epochs: 1\n"epochs": 2',
      ['2:1: duplicate key "epochs"', '  2 | "epochs": 2', '    | ^'],
    ],
    [
      'a key without a space',
      'epochs:3\nseed: 1',
      ['1:1: expected key: value, with a space after the colon', '  1 | epochs:3', '    | ^'],
    ],
    [
      'a key without a value',
      'seed: 1\nepochs\n',
      ['2:1: expected key: value, with a space after the colon', '  2 | epochs', '    | ^'],
    ],
    [
      'a key in a value',
      'title: Nets: deep',
      [
        '1:8: a key cannot follow a value in its line or indented below it; quote text that contains ": "',
        '  1 | title: Nets: deep',
        '    |        ^',
      ],
    ],
    [
      'two documents',
      'epochs: 1\n---\nepochs: 2',
      ['2:1: a second document starts here; a file holds one', '  2 | ---', '    | ^'],
    ],
    [
      'a tag',
      'epochs: !!binary aGk=',
      ['1:9: Unresolved tag: tag:yaml.org,2002:binary', '  1 | epochs: !!binary aGk=', '    |         ^'],
    ],
    ['a list for a key', '? [a]\n: 1', ['1:3: a key must be a word', '  1 | ? [a]', '    |   ^']],
    ['a number for a key', '1: 1', ['1:1: a key must be a word', '  1 | 1: 1', '    | ^']],
    [
      'an alias of nothing',
      'epochs: *e',
      ['1:9: *e refers to no anchor above it', '  1 | epochs: *e', '    |         ^'],
    ],
    [
      'a way to the prototype',
      '{"__proto__": {"epochs": 3}}',
      ['1:2: unknown key __proto__', '  1 | {"__proto__": {"epochs": 3}}', '    |  ^'],
    ],
    [
      'a way to the constructor',
      'sweep: {constructor: 5}',
      ['1:9: unknown key constructor', '  1 | sweep: {constructor: 5}', '    |         ^'],
    ],
    [
      'an open bracket inside another one',
      'epochs: 1\ncharts: [{y: loss]\nseed: 1',
      [
        '2:18: the { is not closed',
        '  2 | charts: [{y: loss]',
        '    |          ^ opened here',
        '    |                  ^ expected }',
      ],
    ],
    [
      'an open bracket around a closed one, at the end of the text',
      '[1, [2]\n\n',
      ['1:8: the [ is not closed', '  1 | [1, [2]', '    | ^ opened here', '    |        ^ expected ]'],
    ],
    [
      'an open bracket of an earlier line',
      `${'\n'.repeat(8)}sweep: {\n  reg: [0, 1\n}\n`,
      [
        '11:1: the [ is not closed',
        '  10 |   reg: [0, 1',
        '     |        ^ opened here',
        '  11 | }',
        '     | ^ expected ]',
      ],
    ],
    [
      'an open quote',
      'epochs: 1\ntitle: "abc\nseed: 1\n',
      ['2:8: this " is never closed', '  2 | title: "abc', '    |        ^'],
    ],
    [
      'a place in a long line',
      `seed: ${' '.repeat(100)}@x${' '.repeat(100)}`,
      [
        '1:107: Plain value cannot start with reserved character @',
        `  1 | …${' '.repeat(36)}@x${' '.repeat(34)}…`,
        `    | ${' '.repeat(37)}^`,
      ],
    ],
    [
      'an escape sequence of the terminal',
      'a: \u009b2J@\nb: @',
      ['2:4: Plain value cannot start with reserved character @', '  2 | b: @', '    |    ^'],
    ],
  ];
  it.each(yamlCases)('not YAML: %s', async (_, text, lines) => {
    expect((await messageOf(text)).split('\n')).toEqual(lines.with(0, `x.yaml:${lines[0]}`));
  });

  it('a closing bracket in the first column is not an error', async () => {
    expect((await load('sweep: {\n  reg: [0, 1]\n}\n')).sweep).toEqual([{ reg: [0, 1] }]);
  });

  it('reports all problems at once, in the order of the file', async () => {
    const error = await errorOf(load('seed: -1\nsweep:\n  reg: x\n  sede: 1\nepochs: 0\nspeed: 5\n'));
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
    expect((await linesOf(1000))[0]).toBe('1000 problems, of which these are the first 100');
  });

  it('lists the valid keys after an unknown one', async () => {
    const hintOf = async (text: string) => (await errorOf(load(text))).hint;
    expect(await hintOf('epochs: x')).toBe('cifar-norm sweep --help describes every key');
    expect(await hintOf('bananas: 1')).toMatch(/every key; the keys here are title, .*, charts$/);
    expect(await hintOf('sweep: {a: 1}')).toMatch(/; the keys here are group, hiddenDims, .*, trainImages$/);
    expect(await hintOf('sweep: [{a: 1}]')).toMatch(
      /; the keys here are group, hiddenDims, .*, trainImages$/,
    );
    expect(await hintOf('charts: [{y: loss, a: 1}]')).toMatch(/; the keys here are y, x, clamp$/);
    expect(await hintOf('sweep: {reg: {a: 1}}')).toMatch(/; the keys here are logspace$/);
  });
});

describe('text made to hang or break the reader', () => {
  const most = 128_000;
  const fill = (part: string) => part.repeat(Math.floor(most / part.length));
  const letters = 'abcdefghijklmnop'.split('');
  const bomb = letters
    .map((letter, i) => `${letter}: &${letter} [${Array(9).fill(i === 0 ? 1 : `*${letters[i - 1]}`)}]\n`)
    .join('');

  it.each([
    ['nested lists', fill('['), /nested deeper than 20/],
    ['nested maps', fill('{a: '), /nested deeper than 20/],
    ['nested items', fill('- '), /nested deeper than 20/],
    ['nested keys', fill('? '), /nested deeper than 20/],
    ['21 levels', `a: ${'['.repeat(21)}${']'.repeat(21)}`, /nested deeper than 20/],
    ['a list that holds itself', 'a: &a [*a]', /nested deeper than 20/],
    ['aliases of aliases', bomb, /more than 100000 values/],
    ['many aliases', `a: &a 1\nb: [${fill('*a,')}]`, /unknown key/],
    ['many documents', fill('---\n'), /second document/],
    ['many errors', fill(']'), /^x\.yaml:1:1: /],
    [
      'many keys',
      letters.map(a => letters.map(b => letters.map(c => `${a}${b}${c}: 1\n`).join('')).join('')).join(''),
      /4096 problems/,
    ],
    ['many wrong values', `sweep: {reg: [${fill('x,')}]}`, /expected at most 10000 values/],
    ['a long word', `normalization: ${fill('x')}`, /^x\.yaml:1:16 normalization: .{100,200}$/],
    ['a long key', `? ${fill('x')}\n: 1`, /unknown key/],
  ])('%s', async (_, text, message) => {
    expect(await messageOf(text)).toMatch(message);
  });

  it('reads 20 levels', async () => {
    expect(await messageOf(`title: ${'['.repeat(20)}${']'.repeat(20)}`)).toMatch(/title: expected text/);
  });
});
