/** Text as people type it: what each mistake is called, and what is to be written instead. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadExperiment } from '../../src/config/load.ts';
import { lookAlikesIn, replacementOf } from '../../src/config/look-alikes.ts';
import { inYaml, listMeant } from '../../src/config/meant.ts';
import { settingKeys } from '../../src/config/schema.ts';
import { isMap, readYaml } from '../../src/config/yaml.ts';
import { errorOf, loadText, scratchFolder } from './loading.ts';

const scratch = scratchFolder();
const messageOf = async (text: string, ...overrides: readonly string[]) =>
  (await errorOf(loadText(scratch.path, text, overrides))).message;

describe('characters that look like others', () => {
  /** Each: a text, the code point, where it stands, and what to type. */
  it.each<[text: string, code: string, place: string, advice: string]>([
    ['epochs：3', 'FF1A', '1:7', 'type : instead of ：'],
    ['data: synthetic\nepochs：3', 'FF1A', '2:7', 'type : instead of ：'],
    ['sweep：\n  reg： [0，1]', 'FF1A', '1:6', 'type : instead of ：'],
    ['sweep:\n  reg：[0, 1]\n', 'FF1A', '2:6', 'type : instead of ：'],
    ['sweep:\n  batchSize: [10， 50]', 'FF0C', '2:17', 'type , instead of ，'],
    ['sweep:\n  batchSize: [10、50]', '3001', '2:17', 'type , instead of 、'],
    ['sweep:\n  batchSize: 【10, 50】', '3010', '2:14', 'type [ instead of 【'],
    ['epochs: ３', 'FF13', '1:9', 'type 3 instead of ３'],
    ['epochs: ٣', '0663', '1:9', 'type 3 instead of ٣'],
    ['epochs: 𝟑', '1D7D1', '1:9', 'type 3 instead of 𝟑'],
    ['reg: 1e−3', '2212', '1:8', 'type - instead of −'],
    ['sweep:\n  weightScale: { logspace: [−3, 0, 4] }', '2212', '2:29', 'type - instead of −'],
    ['sweep:\n  weightScale: { logspace: [–3, 0, 4] }', '2013', '2:29', 'type - instead of –'],
    ['normalization: “none”', '201C', '1:16', 'type " instead of “'],
    ['normalization: ‘none’', '2018', '1:16', "type ' instead of ‘"],
    ['normalization: «none»', 'AB', '1:16', 'type " instead of «'],
    ['title: “a: b”', '201C', '1:8', 'type " instead of “'],
    ['title: "a\u201d\nseed: 1', '201D', '1:10', 'type " instead of \u201d'],
    ['epochs:\u00a03\nseed: 1', 'A0', '1:8', 'type a space instead of the no-break space'],
    ['epochs:\u30003\nseed: 1', '3000', '1:8', 'type a space instead of the ideographic space'],
    ['epochs: 3\u00a0', 'A0', '1:10', 'type a space instead of the no-break space'],
    ['sweep:\n -\u00a0reg: [0]', 'A0', '2:3', 'type a space instead of the no-break space'],
    ['epochs\u200b: 3', '200B', '1:7', 'remove the zero-width space'],
    ['epochs: 3\u200b', '200B', '1:10', 'remove the zero-width space'],
    ['seed: 1\n\ufeffepochs: 3', 'FEFF', '2:1', 'remove the byte-order mark'],
    ['ерochs: 3', '435', '1:1', 'type e instead of е of Cyrillic'],
    ['normalization: nοne', '3BF', '1:17', 'type o instead of ο of Greek'],
    ['hiddenDims: ［50］', 'FF3B', '1:13', 'type [ instead of ［'],
    ['sweep: ｛ reg: [0] ｝', 'FF5B', '1:8', 'type { instead of ｛'],
  ])('%j', async (text, code, place, advice) => {
    const [message, excerpt, caret] = (await messageOf(text)).split('\n');
    expect(message).toContain(`x.yaml:${place}`);
    expect(message).toContain(`${advice} (U+${code.padStart(4, '0')})`);
    const [line, column] = place.split(':').map(Number) as [number, number];
    const shown = text
      .split('\n')
      [line - 1]!.replace(/\p{Cf}/gu, ' ')
      .trimEnd();
    expect(excerpt).toBe(`  ${line} | ${shown}`.trimEnd());
    // A wide character is two columns, as is the blank that stands for it.
    expect(caret!.length).toBe(`  ${line} | `.length + column);
    expect(caret).toMatch(/^ {4}\| [ \u3000]*\^$/);
  });

  it('are named where they make two problems of one', async () => {
    expect((await messageOf('sweep:\n\u00a0\u00a0reg: [0]')).split('\n').slice(1)).toEqual([
      '  x.yaml:1:7 sweep: expected a map of keys to values, got nothing',
      '  x.yaml:2:1 \u00a0\u00a0reg: unknown key; type a space instead of the no-break space (U+00A0)',
      '    2 | \u00a0\u00a0reg: [0]',
      '      | ^',
    ]);
  });

  it('are named in --set too', async () => {
    expect(await messageOf('{}', 'epochs=３')).toBe(
      '--set epochs=３: expected a number, got "３"; type 3 instead of ３ (U+FF13)\n  1 | ３\n    | ^',
    );
    expect(await messageOf('{}', 'batchSize=[10， 50]')).toContain('type , instead of ， (U+FF0C)\n');
    expect(await messageOf('{}', 'epochs＝3')).toContain('type = instead of ＝ (U+FF1D)');
    expect(await messageOf('{}', '“epochs=3”')).toContain('type " instead of “ (U+201C)');
    expect(await messageOf('{}', 'epochs\u200b=3')).toContain('remove the zero-width space (U+200B)');
  });

  it('are left alone in text of the user, in comments, and where another mistake is to blame', async () => {
    const text = 'title: “实验：一”，½ — 好 # ：\ndescription: it’s\u00a0−3\nsweep: [{ group: ‘a’ }]';
    expect(await loadText(scratch.path, text)).toMatchObject({
      title: '“实验：一”，½ — 好',
      description: 'it’s\u00a0−3',
      sweep: [{ group: '‘a’' }],
    });
    expect(await messageOf('title: it’s: a\n')).toContain('a key cannot follow a value in its line');
    expect(await messageOf('seed: [1 # ：\n')).toContain('the [ is not closed');
    expect(await messageOf('学习率: 3')).toMatch(/^x\.yaml:1:1 学习率: unknown key$/);
    expect(await messageOf('эпохи: 3')).toMatch(/^x\.yaml:1:1 эпохи: unknown key$/);
  });

  it('each of ASCII has its full-width form, and every script its digits', () => {
    for (let code = 0x21; code <= 0x7e; code++)
      expect(replacementOf(String.fromCodePoint(code + 0xfee0))).toBe(String.fromCodePoint(code));
    const digits = Array.from({ length: 0x20000 }, (_, code) => code).filter(
      code => code > 0x7f && !(code >= 0xd800 && code < 0xe000) && /\p{Nd}/u.test(String.fromCodePoint(code)),
    );
    expect(digits.length).toBeGreaterThan(500);
    // Within a run of ten, digits count up; the reference is the platform's own formatting.
    for (const system of [
      'arab',
      'deva',
      'beng',
      'thai',
      'fullwide',
      'mathsans',
      'nkoo',
      'tibt',
      'khmr',
      'adlm',
    ]) {
      const format = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false });
      for (let digit = 0; digit < 10; digit++)
        expect([system, replacementOf(format.format(digit))]).toEqual([system, String(digit)]);
    }
    for (const code of digits) expect(replacementOf(String.fromCodePoint(code))).toMatch(/^\d$/);
  });

  it('plain text has none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), text => [...lookAlikesIn(text)].length === 0),
    );
  });
});

describe('values as people write them', () => {
  it.each<[text: string, message: string]>([
    ['batchSize: 5,10,50', 'expected a number, got "5,10,50"; write sweep: { batchSize: [5, 10, 50] }'],
    ['batchSize: 5 10 50', 'expected a number, got "5 10 50"; write sweep: { batchSize: [5, 10, 50] }'],
    ['sweep:\n  batchSize: 5, 10, 50', 'expected a number, got "5, 10, 50"; write batchSize: [5, 10, 50]'],
    ['sweep:\n  batchSize: (5, 10)', 'expected a number, got "(5, 10)"; write batchSize: [5, 10]'],
    ['sweep: { batchSize: 5,10,50 }', 'a list needs square brackets: write batchSize: [5, 10, 50]'],
    [
      'sweep: { normalization: none, batchnorm }',
      'a list needs square brackets: write normalization: [none, batchnorm]',
    ],
    [
      'sweep: { reg: 1, batchSize: 5, 10, seed: 1 }',
      'a list needs square brackets: write batchSize: [5, 10]',
    ],
    ['sweep: { batchSize: { 5, 10 } }', 'a list needs square brackets: write [5, 10]'],
    ['sweep: { learningRate: [0,01, 0,001] }', '0,01 is two numbers: for one, write 0.01'],
    ['sweep: { reg, epochs: 5 }', 'a key without a value; write key: value'],
    ['sweep: { batchSize: [5 10 50] }', 'got "5 10 50"; write batchSize: [5, 10, 50]'],
    ['sweep: { batchSize: [1, 5 10] }', 'got "5 10"; write 5, 10'],
    ['sweep: { batchSize: range(5, 50, 5) }', 'write batchSize: [5, 10, 15, 20, 25, 30, 35, 40, 45]'],
    ['sweep: { batchSize: [range(5, 50, 20)] }', 'write [5, 25, 45]'],
    ['sweep:\n  batchSize: range(5, 5000, 5)', 'write batchSize: { linspace: [5, 4995, 999] }'],
    ['sweep:\n  reg: np.arange(0, 0.5, 0.1)', 'write reg: [0, 0.1, 0.2, 0.3, 0.4]'],
    ['sweep:\n  reg: np.logspace(-4, 0, num=20)', 'write reg: { logspace: [-4, 0, 20] }'],
    ['sweep:\n  reg: np.linspace(0, 1)', 'write reg: { linspace: [0, 1, 50] }'],
    ['sweep:\n  reg: np.geomspace(1e-4, 1, 5)', 'write reg: { logspace: [-4, 0, 5] }'],
    ['sweep:\n  batchSize: choice(5, 10)', 'write batchSize: [5, 10]'],
    ['sweep: { batchSize: { values: [5, 10] } }', 'unknown key; write batchSize: [5, 10]'],
    ['sweep: { normalization: { values: [bn, null] } }', 'write normalization: [batchnorm, none]'],
    [
      'sweep: { reg: { min: 1e-4, max: 1, distribution: log_uniform_values } }',
      'write reg: { logspace: [-4, 0, 5] }',
    ],
    ['hiddenDims: 50, 20', 'expected a list, got "50, 20"; write hiddenDims: [50, 20]'],
    ['hiddenDims: "[50, 20]"', 'expected a list, got "[50, 20]"; write hiddenDims: [50, 20]'],
    ['seeds: range(3)', 'write seeds: [0, 1, 2]'],
    ['seed: 1,2', 'expected a number, got "1,2"; seeds: [1, 2] runs everything with each of them'],
    ['charts: [{ y: loss, clamp: "0, 5" }]', 'write clamp: [0, 5]'],
    ['learningRate: "1e-3"', 'expected a number, got "1e-3"; write 1e-3 without the quotes'],
    ["sweep: { reg: ['1e-3', 1] }", 'expected a number, got "1e-3"; write 1e-3 without the quotes'],
    ['diagnostics: "true"', 'expected true or false, got "true"; write true without the quotes'],
    ['epochs: 1_000', 'expected a number, got "1_000"; write 1000'],
    ['learningRate: 10^-3', 'write 0.001'],
    ['learningRate: 10**-3', 'write 0.001'],
    ['learningRate: 1/1000', 'write 0.001'],
    ['trainImages: 1,000', 'expected a number, got "1,000"; write 1000'],
    ['reg: 0,5', 'expected a number, got "0,5"; write 0.5, or [0, 5] for a list'],
    ['title: 2024', 'expected text, got 2024; put it in quotes'],
    ['normalization: bn', '(did you mean batchnorm?)'],
    ['normalization: LN', '(did you mean layernorm?)'],
    ['normalization: null', 'got nothing (did you mean none?)'],
    ['normalization: false', 'got false (did you mean none?)'],
    ['normalization: None', '(did you mean none?)'],
    ['updateRule: SGD', '(did you mean sgd?)'],
    ['updateRule: sgd_momentum', '(did you mean sgdMomentum?)'],
    ['weightScale: kaiming_normal', 'expected he or xavier, got "kaiming_normal" (did you mean he?)'],
    ['dtype: torch.float64', '(did you mean float64?)'],
  ])('%j', async (text, message) => {
    expect(await messageOf(text)).toContain(message);
  });

  it('Python and NumPy give the same values, by their own rules', () => {
    expect(listMeant('range(5)')).toEqual([0, 1, 2, 3, 4]);
    expect(listMeant('range(10, 0, -3)')).toEqual([10, 7, 4, 1]);
    expect(listMeant('np.arange(0.1, 0.4, 0.1)')).toEqual([0.1, 0.2, 0.3]);
    for (const text of [
      'range(0)',
      'range(5, 5)',
      'range(0, 1, 0)',
      'range()',
      'range(a)',
      'f(1, 2)',
      'range(0, 1e9)',
    ])
      expect([text, listMeant(text)]).toEqual([text, undefined]);
    for (const text of ['', '5', 'none', 'two words', 'a, b c', '(', ')', '1,,2', ',', '5,'])
      expect([text, listMeant(text)]).toEqual([text, undefined]);
  });

  it('what is suggested is YAML for the value that was meant', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 0 }),
      fc.constantFrom('true', 'null', '1', '~', 'a b', '- a', '#', 'a: b', ''),
    );
    const nested = fc.oneof(
      value,
      fc.array(value),
      fc.dictionary(fc.constantFrom('reg', 'x1'), fc.array(value)),
    );
    fc.assert(
      fc.property(nested, made => {
        const text = inYaml(made);
        expect(readYaml(text, () => '').value).toEqual(JSON.parse(JSON.stringify(made)));
      }),
    );
  });
});

describe('keys of other programs', () => {
  it.each<[text: string, instead: string]>([
    ['lr: 0.1', 'learningRate: 0.1'],
    ['lr: [0.1, 1]', 'sweep: { learningRate: [0.1, 1] }'],
    ['batch_size: 5', 'batchSize: 5'],
    ['BATCH-SIZE: 5', 'batchSize: 5'],
    ['hidden_dims: [50, 50]', 'hiddenDims: [50, 50]'],
    ['hidden_size: 50', 'hiddenDims: [50]'],
    ['num_layers: 3', 'hiddenDims: [100, 100, 100]'],
    ['num_epochs: 10', 'epochs: 10'],
    ['weight_scale: 1e-3', 'weightScale: 0.001'],
    ['update_rule: sgd_momentum', 'updateRule: sgdMomentum'],
    ['optim_config: { learning_rate: 1e-3 }', 'learningRate: 0.001'],
    [
      'optimizer: { type: Adam, lr: 1e-3, beta1: 0.8 }',
      'updateRule: adam, learningRate: 0.001, adamBeta1: 0.8',
    ],
    ['optimizer: Adam', 'updateRule: adam'],
    ['optimizer: sgd,adam', 'sweep: { updateRule: [sgd, adam] }'],
    ['batchnorm: true', 'normalization: batchnorm'],
    ['use_batchnorm: false', 'normalization: none'],
    ['use_batchnorm: [true, false]', 'sweep: { normalization: [batchnorm, none] }'],
    ['sweep: { lr: [1, 2] }', 'learningRate: [1, 2]'],
    ['sweep: { batchnorm: [true, false] }', 'normalization: [batchnorm, none]'],
    ['sweep: { zip: { lr: [1, 2] } }', 'learningRate: [1, 2]'],
    ['baseline: { norm: BatchNorm }', 'normalization: batchnorm'],
    ['weight_decay: "1e-4"', 'reg: 0.0001'],
    ['random_state: 7', 'seed: 7'],
    ['repeats: 5', 'replicates: 5'],
    ['dataset: ~/x', 'data: "~/x"'],
    ['name: My run', 'title: "My run"'],
    ['training: { lr: 0.1, num_epochs: 3 }', 'learningRate: 0.1, epochs: 3'],
    [
      'parameters: { lr: { values: [1, 2] }, optimizer: { value: Adam } }',
      'sweep: { learningRate: [1, 2], updateRule: adam }',
    ],
    ['param_grid: { batch_size: [5, 10] }', 'sweep: { batchSize: [5, 10] }'],
    ['hydra: { sweeper: { params: { batch_size: "5,10" } } }', 'sweep: { batchSize: [5, 10] }'],
  ])('%j', async (text, instead) => {
    expect(await messageOf(text)).toMatch(/^x\.yaml:1:\d+ [\w.-]+: unknown key; write /i);
    expect(await messageOf(text)).toMatch(`; write ${instead}`);
    // What is suggested is accepted.
    const place = /^(sweep|baseline): \{ (zip: \{ )?/.exec(text);
    const lines = instead.split(/, (?=[a-zA-Z]+[0-9]?: )(?![^{]*\})/).join('\n');
    await loadText(scratch.path, place ? `${place[0]}${instead} }${place[2] ? ' }' : ''}` : lines).catch(
      error => {
        if (!/no cell of the sweep|there is no/.test(error.message)) throw error;
      },
    );
  });

  it.each<[text: string, message: string]>([
    ['dropout: 0.5', 'unknown key; there is no dropout: remove it'],
    ['method: grid', 'unknown key; it belongs to wandb: remove it'],
    ['metric: { name: val_acc, goal: maximize }', 'unknown key; it belongs to wandb: remove it'],
    ['_target_: x.y', 'unknown key; it belongs to Hydra: remove it'],
    ['num_workers: 4', 'unknown key; this is an option: --workers N'],
    ['output_dir: x', 'unknown key; this is an option: --out FOLDER'],
    ['device: cuda', 'unknown key; nets train on the processor: remove it'],
    ['lr: fast', 'unknown key; the key here is learningRate'],
    ['lerningRate: 1', 'unknown key (did you mean learningRate?)'],
    ['bananas: 1', 'unknown key'],
  ])('%j', async (text, message) => {
    expect(await messageOf(text)).toMatch(new RegExp(`: ${message.replace(/[()?]/g, '\\$&')}`));
  });

  it('are options in --set, and no list of keys is needed', async () => {
    const error = await errorOf(loadText(scratch.path, '{}', ['lr=1e-3']));
    expect(error.message).toBe('--set lr=1e-3: unknown key; write --set learningRate=0.001');
    expect(error.hint).toBe('cifar-norm sweep --help describes every key');
    expect(await messageOf('{}', 'batch_size=5,10')).toContain('write --set "batchSize=[5, 10]"');
    expect(await messageOf('{}', 'batchnorm=true')).toContain('write --set normalization=batchnorm');
    expect(await messageOf('{}', '+optimizer.lr=1')).toContain('write --set learningRate=1');
    expect(await messageOf('{}', 'batchSize=5,10,50')).toBe(
      '--set batchSize=5,10,50: expected a number, got "5,10,50"; write --set "batchSize=[5, 10, 50]"',
    );
    expect(await messageOf('{}', 'normalization=bn,none')).toContain(
      'write --set "normalization=[batchnorm, none]"',
    );
  });

  it('no setting is taken for another', async () => {
    for (const key of settingKeys) {
      const message = await messageOf(
        `${key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)}x1: 0.5`,
      );
      expect(message).not.toContain('; write');
    }
  });
});

describe('merge keys', () => {
  const load = async (text: string) => (await loadText(scratch.path, text)).sweep;

  it('take over the entries of another map, and the own ones win, whichever comes first', async () => {
    const base = '- &base { weightScale: [0.01, 0.1], normalization: batchnorm }';
    for (const grid of ['{ <<: *base, normalization: none }', '{ normalization: none, <<: *base }']) {
      const sweep = await load(`sweep:\n${base}\n- ${grid}`);
      expect(Object.entries(sweep[1]!)).toEqual([
        ['weightScale', [0.01, 0.1]],
        ['normalization', 'none'],
      ]);
    }
  });

  it('of several maps the earlier wins; nested merges work', async () => {
    const text = [
      'sweep:',
      '- &a { reg: [1], batchSize: [5] }',
      '- &b { <<: *a, reg: [2], epochs: [1, 2] }',
      '- <<: [*b, *a]',
      '  lrDecay: [1]',
      '- { <<: [*a, { reg: [3], epochs: [4] }] }',
    ].join('\n');
    expect((await load(text)).slice(2)).toEqual([
      { reg: [2], batchSize: [5], epochs: [1, 2], lrDecay: [1] },
      { reg: [1], batchSize: [5], epochs: [4] },
    ]);
  });

  it('a problem is reported where its text stands', async () => {
    expect(await messageOf('sweep:\n- &a { reg: [x] }\n- { <<: *a }')).toBe(
      '2 problems\n  x.yaml:2:14 sweep.0.reg.0: expected a number, got "x"\n  x.yaml:2:14 sweep.1.reg.0: expected a number, got "x"',
    );
    expect(await messageOf('sweep:\n- &a { reg: [1] }\n- { <<: *a, reg: [x] }')).toContain(
      'x.yaml:3:19 sweep.1.reg.0',
    );
  });

  it.each<[text: string, message: RegExp]>([
    ['sweep: { <<: 5 }', /1:14: << merges maps: write <<: \*name/],
    ['sweep: { <<: [5] }', /<< merges maps/],
    ['sweep: { <<: *x }', /\*x refers to no anchor/],
    ['sweep: { <<: {}, <<: {} }', /duplicate key "<<"/],
    ['sweep: { "<<": 5 }', /sweep\.<<: unknown key/],
    ['sweep: &a { <<: *a }', /nested deeper than 20/],
    ['sweep: { <<: { __proto__: { x: 1 } } }', /unknown key __proto__/],
    [
      `a: &a {}\n${Array.from({ length: 18 }, (_, i) => `b${i}: &b${i} { <<: [${Array(9).fill(i ? `*b${i - 1}` : '*a')}] }`).join('\n')}`,
      /more than 100000 values|nested deeper/,
    ],
  ])('%#', async (text, message) => {
    expect(await messageOf(text)).toMatch(message);
  });
});

describe('--set', () => {
  const load = (...overrides: readonly string[]) => loadText(scratch.path, 'title: before', overrides);

  it.each<[override: string, title: string]>([
    ['title=#1 try', '#1 try'],
    ['title=try #2', 'try #2'],
    ['title= try #2 ', 'try #2'],
    ['title=a: b', 'a: b'],
    ['title=[x', '[x'],
    ['title={a}', '{a}'],
    ['title=5', '5'],
    ['title=*a', '*a'],
    ['title=@x', '@x'],
    ['title=- a', '- a'],
    ["title='tis", "'tis"],
    ['title="a: b"', 'a: b'],
    ["title='it''s #1'", "it's #1"],
    ['title="a" or "b"', '"a" or "b"'],
    ['title="a" #1', '"a" #1'],
  ])('%s', async (override, title) => {
    expect((await load(override)).title).toBe(title);
  });

  it('text is text in every text, and an empty one removes it', async () => {
    expect((await load('title=')).title).toBeUndefined();
    expect((await load('title=null')).title).toBeUndefined();
    await expect(load('data=')).rejects.toThrow('no value after the =');
    expect((await load('data=null')).data).toBeUndefined();
    expect((await load('data=~')).data).toBe('~');
    expect((await load('sweep.group=a # b')).sweep[0]!.group).toBe('a # b');
    expect((await load('description=|\n a # b\n c')).description).toBe('a # b\nc\n');
  });

  it('a comment is never lost in silence', async () => {
    expect(await messageOf('{}', 'epochs=3 # three')).toBe(
      '--set epochs=3 # three: expected a number, got "3 # three"',
    );
    const error = await errorOf(load('batchSize=[5, 10] # two'));
    expect(error.message).toContain('what follows the # is a comment in YAML, and would be lost');
    expect((await load('expect=[{ say: "#1", learns: true }]')).expect).toEqual([
      { say: '#1', learns: true },
    ]);
  });

  it.each([
    ['epochs:3', '--set epochs=3'],
    ['epochs: 3', '--set epochs=3'],
    ['epochs 3', '--set epochs=3'],
    ['epochs', '--set epochs=3'],
    ["'epochs=4'", '--set epochs=4'],
    ["'batchSize=[5,", '--set "batchSize=[5,"'],
  ])('%s', async (override, hint) => {
    expect((await errorOf(load(override))).hint).toContain(hint);
  });
});

describe('paths', () => {
  it.each<[text: string, message: string]>([
    [
      'data: "C:\\Users\\me"',
      'x.yaml:1:10: invalid escape \\U: in double quotes \\ begins an escape; write the text in single quotes, or a path with /',
    ],
    [
      'data: "C:\\temp\\new"',
      'the path holds a control character, \\t: in double quotes \\ begins an escape; write the path in single quotes, or with /',
    ],
    ['data: "C:\\data\\"\nseed: 1', 'in double quotes \\ begins an escape'],
    ['data: $HOME/cifar', '$HOME is not replaced by its value here; write ~ for the home folder'],
    [`data: $${'{HOME}'}`, `$${'{HOME}'} is not replaced by its value here; write ~ for the home folder`],
    ['data: $SCRATCH/cifar', '$SCRATCH is not replaced by its value here; write the path itself'],
    [
      'data: %USERPROFILE%\\cifar',
      '%USERPROFILE% is not replaced by its value here; write ~ for the home folder',
    ],
    [
      "data: '%USERPROFILE%\\cifar'",
      '%USERPROFILE% is not replaced by its value here; write ~ for the home folder',
    ],
    [
      'data: $env:USERPROFILE\\cifar',
      '$env:USERPROFILE is not replaced by its value here; write ~ for the home folder',
    ],
    ['data: “/x/cifar”', 'type " instead of “ (U+201C)'],
    ['data: ~', 'expected text, got nothing; for the home folder write ~/'],
  ])('%j', async (text, message) => {
    const all = await messageOf(text);
    expect(all).toContain(message);
    expect(all).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it.each([
    "data: 'C:\\Users\\me'",
    'data: C:\\temp\\new',
    'data: /cost/$5',
    'data: /x/实验：一',
    'data: ~/x',
  ])('%j is taken', async text => {
    expect((await loadText(scratch.path, text)).data).toBe(text.slice(6).replaceAll("'", ''));
  });
});

it('a suggestion for any experiment of another program never breaks the report', async () => {
  const words = [
    'lr',
    'optimizer',
    'params',
    'sweep',
    'batchnorm',
    'values',
    'min',
    'max',
    'hidden_dims',
    'reg',
    'title',
  ];
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom('5,10', 'range(3)', true, [1, 2], 'bn'),
  );
  const map = fc.dictionary(fc.constantFrom(...words), values, { maxKeys: 4 });
  const nested = fc.dictionary(fc.constantFrom(...words), fc.oneof(values, map, fc.array(map)), {
    maxKeys: 4,
  });
  await fc.assert(
    fc.asyncProperty(nested, async experiment => {
      const text = JSON.stringify(experiment);
      if (!isMap(experiment)) return;
      writeFileSync(join(scratch.path, 'any.json'), text);
      await loadExperiment('./any.json', [], scratch.path).catch(error => {
        expect(error.message).not.toMatch(/undefined|\[object|NaN/);
      });
    }),
  );
});
