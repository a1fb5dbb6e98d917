/**
 * `npm run test:mutants -- [--only TEXT] [--workers N]` makes each edit of mutants.yaml, one at a time, in a copy of the
 * project, and runs the fast tests of the part that it changes. An edit that no test notices survives. Exit code 1 if one
 * does, 2 if an edit cannot be made: its text must occur exactly once in src/, and the edited file must compile.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { parseAst } from 'rolldown/parseAst';
import { parse } from 'yaml';

const trainings = ['test/nn/trainings.test.ts'];
const layers = ['checks', 'layers', 'fully-connected-net', 'solver'].map(name => `test/nn/${name}.test.ts`);
const products = ['gemm', 'images', 'mean-terms'].map(name => `test/kernels/${name}.test.ts`);
const statistics = ['student-t', 'statistics', 'paired'].map(name => `test/analysis/${name}.test.ts`);

/**
 * The tests of each part of src/, in stages (words for vitest): one runs if all tests before it pass. The first part that matches counts. The
 * kernels' self-test is not among them: it notices any other bit, but does not know which one is right.
 */
const PARTS = [
  ['src/nn/', [trainings, layers]],
  ['src/config/schedule.ts', [trainings, ['test/plan/streams.test.ts']]],
  ['src/plan/', [['test/plan/streams.test.ts'], trainings]],
  ['src/data/', [trainings, ['test/data/preprocessing.test.ts']]],
  ['src/kernels/assembly/random.ts', [['test/random']]],
  ['src/kernels/native/', [['test/kernels/native.test.ts', '--testNamePattern=kernels in']]],
  ['src/kernels/', [trainings, layers, products]],
  ['src/random/', [['test/random'], trainings]],
  ['src/records/', [['test/records/measures.test.ts']]],
  ['src/analysis/', [statistics]],
];
/** Those of an edit that names who must notice it. */
const WATCHERS = {
  'the second reading': [['test/findings/findings.test.ts', '--testNamePattern=is false']],
};
const stagesOf = ({ file, by }) =>
  by === undefined ? PARTS.find(([part]) => file.startsWith(part))?.[1] : WATCHERS[by];

const ASSEMBLY = 'src/kernels/assembly/';
/** The modules that are compiled again for an edit. The others differ only in the width and the rounding of their products. */
const MODULES = ['base', 'f32', 'f64'];

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The edits, with the file that each belongs to, and what is wrong with them. */
function readEdits() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(ts|c|h)$/.test(name))
    .map(name => ({ file: `src/${name}`, text: readFileSync(join(root, 'src', name), 'utf8') }));
  const list = parse(readFileSync(new URL('mutants.yaml', import.meta.url), 'utf8'));
  const edits = list.map(({ name, before, after = '', by }) => {
    const places = sources.flatMap(({ file, text }) => Array(text.split(before).length - 1).fill(file));
    return { name, before, after, by, file: places[0], places };
  });
  const faults = edits.flatMap(({ name, by, file, places }) => {
    if (places.length === 0) return `${name}: its text is not in src/`;
    if (places.length > 1) return `${name}: its text is in src/ several times: ${places.join(', ')}`;
    return stagesOf({ file, by }) ? [] : `${name}: no tests are named for ${by ?? file}`;
  });
  return { edits, faults };
}

/** By stage, the milliseconds after which tests that hang are stopped. */
const limits = new Map();

/** A copy of the project. */
class Copy {
  folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  #compiled = new Map();

  constructor() {
    process.on('exit', () => rmSync(this.folder, { recursive: true, force: true }));
    for (const name of readdirSync(root).filter(name => !/^(node_modules|results|\.git)$/.test(name)))
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    // A module that is compiled again does not have the checksum of the build.
    for (const name of MODULES) rmSync(`${this.#wasm(name)}.sha256`, { force: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Compiles the kernels as they are. */
  async prepare() {
    this.#compiled = await this.#compile();
    this.#put(this.#compiled);
  }

  /** The first test that fails, if any. Throws if a file of tests fails before its tests begin. */
  async firstFailure(stages) {
    for (const files of stages) {
      const failure = await this.#failureIn(files);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** The same with an edit, which is undone afterwards. Throws if the edited file does not compile. */
  async failureWith({ file, by, before, after }) {
    const path = join(this.folder, file);
    const text = readFileSync(path, 'utf8');
    const edited = text.replace(before, () => after);
    writeFileSync(path, edited);
    try {
      if (file.startsWith(ASSEMBLY)) this.#put(await this.#compile());
      else if (file.endsWith('.ts')) parseAst(edited, { lang: 'ts' });
      return await this.firstFailure(stagesOf({ file, by }));
    } finally {
      writeFileSync(path, text);
      if (file.startsWith(ASSEMBLY)) this.#put(this.#compiled);
    }
  }

  async #compile() {
    const { compile, modules } = await import(pathToFileURL(join(this.folder, ASSEMBLY, 'compile.js')));
    const chosen = modules.filter(({ name }) => MODULES.includes(name));
    return new Map(
      await Promise.all(chosen.map(async module => [module.name, (await compile(module, ['-O1'])).bytes])),
    );
  }

  #put(compiled) {
    for (const [name, bytes] of compiled) writeFileSync(this.#wasm(name), bytes);
  }

  #wasm(name) {
    return join(this.folder, 'dist/kernels', `${name}.wasm`);
  }

  async #failureIn(files) {
    const report = join(this.folder, 'report.json');
    rmSync(report, { force: true });
    const start = performance.now();
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const options = [
      '--bail=1',
      '--testTimeout=0',
      '--maxWorkers=1',
      '--reporter=json',
      `--outputFile=${report}`,
    ];
    const child = spawn(process.execPath, [vitest, 'run', ...files, ...options], {
      cwd: this.folder,
      stdio: 'ignore',
      timeout: limits.get(files),
      killSignal: 'SIGKILL',
    });
    const [code, signal] = await new Promise((resolve, reject) =>
      child.on('error', reject).on('exit', (...end) => resolve(end)),
    );
    if (signal === 'SIGKILL') return `${files.join(', ')} takes too long`;
    if (code === 0) {
      if (!limits.has(files)) limits.set(files, 60_000 + Math.ceil(10 * (performance.now() - start)));
      return undefined;
    }
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = testResults.find(({ status }) => status === 'failed');
    const test = failed?.assertionResults.find(({ status }) => status === 'failed');
    if (!test) throw new Error(failed?.message ?? `vitest ended with code ${code}`);
    return `${failed.name.slice(this.folder.length + 1)}: ${test.fullName}`;
  }
}

async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string', default: '' }, workers: { type: 'string', default: '2' } },
  });
  const { edits, faults } = readEdits();
  const chosen = edits.filter(({ name }) => name.includes(values.only));
  if (chosen.length === 0) faults.push(`no edit has “${values.only}” in its name`);
  if (faults.length > 0) {
    console.error(faults.join('\n'));
    return 2;
  }
  const start = performance.now();
  const copies = Array.from({ length: Math.min(values.workers, chosen.length) }, () => new Copy());
  for (const copy of copies) await copy.prepare();
  const failure = await copies[0].firstFailure(new Set(chosen.flatMap(stagesOf)));
  if (failure) {
    console.error(`without any edit a test fails: ${failure}`);
    return 2;
  }

  const names = { killed: [], SURVIVES: [], BROKEN: [] };
  const waiting = chosen.values();
  await Promise.all(
    copies.map(async copy => {
      for (const edit of waiting) {
        const began = performance.now();
        const [outcome, why] = await copy.failureWith(edit).then(
          test => (test === undefined ? ['SURVIVES', ''] : ['killed', test]),
          error => ['BROKEN', error.message],
        );
        names[outcome].push(edit.name);
        const seconds = ((performance.now() - began) / 1000).toFixed(0);
        console.log(`${outcome}, ${seconds} s: ${edit.name}${why && `\n    ${why.split('\n')[0]}`}`);
      }
    }),
  );
  const minutes = ((performance.now() - start) / 60_000).toFixed(1);
  const { killed, SURVIVES: survivors, BROKEN: broken } = names;
  console.log(
    `\n${chosen.length} edits in ${minutes} minutes: ${killed.length} killed, ${survivors.length} survive`,
  );
  for (const name of survivors) console.log(`  survives: ${name}`);
  for (const name of broken) console.log(`  cannot be made: ${name}`);
  return broken.length > 0 ? 2 : survivors.length > 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.exitCode = await main();
