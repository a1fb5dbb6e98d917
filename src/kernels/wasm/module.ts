import { readBuilt } from '../built.ts';

/** The bytes of dist/kernels/NAME.wasm; the path is the same from src/ and from dist/. */
export const wasmBytes = (name: string): Uint8Array<ArrayBuffer> =>
  readBuilt(new URL(`../../../dist/kernels/${name}.wasm`, import.meta.url));
