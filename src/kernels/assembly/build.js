// Compiles the kernels to dist/kernels/*.wasm, and checks that src/kernels/signatures.ts lists their exports. With
// --write, updates that file instead.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeChecksum } from '../native/checksum.js';
import { compile, modules } from './compile.js';
import { signatures } from './signatures.js';

const dist = new URL('../../../dist/kernels/', import.meta.url);
const file = new URL('../signatures.ts', import.meta.url);

mkdirSync(dist, { recursive: true });
for (const module of modules) {
  const output = new URL(`${module.name}.wasm`, dist);
  writeFileSync(output, (await compile(module)).bytes);
  writeChecksum(output);
}

const current = await signatures();
if (process.argv.includes('--write')) writeFileSync(file, current);
else if (readFileSync(file, 'utf8') !== current) {
  throw new Error('src/kernels/signatures.ts is out of date: run `node src/kernels/assembly/build.js --write`');
}
