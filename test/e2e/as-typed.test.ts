/** What the built command says to text as people type it, and where help must reach beyond the config. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binaryFolder } from '../data/fixtures.ts';
import { cifarNorm, emptyFolder, readCsv } from './cli.ts';

const TINY = [
  'data: synthetic',
  'hiddenDims: [8]',
  'epochs: 1',
  'numTraining: 400',
  'numValidation: 100',
  'trainImages: 100',
];

/** Runs an experiment of these lines, in a folder of its own. */
async function sweep(lines: readonly string[], ...words: readonly string[]) {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, 'x.yaml'), `${lines.join('\n')}\n`);
  return { cwd, ...(await cifarNorm(['sweep', 'x.yaml', '--out', 'run', ...words], { cwd })) };
}

describe('a config', () => {
  it.each<[lines: string[], stderr: string]>([
    [
      ['data: synthetic', 'epochs：3'],
      'error: x.yaml:2:7: type : instead of ： (U+FF1A)\n  2 | epochs：3\n    |       ^\n',
    ],
    [
      ['epochs:\u00a03', 'seed: 1'],
      'error: x.yaml:1:8: type a space instead of the no-break space (U+00A0)\n  1 | epochs:\u00a03\n    |        ^\n',
    ],
    [
      ['sweep:', '  batchSize: [10， 50]'],
      'error: x.yaml:2:17 sweep.batchSize.0: expected a number, got "10， 50"; type , instead of ， (U+FF0C)\n  2 |   batchSize: [10， 50]\n    |                 ^\n  hint: cifar-norm sweep --help describes every key\n',
    ],
    [
      ['learningRate: "1e-3"'],
      'error: x.yaml:1:15 learningRate: expected a number, got "1e-3"; write 1e-3 without the quotes\n  hint: cifar-norm sweep --help describes every key\n',
    ],
    [
      ['lr: 1e-3', 'batch_size: 5', 'batchnorm: true'],
      'error: 3 problems\n  x.yaml:1:1 lr: unknown key; write learningRate: 0.001\n  x.yaml:2:1 batch_size: unknown key; write batchSize: 5\n  x.yaml:3:1 batchnorm: unknown key; write normalization: batchnorm\n  hint: cifar-norm sweep --help describes every key\n',
    ],
    [
      ['sweep: { batchSize: 5,10,50 }'],
      'error: x.yaml:1:21: a list needs square brackets: write batchSize: [5, 10, 50]\n  1 | sweep: { batchSize: 5,10,50 }\n    |                     ^\n',
    ],
    [
      ['data: "C:\\Users\\me\\cifar"'],
      'error: x.yaml:1:10: invalid escape \\U: in double quotes \\ begins an escape; write the text in single quotes, or a path with / instead of \\\n  1 | data: "C:\\Users\\me\\cifar"\n    |          ^\n',
    ],
  ])('%j', async (lines, expected) => {
    const { code, stdout, stderr } = await sweep(lines);
    expect([code, stdout, stderr]).toEqual([2, '', expected]);
  });

  it('with merge keys runs the cells of both grids', async () => {
    const { cwd, code, stderr } = await sweep([
      ...TINY,
      'sweep:',
      '  - &base',
      '    weightScale: [1e-2, 1e-1]',
      '    normalization: batchnorm',
      '  - <<: *base',
      '    normalization: none',
    ]);
    expect(code, stderr).toBe(0);
    expect(readCsv(join(cwd, 'run', 'trials.csv')).map(row => [row.weightScale, row.normalization])).toEqual([
      ['0.01', 'batchnorm'],
      ['0.1', 'batchnorm'],
      ['0.01', 'none'],
      ['0.1', 'none'],
    ]);
  });
});

describe('the command line', () => {
  const cmd = 'cmd.exe keeps single quotes as they are: write --set';
  it.each<[words: string[], hint: string]>([
    [['batchSize=5'], 'change a key of the experiment with --set: --set batchSize=5'],
    [['batch_size=5,10'], 'change a key of the experiment with --set: --set "batchSize=[5, 10]"'],
    [['+trainer.lr=1e-3'], 'change a key of the experiment with --set: --set learningRate=0.001'],
    [['foo=1'], 'change a key of the experiment with --set: --set foo=1'],
    [['--set', "'batchSize=[5,", '10,', "50]'"], `${cmd} "batchSize=[5, 10, 50]"`],
    [['--set', "'epochs=3'"], 'cmd.exe keeps single quotes as they are: write --set epochs=3'],
    [['a=$(x) y'], "change a key of the experiment with --set: --set 'a=$(x) y'"],
    [['--set', 'batchSize=[5,', '10]'], 'quotes keep the value in one word: write --set "batchSize=[5, 10]"'],
    [['--set', 'epochs', '=', '3'], 'quotes keep the value in one word: write --set "epochs=3"'],
    [['--set', 'epochs', '3'], 'quotes keep the value in one word: write --set "epochs=3"'],
    [['--set', 'epochs: 3'], 'for example --set epochs=3'],
    [['--epochs', '3'], 'change a key of the experiment with --set, such as --set epochs=3'],
    [['--batch-size=5'], 'change a key of the experiment with --set, such as --set batchSize=5'],
    [['--momentum', '0.5'], 'change a key of the experiment with --set, such as --set sgdMomentum=0.5'],
    [['--nonsense'], 'change a key of the experiment with --set, such as --set epochs=3'],
    [['–set', 'epochs=3'], 'type -- instead of – (U+2013)'],
    [['—set', 'epochs=3'], 'type -- instead of — (U+2014)'],
  ])('%j', async (words, hint) => {
    const { code, stdout, stderr } = await cifarNorm(['sweep', 'weight-scale', '--quiet', ...words]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: /);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`  hint: ${hint}`);
  });

  it('no hint where there is nothing to guess', async () => {
    const { stderr } = await cifarNorm(['sweep', 'weight-scale', 'batch-size']);
    expect(stderr).toBe("error: too many arguments for 'sweep'. Expected 1 argument but got 2.\n");
  });

  it('text after # is kept', async () => {
    const { cwd, code, stderr } = await sweep(TINY, '--set', 'title=#1 try', '--set', 'description=a: b # c');
    expect(code, stderr).toBe(0);
    const { title, description } = JSON.parse(readFileSync(join(cwd, 'run', 'manifest.json'), 'utf8'));
    expect([title, description]).toEqual(['#1 try', 'a: b # c']);
  });
});

describe('~ is the home folder', () => {
  it('where the shell does not replace it, and no folder is called ~', async () => {
    const [cwd, home] = [emptyFolder(), emptyFolder()];
    const env = { HOME: home };
    writeFileSync(join(home, 'x.yaml'), `${TINY.join('\n')}\n`);
    const commands = [
      ['sweep', '~/x.yaml', '--quiet', '--out=~/runs/one'],
      ['show', '~/runs/one'],
      ['compare', '~/runs/one', '~/runs/one'],
      ['status', '~/runs/one'],
      ['export', '~/runs/one'],
      ['report', '~/runs/one', '--out=~/page.html'],
      ['gradcheck', '--out=~/checks'],
    ];
    for (const words of commands) {
      const { code, stderr } = await cifarNorm(words, { cwd, env });
      expect([words[0], code], stderr).toEqual([words[0], 0]);
    }
    expect(readdirSync(home).sort()).toEqual(['checks', 'page.html', 'runs', 'x.yaml']);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('in a config, an option and the environment', async () => {
    const [cwd, home] = [emptyFolder(), emptyFolder()];
    cpSync(binaryFolder(), join(home, 'cifar'), { recursive: true });
    writeFileSync(
      join(cwd, 'x.yaml'),
      'data: ~/cifar\nnumTraining: 10\nnumValidation: 5\ntrainImages: 10\nbatchSize: 5\n',
    );
    const env = { HOME: home, XDG_CACHE_HOME: '~/cache' };
    const swept = await cifarNorm(['sweep', 'x.yaml', '--quiet'], { cwd, env });
    expect(swept.code, swept.stderr).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(['results', 'x.yaml']);
    for (const [words, more] of [
      [['data', 'info', '--data=~/cifar'], {}],
      [['data', 'info'], { CIFAR_NORM_DATA: '~/cifar' }],
    ] as const) {
      const { code, stdout, stderr } = await cifarNorm(words, { cwd, env: { ...env, ...more } });
      expect(code, stderr).toBe(0);
      expect(stdout).toContain(`${home}/cifar`);
    }
    const { stdout } = await cifarNorm(['data', 'info'], { cwd, env });
    expect(stdout).toContain(`${home}/cache/cifar-norm: `);
  });

  it('a variable that no shell has replaced is named', async () => {
    const cwd = emptyFolder();
    const out = await cifarNorm(['sweep', 'deep-net', '--out', '$HOME/run'], { cwd });
    expect([out.code, out.stderr]).toEqual([
      2,
      "error: option '--out <folder>' argument '$HOME/run' is invalid. $HOME is not replaced by its value here; write ~ for the home folder.\n",
    ]);
    const data = await cifarNorm(['data', 'info'], { cwd, env: { CIFAR_NORM_DATA: '%USERPROFILE%\\cifar' } });
    expect(data.stderr).toContain(
      'hint: %USERPROFILE% is not replaced by its value here; write ~ for the home folder',
    );
    expect(readdirSync(cwd)).toEqual([]);
  });
});

it('large numbers are floats to pandas, names of groups no formulas', async () => {
  const group = '=HYPERLINK("http://127.0.0.1/x","open me")';
  const { cwd, code, stderr } = await sweep([
    ...TINY,
    'sweep:',
    `  - group: '${group}'`,
    '    hiddenWeightFactor: [1e20, 1]',
    '  - group: "-2 layers\\a"',
    '    hiddenWeightFactor: 2',
  ]);
  expect(code, stderr).toBe(0);
  const summary = readFileSync(join(cwd, 'run', 'summary.csv'), 'utf8');
  expect(summary).toContain(`,"'${group.replaceAll('"', '""')}",`);
  expect(summary).toContain(",'-2 layers,");
  for (const name of ['trials.csv', 'losses.csv', 'accuracies.csv', 'summary.csv']) {
    const text = readFileSync(join(cwd, 'run', name), 'utf8');
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text).not.toMatch(/(^|,)-?\d{16,}(,|$)/m);
    expect(text).toContain('1e+20');
  }
  // What 0.2.0 wrote of the same journal is verified too, and export brings it up to date.
  const path = (name: string) => join(cwd, 'run', name);
  const before = readFileSync(path('losses.csv'), 'utf8');
  writeFileSync(path('losses.csv'), before.replaceAll('1e+20', '100000000000000000000'));
  writeFileSync(
    path('summary.csv'),
    summary
      .replaceAll('1e+20', '100000000000000000000')
      .replaceAll("'", '')
      .replace('-2 layers', '-2 layers\u0007'),
  );
  expect((await cifarNorm(['verify', 'run'], { cwd })).code).toBe(0);
  expect((await cifarNorm(['export', 'run'], { cwd })).code).toBe(0);
  expect([readFileSync(path('losses.csv'), 'utf8'), readFileSync(path('summary.csv'), 'utf8')]).toEqual([
    before,
    summary,
  ]);
  writeFileSync(path('losses.csv'), before.replaceAll('1e+20', '100000000000000000001'));
  expect((await cifarNorm(['verify', 'run'], { cwd })).code).toBe(1);
});
