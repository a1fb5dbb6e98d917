/**
 * Joins the compiled modules of the program, and the packages that every start needs, into a few files. On Node 20 it takes half a
 * millisecond to find, read and compile a module, and the program has 300. The library in dist stays as it is.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));

const PACKAGES = ['@commander-js/extra-typings', 'commander', 'picocolors', 'yaml', 'zod'];
const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
/** The packages that users have installed. */
const others = Object.keys({ ...dependencies, ...peerDependencies }).filter(name => !PACKAGES.includes(name));
const isExternal = id => isBuiltin(id) || others.some(name => id === name || id.startsWith(`${name}/`));

/** What is started: the program, its threads, and what they run. */
const ENTRIES = [
  ['main', 'cli/main.js'],
  ['thread', 'run/executors/thread.js'],
  ['worker', 'run/executors/worker.js'],
];

/**
 * Writes bundle/NAME/ with all files of the program, and bundle/main.js and worker.js, which lead there. A program that runs stays in its
 * own folder, whatever is built meanwhile.
 * @param {string} dist a folder with the compiled modules
 * @param {string} name names the sources
 */
export async function bundleProgram(dist, name) {
  const folder = `${dist}/bundle/${name}`;
  mkdirSync(folder, { recursive: true });
  for (const [entry, file] of ENTRIES) {
    const bundle = await rolldown({
      input: { [entry]: `${dist}/${file}` },
      platform: 'node',
      external: isExternal,
      plugins: [placesIn(dist, folder, name)],
      // What a command loads when it is called may be among what every start loads.
      checks: { ineffectiveDynamicImport: false },
    });
    await bundle.write({
      dir: folder,
      minify: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      // One file for all that a start loads.
      codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
    });
    await bundle.close();
    writeFileSync(`${dist}/bundle/${entry}.js`, `export * from './${name}/${entry}.js';\n`);
  }
  const licenses = PACKAGES.map(
    each => `${each}\n\n${readFileSync(`${root}node_modules/${each}/LICENSE`, 'utf8')}`,
  );
  writeFileSync(`${dist}/bundle/LICENSES.txt`, licenses.join(`\n${'-'.repeat(80)}\n\n`));
}

/** The program finds its files relative to the module that names them, and its threads in its own folder. */
const placesIn = (dist, folder, name) => ({
  name: 'places',
  transform: (code, id) => {
    const inside = relative(dist, id);
    if (inside.startsWith('..') || !code.includes('import.meta.url')) return undefined;
    const place = relative(folder, id).replaceAll(sep, '/');
    return code
      .replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`)
      .replaceAll('/dist/bundle/', `/dist/bundle/${name}/`);
  },
});
