/** Clocks that are set back, or stand still. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from './cli.ts';

/** Options of Node that change its clock. */
const clock = (now: string) => {
  const program = `
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...parts) { parts.length === 0 ? super(Real.now() ${now}) : super(...parts); }
      static now() { return Real.now() ${now}; }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` };
};
const DAY_BACK = clock('- 86_400_000');
const STOPPED = clock('* 0 + 1_750_000_000_000');

const TINY = 'hiddenDims: [4]\ntrainImages: 20\nnumValidation: 10\nbatchSize: 5\nepochs: 1\n';

function project() {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, 'tiny.yaml'), TINY);
  const sweep = (env: NodeJS.ProcessEnv, ...words: string[]) =>
    cifarNorm(['sweep', 'tiny.yaml', '--data', 'synthetic', '--workers', '0', ...words], { cwd, env });
  const listed = async () => {
    const { stdout } = await cifarNorm(['runs', '--json'], { cwd });
    return (JSON.parse(stdout) as { folder: string }[]).map(({ folder }) => folder.split('/').at(-1));
  };
  const latest = async () => {
    const { stdout } = await cifarNorm(['status', '--json'], { cwd });
    return (JSON.parse(stdout) as { folder: string }).folder.split('/').at(-1);
  };
  return { cwd, sweep, listed, latest };
}

it('the newest run comes first, also if the clock was set back, and back again', async () => {
  const { cwd, sweep, listed, latest } = project();
  await sweep({}, '--out', 'results/first');
  await sweep(DAY_BACK, '--out', 'results/second');
  expect(await latest()).toBe('second');
  await sweep(DAY_BACK, '--out', 'results/third');
  expect(await listed()).toEqual(['third', 'second', 'first']);
  const dateOf = (name: string) => {
    const manifest = JSON.parse(readFileSync(join(cwd, 'results', name, 'manifest.json'), 'utf8'));
    return Date.parse(manifest.invokedAt);
  };
  expect(dateOf('third')).toBeLessThan(dateOf('first'));
  // The clock is right again, and its dates need no help.
  await sweep({}, '--out', 'results/fourth');
  expect(await listed()).toEqual(['fourth', 'third', 'second', 'first']);
  expect(readFileSync(join(cwd, 'results', 'fourth', 'journal.jsonl'), 'utf8')).not.toContain('orderedAt');
  await sweep(DAY_BACK, '--out', 'results/first', '--replicates', '2');
  expect(await latest()).toBe('first');
});

it('within one millisecond, --fresh keeps each earlier run', async () => {
  const { cwd, sweep } = project();
  for (const seed of ['1', '2', '3']) {
    const { code, stderr } = await sweep(STOPPED, '--out', 'run', '--fresh', '--seed', seed);
    expect(code, stderr).toBe(0);
  }
  const asides = readdirSync(cwd)
    .filter(name => name.startsWith('run.until-'))
    .sort();
  expect(asides).toHaveLength(2);
  const seeds = asides.map(
    name => JSON.parse(readFileSync(join(cwd, name, 'manifest.json'), 'utf8')).experiment.seed,
  );
  expect(seeds).toEqual([1, 2]);
});

it('within one millisecond, --repair keeps each damaged journal', async () => {
  const { cwd, sweep } = project();
  await sweep(STOPPED, '--out', 'run');
  const journal = join(cwd, 'run', 'journal.jsonl');
  const damaged = ['[9', '[99'].map(losses =>
    readFileSync(journal, 'utf8').replace('"losses":[', `"losses":${losses}`),
  );
  for (const text of damaged) {
    writeFileSync(journal, text);
    const { code, stderr } = await sweep(STOPPED, '--out', 'run', '--repair');
    expect(code, stderr).toBe(0);
  }
  const copies = readdirSync(join(cwd, 'run')).filter(name => name.includes('.damaged-'));
  expect(copies.sort().map(name => readFileSync(join(cwd, 'run', name), 'utf8'))).toEqual(damaged);
});

it('a manifest that cannot be read does not stop a run', async () => {
  const { cwd, sweep, latest } = project();
  await sweep({}, '--out', 'results/first');
  for (const text of ['{', '{"invokedAt":7}', '{"invokedAt":"9999"}', '']) {
    cpSync(join(cwd, 'results', 'first'), join(cwd, 'results', `odd-${text.length}`), { recursive: true });
    writeFileSync(join(cwd, 'results', `odd-${text.length}`, 'manifest.json'), text);
  }
  const { code, stderr } = await sweep({}, '--out', 'results/second');
  expect(code, stderr).toBe(0);
  expect(await latest()).toBe('second');
});
