/**
 * `npm run build`: makes the parts of dist/ whose sources have changed. It builds in a folder beside, dist.building-PID, which then takes the
 * place of dist/: a build that is interrupted or fails leaves the old dist/, and a program that runs keeps its files. `--alone` leaves
 * out the files of older programs, which a package need not carry.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { refusalOf } from '../bin/machine.js';
import { buildNative, nativeCircumstances } from './kernels/native/build.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');
const beside = join(root, `dist.building-${process.pid}`);
const replaced = join(root, `dist.replaced-${process.pid}`);
/** In dist: by part, the checksum of its sources and of its files. */
const STAMP = 'build.json';
/** Programs of former builds that are kept, because they may be running. */
const FORMER = 20;

/** Everything that is neither WebAssembly nor native is the program. */
const PARTS = [
  {
    name: 'WebAssembly kernels',
    owns: path => /\.wasm(\.sha256)?$/.test(path),
    sources: ['src/kernels/assembly', 'src/kernels/signatures.ts', 'src/kernels/native/checksum.js'],
    make: async () =>
      (await import('./kernels/assembly/build.js')).buildAssembly(pathToFileURL(join(beside, 'kernels/'))),
  },
  {
    name: 'native kernels',
    owns: path => /\.node(\.sha256)?$/.test(path),
    sources: ['src/kernels/native'],
    circumstances: nativeCircumstances,
    make: () => buildNative(pathToFileURL(join(beside, 'kernels/'))),
  },
  {
    name: 'program',
    owns: path => !/\.(wasm|node)(\.sha256)?$/.test(path),
    sources: ['src', 'tsconfig.json', 'tsconfig.build.json'],
    excluded: ['src/kernels/assembly', 'src/kernels/native'].map(folder => `${folder}/`),
    make: async key => {
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      // Types are checked by `npm run typecheck`.
      run([tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', beside, '--noCheck']);
      const src = join(root, 'src');
      for (const file of filesIn(join(src, 'report', 'page', 'assets')))
        copy(file, join(beside, relative(src, file)));
      await (await import('./cli/bundle.js')).bundleProgram(beside, folderOf(key));
    },
  },
];

function run(words) {
  const { status, signal } = spawnSync(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0)
    throw new Fault(
      `${relative(root, words[0])} ended with ${signal ?? `exit code ${status}`}`,
      'mend what it names',
    );
}

/** What the user can mend. */
class Fault extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** Files of a folder and of those in it, sorted; a file stands for itself. */
function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap(name => filesIn(join(path, name)));
}

const withSlashes = path => path.replaceAll(sep, '/');

/** Of the names of files in a folder and of what they hold. */
function checksumOf(files, folder, ...more) {
  const hash = createHash('sha256');
  for (const text of more) hash.update(`${text}\0`);
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`${withSlashes(relative(folder, file))}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** Names all that a part is made of. */
function keyOf({ sources, excluded = [], circumstances = () => '' }) {
  const files = sources
    .flatMap(name => filesIn(join(root, name)))
    .filter(file => !excluded.some(folder => withSlashes(relative(root, file)).startsWith(folder)));
  const { dependencies, devDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const packages = JSON.stringify([dependencies, devDependencies, peerDependencies]);
  return checksumOf([...files, fileURLToPath(import.meta.url)], root, packages, circumstances());
}

/** The folder of a program in dist/bundle. */
const folderOf = key => key.slice(0, 8);

/** Files of a part in dist or beside it, without those of former programs. */
const filesOf = ({ owns }, key, folder) =>
  filesIn(folder).filter(file => {
    const path = withSlashes(relative(folder, file));
    const [, program] = /^bundle\/(.*)\//.exec(path) ?? [];
    return owns(path) && path !== STAMP && (program === undefined || program === folderOf(key));
  });

/** Whether dist has the files that the last build made of these sources. */
function isMade(part, key) {
  try {
    const { [part.name]: last } = JSON.parse(readFileSync(join(dist, STAMP), 'utf8'));
    return last.key === key && last.made === checksumOf(filesOf(part, key, dist), dist);
  } catch {
    return false;
  }
}

function copy(file, target) {
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, target);
}

/** Where the disk has hard links, the second name takes no room. */
function share(file, target) {
  try {
    mkdirSync(dirname(target), { recursive: true });
    linkSync(file, target);
  } catch {
    copyFileSync(file, target);
  }
}

/** Removes the folders of builds that were killed, unless a compiler of theirs still writes there. */
function removeLeftovers() {
  for (const name of readdirSync(root)) {
    const [, pid] = /^dist\.(?:building|replaced)-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(root, name), { recursive: true, force: true });
    } catch {
      // The next build removes it.
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The folders of former programs, the newest first. */
function formerPrograms(key) {
  const bundle = join(dist, 'bundle');
  if (!existsSync(bundle)) return [];
  return readdirSync(bundle, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name !== folderOf(key))
    .map(({ name }) => join(bundle, name))
    .map(folder => ({
      folder,
      made: statSync(join(folder, 'main.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((a, b) => b.made - a.made)
    .map(({ folder }) => folder);
}

/** Another build may do the same at the same time: the last one counts. */
function takePlace() {
  for (let left = 5; ; left--) {
    if (existsSync(dist)) renameSync(dist, replaced);
    try {
      renameSync(beside, dist);
      break;
    } catch (error) {
      if (left === 0 || !['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error;
    }
    rmSync(replaced, { recursive: true, force: true });
  }
  rmSync(replaced, { recursive: true, force: true });
}

/** Packages that only a build needs. */
const TOOLS = ['assemblyscript', 'rolldown', 'typescript'];

function demandTools() {
  if (process.versions.pnp)
    throw new Fault(
      "the build needs a folder node_modules, and Yarn's Plug'n'Play makes none",
      'set `nodeLinker: node-modules` in .yarnrc.yml and install again',
    );
  const missing = TOOLS.filter(name => !existsSync(join(root, 'node_modules', name)));
  if (missing.length > 0)
    throw new Fault(
      `the build needs packages that are not installed (${missing.join(', ')}): NODE_ENV=production and --omit=dev leave them out`,
      'npm ci --include=dev',
    );
}

async function build({ alone }) {
  const refusal = refusalOf();
  if (refusal) throw new Fault(refusal.message, refusal.hint);
  const parts = PARTS.map(part => {
    const key = keyOf(part);
    return { ...part, key, isMade: isMade(part, key) };
  });
  const former = formerPrograms(parts.at(-1).key);
  if (parts.every(({ isMade }) => isMade) && !(alone && former.length > 0)) return;
  demandTools();
  removeLeftovers();
  try {
    const stamp = {};
    for (const part of parts) {
      const { name, key } = part;
      if (!part.isMade) await part.make(key);
      else for (const file of filesOf(part, key, dist)) share(file, join(beside, relative(dist, file)));
      stamp[name] = { key, made: checksumOf(filesOf(part, key, beside), beside) };
    }
    for (const file of alone ? [] : former.slice(0, FORMER).flatMap(filesIn))
      share(file, join(beside, relative(dist, file)));
    writeFileSync(join(beside, STAMP), `${JSON.stringify(stamp, undefined, 2)}\n`);
    takePlace();
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

build({ alone: process.argv.includes('--alone') }).catch(error => {
  const { message, hint } =
    error instanceof Fault || error.syscall === undefined
      ? error
      : {
          message: `cannot build in ${root}: ${error.message}`,
          hint: 'use a folder that may be written and has room',
        };
  process.stderr.write(`error: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`);
  process.exitCode = 1;
});
