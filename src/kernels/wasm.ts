/** The compiled modules, and how V8 is asked to translate them. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { resultsOf } from './self-test.ts';

export type KernelModule = 'f32' | 'f64';

/** The path is the same from src/ and from dist/. */
const read = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(new URL(`../../dist/kernels/${name}.wasm`, import.meta.url)));

export const compileBase = (): WebAssembly.Module => new WebAssembly.Module(read('base'));

/**
 * In some versions of Node V8 can make one 256-bit operation of two adjacent 128-bit ones; each number is rounded as
 * before. It is an experiment of V8's, so it is used in the versions that it has been tried in, and there after a trial.
 * The optimizing compiler is then called at once, without the inlining that wants the baseline compiler's counts.
 */
const REVECTORIZES = new Set(['24', '26']).has(process.versions.node.split('.')[0]!);
const WITHOUT_BASELINE = ['--no-liftoff', '--no-wasm-inlining'];

const compiled = new Map<KernelModule, WebAssembly.Module>();

/** The kernels for one number type, revectorized where V8 can and gives the same bits as without. */
export function compileKernels(name: KernelModule): WebAssembly.Module {
  const known = compiled.get(name);
  if (known) return known;
  const bytes = read(name);
  let module = new WebAssembly.Module(bytes);
  if (REVECTORIZES) {
    const expected = resultsOf(module, name);
    for (const flag of [...WITHOUT_BASELINE, '--experimental-wasm-revectorize']) setFlagsFromString(flag);
    const wide = new WebAssembly.Module(distinct(bytes));
    if (expected.equals(resultsOf(wide, name))) module = wide;
    else setFlagsFromString('--no-experimental-wasm-revectorize');
  }
  compiled.set(name, module);
  return module;
}

/** The same module in other bytes (an empty custom section at the end): V8 keeps one translation for equal bytes. */
const distinct = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array.from([...bytes, 0, 2, 1, 0x77]);
