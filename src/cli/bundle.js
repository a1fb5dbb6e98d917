/**
 * Joins the compiled modules of the program, and the packages that every start needs, into a few files. On Node 20 it takes half a
 * millisecond to find, read and compile a module, and the program has 300. The library in dist stays as it is.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));
const output = `${root}dist/bundle`;

const PACKAGES = ['@commander-js/extra-typings', 'commander', 'picocolors', 'yaml', 'zod'];
const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
/** The packages that users have installed. */
const others = Object.keys({ ...dependencies, ...peerDependencies }).filter(name => !PACKAGES.includes(name));
const isExternal = id => isBuiltin(id) || others.some(name => id === name || id.startsWith(`${name}/`));

const isBuilt = id => !relative(join(root, 'dist'), id).startsWith('..');
const urlOf = id => relative(output, id).replaceAll('\\', '/');

/** The program finds its files relative to the module that names them. */
const places = {
  name: 'places',
  transform: (code, id) =>
    isBuilt(id) && code.includes('import.meta.url')
      ? code.replaceAll('import.meta.url', `new URL(${JSON.stringify(urlOf(id))}, import.meta.url).href`)
      : undefined,
};

rmSync(output, { recursive: true, force: true });
for (const [name, entry] of [
  ['main', 'cli/main.js'],
  ['thread', 'run/executors/thread.js'],
  ['worker', 'run/executors/worker.js'],
]) {
  const bundle = await rolldown({
    input: { [name]: `${root}dist/${entry}` },
    platform: 'node',
    external: isExternal,
    plugins: [places],
    // What a command loads when it is called may be among what every start loads.
    checks: { ineffectiveDynamicImport: false },
  });
  await bundle.write({
    dir: output,
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // One file for all that a start loads.
    codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
  });
  await bundle.close();
}

const licenses = PACKAGES.map(
  name => `${name}\n\n${readFileSync(`${root}node_modules/${name}/LICENSE`, 'utf8')}`,
);
writeFileSync(`${output}/LICENSES.txt`, licenses.join(`\n${'-'.repeat(80)}\n\n`));
