// Compiles the kernels to WebAssembly, and checks that src/kernels/signatures.ts lists their exports. Called with --write,
// updates that file instead.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { writeChecksum } from '../native/checksum.js';

const file = new URL('../signatures.ts', import.meta.url);

/** @param {URL} kernels the folder for NAME.wasm, which it makes */
export async function buildAssembly(kernels) {
  // The compiler is WebAssembly too, and does not run long enough for V8 to optimize it: 4 s instead of 6.
  setFlagsFromString('--liftoff-only');
  const { compile, modules } = await import('./compile.js');
  const { signaturesOf } = await import('./signatures.js');
  mkdirSync(kernels, { recursive: true });
  const compiled = {};
  for (const module of modules) {
    const output = new URL(`${module.name}.wasm`, kernels);
    compiled[module.name] = await compile(module);
    writeFileSync(output, compiled[module.name].bytes);
    writeChecksum(output);
  }
  if (readFileSync(file, 'utf8') !== signaturesOf(compiled.base, compiled.f32)) {
    throw new Error('src/kernels/signatures.ts is out of date: run `node src/kernels/assembly/build.js --write`');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { signatures } = await import('./signatures.js');
  if (process.argv.includes('--write')) writeFileSync(file, await signatures());
  else throw new Error('usage: node src/kernels/assembly/build.js --write');
}
