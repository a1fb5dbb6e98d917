/** For any text, the loader returns an experiment or throws a CifarNormError, and does so soon. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyOverrides } from '../../src/config/overrides.ts';
import { type Experiment, experimentSchema, settingKeys } from '../../src/config/schema.ts';
import { sweepCells } from '../../src/config/sweep-cells.ts';
import { isMap, readYaml } from '../../src/config/yaml.ts';
import { CifarNormError } from '../../src/errors.ts';
import { configsFolder, loadShipped, loadText, SHIPPED, scratchFolder } from '../config/loading.ts';
import { mutated } from './mutations.ts';
import { isOrderly } from './orderly.ts';

const scratch = scratchFolder();
const keys = Object.keys(experimentSchema.shape);

/** Loads and plans; zod's own wording must never reach the user. */
async function plan(loading: Promise<Experiment>): Promise<void> {
  try {
    sweepCells(await loading, Math.pow);
  } catch (error) {
    if (
      error instanceof CifarNormError &&
      /Invalid input|received|ZodError|undefined|\[object/.test(error.message)
    )
      throw new Error(`zod's own words: ${error.message}`);
    throw error;
  }
  expect(Object.prototype).not.toHaveProperty('polluted');
}
const planText = (text: string | Uint8Array) => plan(loadText(scratch.path, text));
const readText = (text: string) => readYaml(text, ({ line, column }) => `${line}:${column}`).value;

const marks = [
  ...[
    ': ',
    ':\n',
    '\n',
    '\n  ',
    '\n- ',
    '- ',
    ' ',
    ', ',
    '{',
    '}',
    '[',
    ']',
    '# ',
    '"',
    "'",
    '? ',
    '|\n ',
    '>\n ',
  ],
  ...[
    '&a ',
    '*a',
    '!!str ',
    '!x ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '<<: ',
    '~',
    '\t',
    '\r\n',
    '@',
    '\0',
    '\ufeff',
  ],
];
const names = [
  'none',
  'batchnorm',
  'logspace',
  'linspace',
  'zip',
  'exclude',
  'above',
  'learns',
  'measure',
  'notebook',
  'group',
  'y',
  'loss',
  'x',
  'clamp',
];
const hostile = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '__proto__: {polluted: 1}\n',
  '<<: {polluted: 1}\n',
];
const numbers = [
  '0',
  '-1',
  '1e-3',
  '2.5',
  '1e400',
  '1.8e308',
  '5e-324',
  '.nan',
  '-.inf',
  '0x10',
  '99999999999999999999',
];
/** Text as word processors, input methods, Windows and other programs make it. */
const typed = [
  ...[
    '：',
    '，',
    '－',
    '０',
    '【',
    '】',
    '“',
    '”',
    '‘',
    '\u00a0',
    '\u3000',
    '\u200b',
    '\ufeff',
    '\u2212',
    '–',
    'е',
    '\u2028',
  ],
  ...[
    'lr',
    'batch_size',
    'optim_config',
    'batchnorm',
    'parameters',
    'hydra',
    'optimizer',
    'min',
    'max',
    'values',
  ],
  ...[
    '5,10,50',
    'range(5, 50, 5)',
    'range(1e9)',
    'np.logspace(-4, 0, 20)',
    '(1, 2',
    '1_000',
    '10^-3',
    '1,5',
    '0,5',
  ],
  ...['"1e-3"', "'[1, 2]'", '"C:\\Users\\me"', '"C:\\temp', '$HOME/x', '%USERPROFILE%\\x', '~/x', '~'],
  ...[
    '&a {reg: [1]}',
    '<<: *a',
    '<<: [*a, *a]',
    '<<: {lr: 1}',
    '# ',
    '#1',
    '{ values: [1, 2] }',
    '{ min: 1, max: 2 }',
  ],
];
const piece = fc.oneof(
  fc.constantFrom(...keys, ...settingKeys, ...names),
  fc.constantFrom(...typed),
  fc.constantFrom(...marks),
  fc.constantFrom(...hostile, 'true', 'null'),
  fc.constantFrom(...numbers),
  fc.string({ maxLength: 5 }),
);
const yamlish = fc.array(piece, { maxLength: 30 }).map(pieces => pieces.join(''));
const texts = SHIPPED.map(name =>
  readFileSync(join(configsFolder, `${name}.yaml`), 'utf8').replace(/^#.*\n/gm, ''),
);

describe('the loader', () => {
  isOrderly('YAML-like text', 0.04, yamlish, planText);
  isOrderly('any bytes', 0.02, fc.uint8Array({ maxLength: 200 }), planText);

  const damaged = fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(), fc.nat(12), piece), { minLength: 1, maxLength: 4 }),
    )
    .map(([text, edits]) =>
      edits.reduce((old, [place, length, insert]) => {
        const start = place % (old.length + 1);
        return old.slice(0, start) + insert + old.slice(start + length);
      }, text),
    );
  isOrderly('shipped experiments with edited words', 0.04, damaged, planText);
  isOrderly(
    'shipped experiments with edited bytes',
    0.04,
    mutated(texts.map(text => Buffer.from(text))),
    planText,
  );

  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(
      0,
      1,
      50,
      1e9,
      'none',
      [5, 10],
      [[5], [6]],
      { logspace: [0, 400, 5] },
      { logspace: [1, 2, 1e4] },
    ),
  );
  const plausible = fc.constantFrom(
    1,
    2,
    0.5,
    'none',
    'batchnorm',
    [1, 2],
    { logspace: [-3, 0, 4] },
    { linspace: [1, 3, 3] },
    true,
  );
  const settings = fc.dictionary(fc.constantFrom(...settingKeys), fc.oneof(value, plausible), { maxKeys: 4 });
  const grid = fc
    .tuple(settings, fc.option(settings), fc.option(fc.array(settings, { maxLength: 2 })))
    .map(([axes, zip, exclude]) => ({ ...axes, ...(zip && { zip }), ...(exclude && { exclude }) }));
  const chart = fc.dictionary(fc.constantFrom('x', 'y', 'clamp', 'z'), value);
  const experiment = fc
    .tuple(
      fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, plausible), { maxKeys: 3 }),
      fc.option(fc.oneof(value, grid, fc.array(grid, { maxLength: 4 })), { nil: undefined }),
      fc.option(fc.oneof(value, fc.array(chart, { maxLength: 3 })), { nil: undefined }),
    )
    .map(([base, sweep, charts]) => JSON.stringify({ ...base, sweep, charts }));
  isOrderly('values of any kind under the right keys', 0.04, experiment, planText);

  const foreign = fc.constantFrom(
    ...[
      'lr',
      'optimizer',
      'optim_config',
      'params',
      'use_batchnorm',
      'hidden_dims',
      'num_layers',
      'betas',
      'name',
    ],
    ...['values', 'min', 'max', 'type', 'hydra', 'momentum', 'sweep', 'batchSize', 'normalization', 'title'],
  );
  const { tree } = fc.letrec(tie => ({
    tree: fc.dictionary(foreign, fc.oneof({ maxDepth: 6 }, fc.constantFrom(...typed), value, tie('tree')), {
      maxKeys: 4,
    }),
  }));
  isOrderly(
    'experiments of other programs',
    0.04,
    tree.map(experiment => JSON.stringify(experiment)),
    planText,
  );
  const line = fc.tuple(
    fc.constantFrom('', '  ', '\u00a0\u00a0', '- ', '-\u00a0'),
    fc.oneof(foreign, fc.constantFrom(...keys, ...settingKeys)),
    fc.constantFrom(': ', '：', ':\u00a0', ':', '＝', ' '),
    fc.oneof(
      fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join('')),
      fc.constantFrom(...typed),
    ),
  );
  const lines = fc.array(line, { maxLength: 6 }).map(all => all.map(parts => parts.join('')).join('\n'));
  isOrderly('lines as people type them', 0.06, lines, planText);

  // Up to the largest size, repeating whatever the parser might be slow at.
  const unit = fc.array(piece, { minLength: 1, maxLength: 3 }).map(pieces => pieces.join(''));
  const large = fc
    .tuple(fc.constantFrom('', ...texts), unit, fc.constantFrom(100, 1000, 30_000, 131_000), yamlish)
    .map(([start, repeated, size, end]) => {
      const room = Math.max(0, size - start.length - end.length);
      return start + repeated.repeat(Math.floor(room / Math.max(1, Buffer.byteLength(repeated)))) + end;
    });
  isOrderly('one piece repeated, up to the largest file', 0.01, large, planText);

  const shapes: readonly ((n: number) => string)[] = [
    n => '['.repeat(n) + ']'.repeat(n),
    n => '{a: '.repeat(n) + '}'.repeat(n),
    n => '- '.repeat(n),
    n => Array.from({ length: Math.min(n, 400) }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
    n =>
      `a0: &a0 [1]\n${Array.from({ length: n % 1000 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]\n`).join('')}`,
    n => `a: &a [*a, *a]\n${'b: *a\n'.repeat(n % 1000)}`,
    n => `a: ${'9'.repeat(n)}`,
    n => `a: "${'\\u0061'.repeat(n / 6)}"`,
    n => Array.from({ length: n / 8 }, (_, i) => `k${i}: 1\n`).join(''),
    n => 'k: 1\n'.repeat(n / 5),
    n => `sweep: {reg: [${'1e-3, '.repeat(n / 6)}]}`,
    n => `sweep: [${'{reg: [1, 2], batchSize: [1, 2]}, '.repeat(n / 40)}]`,
    n =>
      `sweep: {${settingKeys.map(key => `${key}: [1, 2, 3, 4, 5, 6, 7, 8, 9]`).join(', ')}}${' '.repeat(n % 10)}`,
    n => `hiddenDims: [${'50, '.repeat(n / 4)}]`,
    n => `title: ${'a'.repeat(n)}`,
    n => `description: >\n${' a\n'.repeat(n / 3)}`,
    n => `${'\n'.repeat(n)}x`,
    n => `${'# a\n'.repeat(n / 4)}x`,
    n => `reg: {logspace: [0, 1, ${'9'.repeat((n % 12) + 1)}]}`,
    n => `sweep: {reg: [${'"1,2", '.repeat(n / 7)}]}`,
    n => `sweep: {reg: [${'"[1, 2]", '.repeat(n / 10)}]}`,
    n => `sweep: {reg: ${'5,'.repeat(n / 2)}}`,
    n => `reg: ${'5,'.repeat(n / 2)}`,
    n => `reg: ${'１'.repeat(n / 3)}`,
    n => `a：${'：'.repeat(n / 3)}\n}`,
    n => 'ｋ：1\n'.repeat(n / 8),
    n => `epochs: ${'\u00a0'.repeat(n / 2)}\nx`,
    n => `range(${'('.repeat(n / 2)}`,
    n => `reg: range(${'1,'.repeat(n / 2)})`,
    n => `sweep: {${Array.from({ length: n / 12 }, (_, i) => `lr${i}: [1]`).join(', ')}}`,
    n =>
      `a0: &a0 {x: 1}\n${Array.from({ length: n % 100 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}, *a${i}]}\n`).join('')}`,
    n => `a: &a {<<: *a}\n${'b: {<<: *a}\n'.repeat(n % 1000)}`,
    n => `${'{lr: '.repeat(n % 25)}1${'}'.repeat(n % 25)}`,
  ];
  const bomb = fc
    .tuple(fc.constantFrom(...shapes), fc.oneof(fc.nat(60), fc.nat(1000), fc.nat(131_000)))
    .map(([shape, size]) => shape(size));
  isOrderly('deep, wide, long texts and texts full of aliases', 0.004, bomb, planText);

  it('refuses by size a file that is too large to be read', async () => {
    const file = join(scratch.path, 'huge.yaml');
    writeFileSync(file, '');
    truncateSync(file, 5_000_000_000);
    await expect(loadShipped(file)).rejects.toThrow(/5000000000 bytes/);
  });
});

describe('overrides', () => {
  const key = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...keys, ...settingKeys) },
    fc.constantFrom('sweep.0', 'sweep.1.batchSize', 'sweep.reg', 'charts.0.y', 'charts.1', 'a.__proto__.b'),
    fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join('.')),
    fc.constantFrom(...typed, 'title', 'sweep.group', 'data', "'epochs", '+optimizer.lr'),
  );
  const scalar = fc.constantFrom(
    ...numbers,
    '1',
    '2',
    '10',
    'none',
    'batchnorm',
    'true',
    '[1, 2]',
    '{logspace: [-2, 0, 3]}',
    '',
    ...typed,
  );
  const override = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(key, scalar).map(([name, value]) => `${name}=${value}`) },
    fc.tuple(key, yamlish).map(([name, value]) => `${name}=${value}`),
    fc.tuple(key, piece).map(([name, value]) => `${name}=${value}`),
    fc.string(),
  );
  const overrides = fc.tuple(fc.constantFrom(...SHIPPED), fc.array(override, { maxLength: 4 }));
  isOrderly('overrides of shipped experiments', 0.05, overrides, ([name, changes]) =>
    plan(loadShipped(name, changes)),
  );

  const shipped = new Map(SHIPPED.map((name, i) => [name, readText(texts[i]!)]));
  const applied = ([name, changes]: [string, string[]]) => {
    const { experiment } = applyOverrides(shipped.get(name) as Record<string, unknown>, changes);
    expect(isMap(experiment)).toBe(true);
    expect(Object.prototype).not.toHaveProperty('polluted');
  };
  isOrderly('overrides in memory', 0.1, overrides, applied);
  // Linux allows 128 KB for one argument of a command line.
  const longOverride = fc
    .tuple(key, piece, piece, fc.constantFrom(1000, 30_000, 130_000))
    .map(([name, first, again, size]) => `${name}=${first}${again.repeat(size / Math.max(1, again.length))}`);
  const longOverrides = fc.tuple(fc.constantFrom(...SHIPPED), fc.tuple(longOverride));
  isOrderly('overrides of the greatest length', 0.005, longOverrides, applied);
});

isOrderly('YAML in memory', 0.07, fc.oneof(yamlish, fc.string({ unit: 'binary', maxLength: 60 })), text => {
  readText(text);
  expect(Object.prototype).not.toHaveProperty('polluted');
});
