/**
 * Joins the compiled modules of the program, and the packages that every start needs, into a few files: on Node 20 a module
 * costs half a millisecond to find, read and compile, and the program has 300. The library in dist stays as it is.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));
const output = `${root}dist/bundle`;

const PACKAGES = ['@commander-js/extra-typings', 'commander', 'picocolors', 'yaml', 'zod'];
/** Helpers that rolldown brings with it, for code that it rewrites: a template with `</script` in it. */
const HELPERS = '@oxc-project/runtime';
const ours = new RegExp(`^(\\.|/|[A-Za-z]:|(${[...PACKAGES, HELPERS].join('|')})($|/))`);

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
await bundle.write({ dir: output, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
await bundle.close();

const licenses = PACKAGES.map(
  name => `${name}\n\n${readFileSync(`${root}node_modules/${name}/LICENSE`, 'utf8')}`,
);
writeFileSync(`${output}/LICENSES.txt`, licenses.join(`\n${'-'.repeat(80)}\n\n`));
