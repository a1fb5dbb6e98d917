/** Which native kernels to use, if any. */
import {
  type Addon,
  bindNative,
  INSTRUCTION_SETS,
  type InstructionSet,
  loadAddon,
  type Numbers,
} from './addon.ts';
import { agrees, type Bind } from './self-test.ts';

/** An instruction set; or why WebAssembly must do all the work, in words that follow "no native kernels: ". */
export type Choice = { readonly set: InstructionSet } | { readonly set: undefined; readonly reason: string };

/**
 * The first of `sets` that this processor has and whose kernels compute the bits of WebAssembly's. Takes some 15 ms: call it
 * once a program, and send its answer to worker threads. Never throws.
 * @param wasm binds WebAssembly's kernels for the same numbers, without revectorization
 */
export function chooseSet(
  numbers: Numbers,
  wasm: Bind,
  sets: readonly InstructionSet[] = INSTRUCTION_SETS,
  load: () => Addon = loadAddon,
): Choice {
  let addon: Addon;
  try {
    addon = load();
  } catch {
    return { set: undefined, reason: `none are built for ${process.platform}-${process.arch}` };
  }
  const known = sets.filter(set => addon.kernels(set, numbers.dtype, numbers.numerics));
  const set = known.find(set =>
    agrees(wasm, memory => bindNative(addon, set, numbers, memory)!, numbers.dtype),
  );
  if (set) return { set };
  const missing = `this processor does not have ${sets.join(' or ')}`;
  return {
    set,
    reason: known.length === 0 ? missing : `those for ${known.join(' and ')} compute other bits`,
  };
}
