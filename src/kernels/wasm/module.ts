import { readFileSync } from 'node:fs';

/** The bytes of dist/kernels/NAME.wasm; the path is the same from src/ and from dist/. */
export const wasmBytes = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(new URL(`../../../dist/kernels/${name}.wasm`, import.meta.url)));
