/** The native kernels: the few that gain from vectors wider than WebAssembly's, with the same bits. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { InstructionSet } from '../backend.ts';
import { readBuilt } from '../built.ts';
import type { Dtype, Numerics } from '../numerics.ts';
import type { Kernels } from '../signatures.ts';

const NAMES = ['gemmNN', 'gemmImages', 'weightUpdate'] as const;
export type NativeKernels = Pick<Kernels, (typeof NAMES)[number]>;

/** What the bits depend on. */
export interface Numbers {
  readonly dtype: Dtype;
  readonly numerics: Numerics;
}

type OnMemory = Record<(typeof NAMES)[number], (memory: Uint8Array, ...rest: number[]) => void>;

/** What native/binding.c exports. */
export interface Addon {
  /** The kernels of a variant; undefined where this processor does not have the instructions. */
  kernels(set: InstructionSet, dtype: Dtype, numerics: Numerics): OnMemory | undefined;
}

/** The path is the same from src/ and from dist/. */
const PATH = `../../../dist/kernels/native/${process.platform}-${process.arch}.node`;

/**
 * Makes sure that the addon, if there is one, is as it was built: loading a truncated one would end the process.
 * @throws CifarNormError (run) if it is damaged
 */
export function checkAddon(): void {
  const url = new URL(PATH, import.meta.url);
  if (existsSync(url)) readBuilt(url);
}

/** Loads the addon, once a thread. Throws if none is built for this platform, or if it does not load. */
export const loadAddon = (path: string = PATH): Addon => createRequire(import.meta.url)(path);

/**
 * The kernels of one instruction set, working in place on a WebAssembly memory: the same arguments as those that they
 * replace in `{ ...wasm, ...native }`, and the same bits. Each throws RangeError for an operand outside the memory.
 * Undefined where this processor does not have the instructions.
 */
export function bindNative(
  addon: Addon,
  set: InstructionSet,
  { dtype, numerics }: Numbers,
  memory: WebAssembly.Memory,
): NativeKernels | undefined {
  const kernels = addon.kernels(set, dtype, numerics);
  if (!kernels) return undefined;
  let view = new Uint8Array(memory.buffer);
  /** A memory that has grown has a new buffer, and may have moved. */
  const current = () => {
    if (view.buffer !== memory.buffer) view = new Uint8Array(memory.buffer);
    return view;
  };
  return {
    gemmNN: (...rest) => kernels.gemmNN(current(), ...rest),
    gemmImages: (...rest) => kernels.gemmImages(current(), ...rest),
    weightUpdate: (...rest) => kernels.weightUpdate(current(), ...rest),
  };
}
