/**
 * The arithmetic that has no number type: elementary functions and the random stream. `Math.pow` differs between Node
 * versions, and V8 may change the last bit of exp and log; compiled, they give the same bits everywhere.
 */
import type { BaseKernels } from './signatures.ts';
import { newMemory } from './wasm/memory.ts';
import { wasmBytes } from './wasm/module.ts';

/** One page holds the module's tables and state; the other is the caller's. */
const memory = newMemory({ initial: 2 });
const PAGE = 65_536;

export const base = new WebAssembly.Instance(new WebAssembly.Module(wasmBytes('base')), { env: { memory } })
  .exports as BaseKernels;

/** The page through which callers receive numbers: 8,192 doubles. */
export const basePage = { pointer: PAGE, buffer: memory.buffer, bytes: PAGE };

export const { exp, log, pow } = base;
