import { readFileSync } from 'node:fs';

export type WasmModule = 'base' | 'f32' | 'f64';

/** A compiled module of the build. The path is the same from src/ and from dist/. */
export function readWasm(name: WasmModule): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(`../../dist/kernels/${name}.wasm`, import.meta.url)));
}
