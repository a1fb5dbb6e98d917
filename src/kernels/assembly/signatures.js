// Writes src/kernels/signatures.ts: the exports of base.ts and index.ts as TypeScript types, from the compiler's own
// declarations.
import { compile, fast, modules } from './compile.js';

const LINE = 110;

/** The text of src/kernels/signatures.ts, from modules compiled for it. */
export async function signatures() {
  const compiled = await Promise.all(
    ['base', 'f32'].map(name =>
      compile(
        modules.find(m => m.name === name),
        fast,
      ),
    ),
  );
  return signaturesOf(...compiled);
}

/** The same from two compiled modules, as the formatter would leave it. */
export function signaturesOf(base, f32) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(f32.bytes), {
    env: { memory: new WebAssembly.Memory({ initial: 1 }) },
  });
  const constants = Object.entries(exports)
    .filter(([name, value]) => value instanceof WebAssembly.Global && name === name.toUpperCase())
    .map(([name, { value }]) => `export const ${name} = ${value};`);
  return [
    '// Generated from src/kernels/assembly/ by `node src/kernels/assembly/build.js --write`. Do not edit.',
    '// Pointers and strides are in bytes; a boolean argument is 0 or 1.',
    '',
    ...constants,
    '',
    '/** Kernels for one number type (assembly/index.ts). */',
    ...typeOf('Kernels', f32.declarations),
    '',
    '/** Elementary functions and the random stream (assembly/base.ts). */',
    ...typeOf('BaseKernels', base.declarations),
    '',
  ].join('\n');
}

function typeOf(name, declarations) {
  const functions = [...declarations.matchAll(/\* ([\w-]+)\/\w+\s[^/]*\*\/\s*export function (\w+)\((.*)\): (\w+);/g)];
  return [`export type ${name} = {`, ...functions.flatMap(methodOf), '};'];
}

/** The compiler's declarations turn bool into boolean; the exports themselves take and return 0 or 1. */
function methodOf([, file, name, list, result]) {
  const type = text => text.replace(/\bboolean$/, 'number');
  const args = list === '' ? [] : list.split(', ').map(type);
  const line = `  ${name}(${args.join(', ')}): ${type(result)};`;
  const where = `  /** assembly/${file}.ts */`;
  if (line.length <= LINE) return [where, line];
  return [where, `  ${name}(`, ...args.map(arg => `    ${arg},`), `  ): ${type(result)};`];
}
