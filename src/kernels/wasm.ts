/** The compiled modules, and how V8 is asked to translate them. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Dtype } from './engine.ts';
import { resultsOf } from './self-test.ts';

/** The path is the same from src/ and from dist/. */
const read = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(new URL(`../../dist/kernels/${name}.wasm`, import.meta.url)));

export const compileBase = (): WebAssembly.Module => new WebAssembly.Module(read('base'));

/**
 * In some versions of Node V8 can make one 256-bit operation of two adjacent 128-bit ones; each number is rounded as
 * before. It is an experiment of V8's, so it is used in the versions that it has been tried in, and there after a trial.
 */
const REVECTORIZES = new Set(['24', '26']).has(process.versions.node.split('.')[0]!);
/** Trial steps: enough for V8 to take the kernels for hot and hand them to its optimizing compiler. */
const TRIALS = 400;

const compiled = new Map<Dtype, WebAssembly.Module>();

/**
 * The kernels for one number type, revectorized where V8 can and gives the same bits as without. To be called in the main
 * thread only, before others start: V8's flags are the process's, and must not change while another thread compiles.
 */
export function compileKernels(dtype: Dtype): WebAssembly.Module {
  const known = compiled.get(dtype);
  if (known) return known;
  const bytes = read(dtype === 'float32' ? 'f32' : 'f64');
  let module = new WebAssembly.Module(bytes);
  if (REVECTORIZES) {
    const expected = resultsOf(module, dtype);
    setFlagsFromString('--experimental-wasm-revectorize');
    const wide = new WebAssembly.Module(distinct(bytes));
    const agrees = Array.from({ length: TRIALS }, () => resultsOf(wide, dtype).equals(expected));
    if (agrees.every(Boolean)) module = wide;
    else setFlagsFromString('--no-experimental-wasm-revectorize');
  }
  compiled.set(dtype, module);
  return module;
}

/** The same module in other bytes (an empty custom section at the end): V8 keeps one translation for equal bytes. */
const distinct = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array.from([...bytes, 0, 2, 1, 0x77]);
