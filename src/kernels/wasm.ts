/** The compiled modules, and how V8 is asked to translate them. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { CifarNormError } from '../errors.ts';
import type { Dtype } from './engine.ts';
import type { Numerics } from './numerics.ts';
import { resultsOf } from './self-test.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** The path is the same from src/ and from dist/. */
const read = (name: string): Bytes =>
  Uint8Array.from(readFileSync(new URL(`../../dist/kernels/${name}.wasm`, import.meta.url)));

export const compileBase = (): WebAssembly.Module => new WebAssembly.Module(read('base'));

/**
 * In some versions of Node V8 can make one 256-bit operation of two adjacent 128-bit ones; each number is rounded as
 * before. It is an experiment of V8's, so it is used in the versions that it has been tried in, and there after a trial.
 */
const REVECTORIZES = new Set(['24', '26']).has(process.versions.node.split('.')[0]!);
/** Trial steps: enough for V8 to take the kernels for hot and hand them to its optimizing compiler. */
const TRIALS = 400;

const compiled = new Map<string, WebAssembly.Module>();

/**
 * The kernels for one number type, revectorized where V8 can and gives the same bits as without. To be called in the main
 * thread only, before others start: V8's flags are the process's, and must not change while another thread compiles.
 * @throws CifarNormError (usage) if fused kernels are asked for and this machine does not fuse
 */
export function compileKernels(dtype: Dtype, numerics: Numerics = 'portable'): WebAssembly.Module {
  const name = (dtype === 'float32' ? 'f32' : 'f64') + (numerics === 'fused' ? '-fused' : '');
  const known = compiled.get(name);
  if (known) return known;
  const bytes = read(name);
  if (numerics === 'fused') ensureFused(bytes, dtype);
  const module = widened(bytes, dtype) ?? new WebAssembly.Module(bytes);
  compiled.set(name, module);
  return module;
}

/** The module revectorized; undefined where V8 cannot, or other bits come of it. */
function widened(bytes: Bytes, dtype: Dtype): WebAssembly.Module | undefined {
  if (!REVECTORIZES) return undefined;
  const expected = resultsOf(new WebAssembly.Module(bytes), dtype);
  setFlagsFromString('--experimental-wasm-revectorize');
  const wide = new WebAssembly.Module(marked(bytes));
  const agrees = Array.from({ length: TRIALS }, () => resultsOf(wide, dtype).equals(expected));
  if (agrees.every(Boolean)) return wide;
  setFlagsFromString('--no-experimental-wasm-revectorize');
  return undefined;
}

/** WebAssembly leaves it to the processor whether a relaxed multiply-add is fused; where it is not, the bits are the portable ones. */
function ensureFused(bytes: Bytes, dtype: Dtype): void {
  // Node 20 has relaxed SIMD behind a flag.
  if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const portable = resultsOf(compileKernels(dtype), dtype);
  if (WebAssembly.validate(bytes) && !resultsOf(new WebAssembly.Module(bytes), dtype).equals(portable))
    return;
  throw new CifarNormError(
    'usage',
    `--numerics fused: this processor, or Node ${process.version}, does not fuse multiplication and addition`,
    'leave --numerics out',
  );
}

/** The same module with an empty custom section `w` at its end: a mark, and other bytes, for V8 keeps one translation for equal bytes. */
const marked = (bytes: Bytes) => Uint8Array.from([...bytes, 0, 2, 1, 0x77]);

export const isWidened = (module: WebAssembly.Module): boolean =>
  WebAssembly.Module.customSections(module, 'w').length > 0;
