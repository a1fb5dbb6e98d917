/**
 * Joins the compiled modules of the program, and the packages that every start needs, into a few files: on Node 20 a module
 * costs half a millisecond to find, read and compile, and the program has 300. The library in dist stays as it is.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));
const output = `${root}dist/bundle`;

const PACKAGES = ['@commander-js/extra-typings', 'commander', 'picocolors', 'yaml', 'zod'];
const ours = new RegExp(`^(\\.|/|[A-Za-z]:|(${PACKAGES.join('|')})($|/))`);

/** Files are found relative to the module that names them. */
const places = {
  name: 'places',
  transform: (code, id) =>
    id.startsWith(`${root}dist/`) && code.includes('import.meta.url')
      ? code.replaceAll(
          'import.meta.url',
          `new URL(${JSON.stringify(relative(output, id))}, import.meta.url).href`,
        )
      : undefined,
};

rmSync(output, { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: `${root}dist/cli/main.js`, worker: `${root}dist/run/executors/worker.js` },
  platform: 'node',
  external: id => !ours.test(id),
  plugins: [places],
});
const { output: chunks } = await bundle.write({
  dir: output,
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();

// The bundler may add imports of helper packages of its own, which no installation has.
const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const known = new Set([
  ...Object.keys(dependencies),
  ...builtinModules,
  ...chunks.map(({ fileName }) => fileName),
]);
for (const { fileName, imports = [] } of chunks) {
  const unknown = imports.filter(name => !name.startsWith('node:') && !known.has(name));
  if (unknown.length > 0)
    throw new Error(`${fileName} imports ${unknown.join(', ')}, no dependency of the package`);
}

const licenses = PACKAGES.map(
  name => `${name}\n\n${readFileSync(`${root}node_modules/${name}/LICENSE`, 'utf8')}`,
);
writeFileSync(`${output}/LICENSES.txt`, licenses.join(`\n${'-'.repeat(80)}\n\n`));
