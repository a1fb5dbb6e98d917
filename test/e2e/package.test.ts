/** The package as users of the library install it: in an empty strict project, with no types but its own. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAst } from 'rolldown/parseAst';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeOf } from '../nodes.ts';
import { emptyFolder, readCsv } from './cli.ts';
import { startRegistry } from './registry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = emptyFolder();
const installed = join(project, 'node_modules', 'cifar-norm');

let archive: string;

/** The packed files, next to the dependencies of this checkout. */
beforeAll(() => {
  const folder = emptyFolder();
  // Skips the package's scripts, which would rebuild dist while other tests use it.
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  archive = join(folder, readdirSync(folder)[0]!);
  execFileSync('tar', ['xzf', archive, '-C', folder]);
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

/** What a module imports by name, also when it is called. */
function sourcesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, source } = node as { type?: string; source?: { value?: unknown } };
  const isImport = type !== undefined && /^Import|^Export/.test(type);
  return [
    ...(isImport && typeof source?.value === 'string' ? [source.value] : []),
    ...Object.values(node).flatMap(sourcesIn),
  ];
}

describe('the package', () => {
  it('installs every package that the bundled command imports', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const main = readFileSync(join(installed, 'dist', 'bundle', 'main.js'), 'utf8');
    const bundle = join(installed, 'dist', 'bundle', /'\.\/(\w+)\//.exec(main)![1]!);
    const imported = readdirSync(bundle)
      .filter(name => name.endsWith('.js'))
      .flatMap(name => sourcesIn(parseAst(readFileSync(join(bundle, name), 'utf8'))))
      .filter(source => !source.startsWith('.'))
      .map(source => source.match(/^(@[^/]+\/)?[^/]+/)![0])
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

describe('npm pack and npm install -g', () => {
  const prefix = emptyFolder();
  /** The installed command, with the Node of a folder. */
  const installedCommand = (folder: string, words: readonly string[]) =>
    spawnSync('cifar-norm', words, {
      cwd: emptyFolder(),
      encoding: 'utf8',
      env: { PATH: [join(prefix, 'bin'), folder, process.env.PATH].join(delimiter), HOME: emptyFolder() },
    });
  let asked: ReadonlySet<string>;
  let first: string | undefined;

  beforeAll(async () => {
    const registry = await startRegistry(root, emptyFolder());
    const words = ['install', '--global', '--prefix', prefix, '--registry', registry.url];
    const env = { ...process.env, npm_config_cache: emptyFolder(), npm_config_audit: 'false' };
    await promisify(execFile)('npm', [...words, archive], { env });
    asked = registry.asked;
    await registry.close();
  });

  it('installs what the program needs, and nothing that only a build needs', () => {
    const names = [...asked].map(each => each.replace(/@[^@]*$/, ''));
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(names).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    expect(names.filter(name => name in devDependencies)).toEqual([]);
    // README.md names the count.
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(/installs (\d+) packages/.exec(readme)?.[1]).toBe(String(names.length));
  });

  for (const version of ['20', '22', '24', '26']) {
    const node = nodeOf(version);
    it.skipIf(!node)(`runs on Node ${version} (skipped where it is not installed)`, () => {
      const out = join(emptyFolder(), 'run');
      const changes = ['epochs=1', 'hiddenDims=[8]', 'trainImages=100'].flatMap(each => ['--set', each]);
      const { status, stdout, stderr } = installedCommand(dirname(node!), [
        ...['sweep', 'weight-scale', '--data', 'synthetic', ...changes],
        ...['--out', out, '--verbose', '--workers', '2'],
      ]);
      expect(status, stderr).toBe(0);
      expect(stdout).toContain('To get CIFAR-10, run: cifar-norm data download');
      expect(readCsv(join(out, 'trials.csv'))).toHaveLength(40);
      const native = existsSync(
        join(root, 'dist', 'kernels', 'native', `${process.platform}-${process.arch}.node`),
      );
      expect(stderr).toMatch(native ? /^kernels: (avx|wasm \(this processor)/m : /^kernels: wasm/m);
      // The CSV files of another Node are the same bytes.
      first ??= readFileSync(join(out, 'trials.csv'), 'utf8');
      expect(readFileSync(join(out, 'trials.csv'), 'utf8')).toBe(first);
    });
  }
});
