// Compiles the kernels: base.ts once, index.ts for each target of asconfig.json that names a number type.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = new URL('./', import.meta.url);
const { targets } = JSON.parse(readFileSync(new URL('asconfig.json', folder), 'utf8'));
for (const target of Object.keys(targets)) {
  const entry = target === 'base' ? 'base.ts' : 'index.ts';
  const words = [entry, '--config', 'asconfig.json', '--target', target, '--baseDir', fileURLToPath(folder)];
  const { error, stderr } = await asc.main(words);
  if (error) throw new Error(`${target}: ${error.message}\n${stderr}`);
}
