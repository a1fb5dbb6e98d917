/**
 * The part of the arithmetic that has no number type: elementary functions and the random stream. `Math.pow` differs
 * between Node versions, and V8 is free in the last bit of exp and log; these are compiled, and the same everywhere.
 */
import { compileBase } from './wasm.ts';

interface BaseKernels {
  exp(x: number): number;
  log(x: number): number;
  pow(x: number, y: number): number;
  randomKey(): number;
  randomPosition(): number;
  randomHasGauss(): number;
  randomGauss(): number;
  randomRestore(position: number, hasGauss: number, gauss: number): void;
  randomSeed(seed: number): void;
  randomSample(count: number, out: number): void;
  randomNormal(count: number, out: number): void;
  randomSkipNormal(count: number): void;
  randomIntegers(count: number, max: number, out: number): void;
}

/** One page holds the module's tables and state, the other is for the caller's numbers. */
const memory = new WebAssembly.Memory({ initial: 2 });
const PAGE = 65_536;

export const base = new WebAssembly.Instance(compileBase(), { env: { memory } })
  .exports as unknown as BaseKernels;

/** The page through which numbers come out: 8,192 doubles. */
export const basePage = { pointer: PAGE, buffer: memory.buffer, bytes: PAGE };

export const { exp, log, pow } = base;
