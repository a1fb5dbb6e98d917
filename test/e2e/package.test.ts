/** The package as users of the library install it: in an empty strict project, with no types but its own. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, readCsv } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = emptyFolder();
const installed = join(project, 'node_modules', 'cifar-norm');

/** The packed files, next to the dependencies of this checkout. */
beforeAll(() => {
  const folder = emptyFolder();
  // Skips the package's scripts, which would rebuild dist while other tests use it.
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  execFileSync('tar', ['xzf', join(folder, readdirSync(folder)[0]!), '-C', folder]);
  mkdirSync(join(project, 'node_modules'));
  cpSync(join(folder, 'package'), installed, { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  mkdirSync(join(installed, 'node_modules', '@commander-js'), { recursive: true });
  for (const name of Object.keys(dependencies))
    symlinkSync(join(root, 'node_modules', name), join(installed, 'node_modules', name));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});

const run = (file: string) =>
  spawnSync(process.execPath, [file], {
    cwd: project,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: emptyFolder() },
  });

describe('the package', () => {
  it('installs every package that the bundled command imports', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const bundle = join(installed, 'dist', 'bundle');
    const imported = readdirSync(bundle)
      .filter(name => name.endsWith('.js'))
      .flatMap(name => [
        ...readFileSync(join(bundle, name), 'utf8').matchAll(
          /\bimport(?:[\w\s{},*$]+from)?\s*["'`]([^"'`.][^"'`]*)["'`]/g,
        ),
      ])
      .map(([, name]) => name!.match(/^(@[^/]+\/)?[^/]+/)![0])
      .filter(name => !name.startsWith('node:'));
    expect(imported).toContain('d3-scale');
    expect(Object.keys({ ...dependencies, ...peerDependencies })).toEqual(expect.arrayContaining(imported));
  });

  it('type-checks strictly, without skipLibCheck and without the types of Node', () => {
    writeFileSync(
      join(project, 'use.ts'),
      `import { type Chart, type Result, runExperiment, type Table } from 'cifar-norm';
const run = await runExperiment('weight-scale', { data: 'synthetic', workers: 2, set: { epochs: 1, hiddenDims: [8] } });
const [table, charts, results]: [Table, Chart[], readonly Result[]] = [run.table(), run.charts(), run.results];
export const best = Math.max(...results.map(result => result.summary.bestValAccuracy ?? 0)) + table.rows.length + charts.length;
await run.close();
`,
    );
    const options = {
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      skipLibCheck: false,
      types: [],
      noEmit: true,
    };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ['use.ts'] }),
    );
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it('runs an experiment given only its name, and writes where the command writes', () => {
    writeFileSync(
      join(project, 'run.js'),
      `import { runExperiment } from 'cifar-norm';
const run = await runExperiment('weight-scale', { data: 'synthetic', set: { epochs: 1, hiddenDims: [8] } });
console.log(run.complete, run.results.length, run.results[0].record().losses.length, run.charts().length);
await run.close();
`,
    );
    const { stdout, stderr } = run('run.js');
    expect(stderr).toBe('');
    expect(stdout).toBe('true 40 20 3\n');
    const [folder] = readdirSync(join(project, 'results'));
    expect(folder).toMatch(/^weight-scale-[0-9a-f]{8}$/);
    expect(readCsv(join(project, 'results', folder!, 'trials.csv'))).toHaveLength(40);
  });

  it('runs the examples of the README', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!);
    expect(examples.length).toBeGreaterThan(0);
    for (const [i, code] of examples.entries()) {
      writeFileSync(join(project, `readme-${i}.js`), code);
      const { stderr, status } = run(`readme-${i}.js`);
      expect(stderr).toBe('');
      expect(status).toBe(0);
    }
  });

  it('contains every file that its README mentions', () => {
    const readme = readFileSync(join(installed, 'README.md'), 'utf8');
    const named = [...readme.matchAll(/`((?:docs|bench|configs)\/[\w./-]+)`|\b(CHANGELOG\.md|LICENSE)\b/g)];
    expect(named.length).toBeGreaterThan(2);
    for (const [, path, top] of named)
      expect(existsSync(join(installed, path ?? top!)), path ?? top).toBe(true);
  });
});
