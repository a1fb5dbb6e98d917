/** What runs and nets are called, on the terminal, in pages and in files. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from './cli.ts';

const TINY = { hiddenDims: [8], epochs: 1, trainImages: 50, numTraining: 100, numValidation: 100 };

async function swept(cwd: string, file: string, experiment: object, ...words: readonly string[]) {
  mkdirSync(dirname(join(cwd, file)), { recursive: true });
  writeFileSync(join(cwd, file), JSON.stringify({ ...TINY, data: 'synthetic', ...experiment }));
  const outcome = await cifarNorm(['sweep', `./${file}`, ...words], { cwd });
  expect(outcome.code, outcome.stderr).toBe(0);
  return outcome;
}

it('runs of one name are told apart by the folders above them', async () => {
  const cwd = emptyFolder();
  const folders = ['m1/run', 'm2/run', 'run-2', 'm1-run', 'x/m1/run'];
  for (const [i, out] of folders.entries()) await swept(cwd, 'a.json', { seed: i }, '--out', out);
  const report = async (...words: readonly string[]) => {
    const { code, stderr } = await cifarNorm(['report', ...words], { cwd });
    expect(code, stderr).toBe(0);
  };
  await report('m1/run', 'm2/run', 'run-2', '--out', 'three.html');
  const page = readFileSync(join(cwd, 'three.html'), 'utf8');
  expect(page).toContain('<h1>3 runs: m1/run, m2/run, run-2</h1>');
  expect(page).toContain('m2/run against m1/run');
  await report('m1/run', 'm2/run', 'run-2', '--format', 'md', '--out', 'three.md');
  expect(readFileSync(join(cwd, 'three.md'), 'utf8').match(/^## .*$/gm)).toEqual([
    '## Run m1/run: a',
    '## Run m2/run: a',
    '## Run run-2: a',
  ]);
  await report('run-2', '--format', 'md', '--out', 'one.md');
  expect(readFileSync(join(cwd, 'one.md'), 'utf8')).toMatch(/^## a$/m);
  // The same folder twice is the same run twice.
  await report('run-2', 'run-2', '--out', 'twice.html');
  expect(readFileSync(join(cwd, 'twice.html'), 'utf8')).toContain('<h1>2 runs: run-2, run-2 (2)</h1>');
  await report('m1/run', 'x/m1/run', 'm1-run', '--out', 'deep.html');
  const above = cwd.split('/').at(-1);
  expect(readFileSync(join(cwd, 'deep.html'), 'utf8')).toContain(
    `<h1>3 runs: ${above}/m1/run, x/m1/run, m1-run</h1>`,
  );
  // A label of two parts and a folder's name may give the same name of a file.
  await report('m1/run', 'm2/run', 'm1-run', '--format', 'svg', '--out', 'figures');
  const files = readdirSync(join(cwd, 'figures'));
  expect(files.length % 3).toBe(0);
  for (const start of ['m1-run-1-', 'm2-run-1-', 'm1-run (2)-1-'])
    expect(files.filter(file => file.startsWith(start))).toHaveLength(1);
});

it('an experiment keeps the letters of its name, and a path of 255 bytes is not exceeded', async () => {
  const cwd = emptyFolder();
  const names = ['实验一', '实验二', 'weight_scale-2.1', 'опыт', '深'.repeat(80)];
  for (const name of names) await swept(cwd, `${name}.json`, {}, '--quiet');
  const found = readdirSync(join(cwd, 'results')).map(folder => folder.replace(/-[0-9a-f]{8}$/, ''));
  expect(found.sort()).toEqual([...names.slice(0, 4), '深'.repeat(60)].sort());
  const { stdout } = await cifarNorm(['runs'], { cwd });
  for (const name of names.slice(0, 4)) expect(stdout).toContain(`results/${name}-`);
  const { stderr } = await swept(cwd, '实验一.json', {}, '--fresh');
  expect(stderr).toContain('kept the old run as');
  const page = /^Page: +cifar-norm report (.*) --open$/m.exec(stderr)![1]!;
  expect(page).toMatch(/^'results\/实验一-[0-9a-f]{8}'$/);
});

it('sixty equal widths are 8 x 60 for people, and written out for programs', async () => {
  const cwd = emptyFolder();
  const widths = [Array(60).fill(8), [16, ...Array(10).fill(8)], [8, 8]];
  const { stdout, stderr } = await swept(cwd, 'deep.json', { sweep: { hiddenDims: widths } }, '--out', 'run');
  expect(stdout).toContain('8 x 60');
  expect(stdout).toContain('16 + 8 x 10');
  expect(stdout).toContain('8x8');
  expect(stdout + stderr).not.toContain('8x8x8');
  const csv = readFileSync(join(cwd, 'run', 'trials.csv'), 'utf8');
  expect(csv.split('\n').map(line => line.split(',')[1])).toEqual([
    'hiddenDims',
    ...widths.map(each => each.join('x')),
    undefined,
  ]);
  for (const baseline of ['8 x 60', '16 + 8 x 10', '8x8']) {
    const compared = await cifarNorm(['compare', 'run', '--by', 'hiddenDims', '--baseline', baseline], {
      cwd,
    });
    expect(compared.code, compared.stderr).toBe(0);
    expect(compared.stdout).toContain(`against the net with hiddenDims ${baseline}`);
  }
  for (const format of ['html', 'md']) {
    await cifarNorm(['report', 'run', '--format', format], { cwd });
    const text = readFileSync(join(cwd, 'run', `report.${format}`), 'utf8');
    expect(text).toContain('8 x 60');
    expect(text).not.toContain('8x8x8');
  }
});
