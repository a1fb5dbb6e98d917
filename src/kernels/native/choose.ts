/** Chooses the native kernels to use, if any. */
import { CifarNormError } from '../../errors.ts';
import { INSTRUCTION_SETS, type InstructionSet } from '../backend.ts';
import { type Addon, bindNative, checkAddon, loadAddon, type Numbers } from './addon.ts';
import { agrees, type Bind } from './self-test.ts';

/** An instruction set, or the reason why WebAssembly does all the work. */
export type Choice = { readonly set: InstructionSet } | { readonly set: undefined; readonly reason: string };

const none = (reason: string): Choice => ({ set: undefined, reason });

function loadChecked(): Addon {
  checkAddon();
  return loadAddon();
}

/**
 * The first of `sets` that this processor has and whose kernels compute the same bits as WebAssembly's. The self-test
 * takes some 15 ms: call this once a program, and send the choice to worker threads. Never throws.
 * @param wasm binds WebAssembly's kernels of the same number type and numerics, not revectorized
 */
export function chooseSet(
  numbers: Numbers,
  wasm: Bind,
  sets: readonly InstructionSet[] = INSTRUCTION_SETS,
  load: () => Addon = loadChecked,
): Choice {
  const target = `${process.platform}-${process.arch}`;
  let addon: Addon;
  try {
    addon = load();
  } catch (error) {
    if (error instanceof CifarNormError) return none(`the native kernels are not used: ${error.message}`);
    const missing = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    return none(
      missing ? `there are no native kernels for ${target}` : `the native kernels for ${target} do not load`,
    );
  }
  const known = sets.filter(set => addon.kernels(set, numbers.dtype, numbers.numerics));
  if (known.length === 0) return none(`this processor does not have ${sets.join(' or ')}`);
  const set = known.find(set =>
    agrees(wasm, memory => bindNative(addon, set, numbers, memory)!, numbers.dtype),
  );
  if (set) return { set };
  return none(`the native kernels for ${known.join(' and ')} compute other bits than WebAssembly`);
}
