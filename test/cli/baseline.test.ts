/** What nets are compared with: the experiment's baseline, or the one that `--baseline` names as tables print it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';

const cwd = emptyFolder();
const SMALL = `data: synthetic
numTraining: 20
numValidation: 10
trainImages: 20
batchSize: 10
hiddenDims: [4]
epochs: 1
`;
const runs = {
  lists: 'sweep: { hiddenDims: [[8], [8, 8], [8, 60], []], diagnostics: [false, true] }',
  numbers: 'sweep: { weightScale: { linspace: [0.1, 1, 10] }, normalization: [none, batchnorm, rmsnorm] }',
  list: 'sweep: { weightScale: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], normalization: [none, batchnorm, rmsnorm] }',
  close: 'sweep: { learningRate: [0.3001, 0.3004, 0.00031622776601683794, 1000000.5] }',
  rules: 'sweep: { weightScale: [he, 0.1], updateRule: [adam, sgdMomentum] }',
  together: 'sweep: { zip: { batchSize: [5, 10], epochs: [1, 2] } }',
};

beforeAll(async () => {
  for (const [name, sweep] of Object.entries(runs)) {
    writeFileSync(join(cwd, `${name}.yaml`), SMALL + sweep);
    const { code } = await cifarNorm(['sweep', `${name}.yaml`, '--out', name, '--quiet'], { cwd });
    expect(code).toBe(0);
  }
}, 300_000);

/** The baseline's value in each comparison. */
async function baselineOf(run: keyof typeof runs, by: string, value: string) {
  const words = ['compare', run, '--by', by, '--baseline', value, '--json'];
  const { code, stdout, stderr } = await cifarNorm(words, { cwd });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const { cells } = JSON.parse(stdout) as { cells: { baseline: { net: Record<string, unknown> } }[] };
  expect(cells.length).toBeGreaterThan(0);
  const values = new Set(cells.map(({ baseline }) => JSON.stringify(baseline.net[by])));
  expect(values.size).toBe(1);
  return JSON.parse([...values][0]!);
}

const hintOf = async (run: keyof typeof runs, by: string, value: string) => {
  const { code, stderr } = await cifarNorm(['compare', run, '--by', by, '--baseline', value], { cwd });
  expect(code).toBe(2);
  return stderr;
};

it.each([
  ['numbers', 'weightScale', '0.3', 0.30000000000000004],
  ['numbers', 'weightScale', '.3', 0.30000000000000004],
  ['numbers', 'weightScale', '7e-1', 0.7000000000000001],
  ['numbers', 'weightScale', '0.30000000000000004', 0.30000000000000004],
  ['numbers', 'normalization', 'none', 'none'],
  ['numbers', 'normalization', 'the plain net', 'none'],
  ['numbers', 'normalization', 'plain net', 'none'],
  ['numbers', 'normalization', 'RMS norm', 'rmsnorm'],
  ['numbers', 'normalization', 'batchnorm', 'batchnorm'],
  ['lists', 'hiddenDims', '8', [8]],
  ['lists', 'hiddenDims', '8x8', [8, 8]],
  ['lists', 'hiddenDims', '8 x 60', [8, 60]],
  ['lists', 'hiddenDims', '[8, 8]', [8, 8]],
  ['lists', 'hiddenDims', 'none', []],
  ['lists', 'hiddenDims', '[]', []],
  ['lists', 'diagnostics', 'true', true],
  ['lists', 'diagnostics', 'false', false],
  ['close', 'learningRate', '0.3001', 0.3001],
  ['close', 'learningRate', '3.16e-4', 0.00031622776601683794],
  ['close', 'learningRate', '0.000316', 0.00031622776601683794],
  ['close', 'learningRate', '1e6', 1000000.5],
  ['rules', 'weightScale', 'he', 'he'],
  ['rules', 'weightScale', '0.1', 0.1],
  ['rules', 'updateRule', 'sgdMomentum', 'sgdMomentum'],
] as const)('%s: --by %s --baseline %s', async (run, by, text, value) => {
  expect(await baselineOf(run, by, text)).toEqual(value);
});

describe('a value that the run does not have', () => {
  it.each([
    ['numbers', 'weightScale', '0.35'],
    ['lists', 'hiddenDims', '9'],
    ['lists', 'diagnostics', 'maybe'],
    ['close', 'learningRate', '0.5'],
    ['rules', 'weightScale', 'xavier'],
  ] as const)('%s: the hint of --by %s lists values that are taken', async (run, by, text) => {
    const [, list] = /choose one of: (.*)/.exec(await hintOf(run, by, text))!;
    const values = await Promise.all(list!.split(', ').map(value => baselineOf(run, by, value)));
    expect(new Set(values.map(value => JSON.stringify(value))).size).toBe(values.length);
  });

  it('one that may be two is asked for again', async () => {
    expect(await hintOf('close', 'learningRate', '0.3')).toMatch(
      /learningRate 0\.3 may be 0\.3001 or 0\.3004\n {2}hint: write one of these/,
    );
  });

  it('an empty one is no value', async () => {
    expect(await hintOf('lists', 'hiddenDims', '')).toMatch(
      /the run has no hiddenDims "" to be the baseline/,
    );
  });
});

it('an axis of settings that move together goes by its label too', async () => {
  const words = (by: string) => ['compare', 'together', '--by', by, '--json'];
  const label = await cifarNorm(words('batchSize with epochs'), { cwd });
  expect([label.code, label.stderr]).toEqual([0, '']);
  expect(label.stdout).toBe((await cifarNorm(words('batchSize'), { cwd })).stdout);
});

it('two runs pair by values that differ in their last bits', async () => {
  const { stdout } = await cifarNorm(['compare', 'numbers', 'list', '--json'], { cwd });
  const { cells, unmatched } = JSON.parse(stdout);
  expect([cells.length, unmatched]).toEqual([30, []]);
  const refused = await cifarNorm(['compare', 'numbers', 'list', '--baseline', '0.3'], { cwd });
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/--by and --baseline choose among the nets of one run/),
  ]);
});

describe("the experiment's baseline", () => {
  const LEARNS = `data: synthetic
numTraining: 400
numValidation: 100
trainImages: 400
hiddenDims: [20]
epochs: 5
replicates: 2
`;

  it.each([
    ['normalization: layernorm', 'normalization: [batchnorm, layernorm, none]', 'layer norm'],
    ['learningRate: 0.003', 'learningRate: { linspace: [0.001, 0.003, 3] }', 'learningRate 3e-3'],
    // The sweep has 0.002 * 1.5 = 0.003.
    ['learningRate: 0.003', 'learningRate: { linspace: [0.002, 0.004, 3] }', 'learningRate 3e-3'],
  ])(
    '{ %s } of { %s } is that of compare, show, finding, page and Markdown',
    async (baseline, sweep, name) => {
      writeFileSync(join(cwd, 'x.yaml'), `${LEARNS}baseline: { ${baseline} }\nsweep: { ${sweep} }\n`);
      const run = join(emptyFolder(), 'run');
      const swept = await cifarNorm(['sweep', 'x.yaml', '--out', run, '--quiet'], { cwd });
      expect([swept.code, swept.stderr]).toEqual([0, '']);
      const { stdout } = await cifarNorm(['compare', run, '--format', 'md'], { cwd });
      const verdicts = stdout
        .split('\n')
        .filter(line => line.startsWith('- ') && line.includes(name))
        .map(line => line.slice(2));
      expect(verdicts).toHaveLength(2);
      // The baseline comes second.
      for (const verdict of verdicts)
        expect(verdict).toMatch(new RegExp(`, of .*${name}|and .*${name} are not compared`));
      await cifarNorm(['report', run, '--format', 'md'], { cwd });
      await cifarNorm(['report', run], { cwd });
      const shown = (await cifarNorm(['show', run], { cwd })).stdout.replace(/\s+/g, ' ');
      const finding = JSON.parse(readFileSync(join(run, 'finding.json'), 'utf8')) as { sentences: string[] };
      const page = readFileSync(join(run, 'report.html'), 'utf8');
      const markdown = readFileSync(join(run, 'report.md'), 'utf8').replaceAll('\\', '');
      for (const verdict of verdicts) {
        expect(finding.sentences).toContain(verdict);
        expect(shown).toContain(verdict);
        // Once in the finding and once in the comparison.
        expect(page.split(`>${verdict}<`)).toHaveLength(3);
        expect(markdown.split(`- ${verdict}`)).toHaveLength(3);
      }
    },
  );
});
