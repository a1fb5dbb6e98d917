/** Compiles kernels with the flags of V8 that make them fast: this process is the command line's own. */
import { setFlagsFromString } from 'node:v8';
import { CifarNormError } from '../errors.ts';
import { type KernelChoice, kernelChoices, type Program } from '../kernels/backend.ts';
import { backendOf, compileProgram } from '../kernels/choose-backend.ts';
import type { Dtype, Numerics } from '../kernels/numerics.ts';
import { REVECTORIZE, v8FlagsFor } from '../kernels/wasm/v8-flags.ts';

/** Whether this V8 has computed wrong bits with revectorization: then the narrow kernels are used, which are right. */
let isUnsafe = false;

/**
 * What compiles the kernels of a run. Call it before any worker thread starts, for V8's flags must not change while a thread
 * compiles.
 * @param choice --kernels
 * @param fallback CIFAR_NORM_KERNELS
 * @param tell called with a line that names the kernels, for --verbose
 * @throws CifarNormError (usage) if the choice is not one; when it compiles, if the machine cannot do what is asked
 */
export function compiler(
  choice: string | undefined,
  fallback: string | undefined,
  tell?: (text: string) => void,
): (dtype: Dtype, numerics: Numerics) => Program {
  const kernels = choiceOf(choice ?? (fallback || 'auto'));
  let told = '';
  return (dtype, numerics) => {
    const flags = v8FlagsFor(numerics).filter(flag => !(isUnsafe && flag === REVECTORIZE));
    const others = flags.filter(flag => flag !== REVECTORIZE);
    for (const flag of others) setFlagsFromString(flag);
    const narrow = compileProgram(dtype, numerics, { wide: false, kernels });
    const line = lineOf(narrow);
    if (line !== told) tell?.(line);
    told = line;
    // Native kernels leave nothing for revectorization to gain.
    if (narrow.native || !flags.includes(REVECTORIZE)) return narrow;
    setFlagsFromString(REVECTORIZE);
    try {
      return compileProgram(dtype, numerics, { wide: true, kernels: 'wasm' });
    } catch {
      isUnsafe = true;
      setFlagsFromString(REVECTORIZE.replace('--', '--no-'));
      return narrow;
    }
  };
}

function lineOf(program: Program): string {
  const reason = program.whyNotNative ? ` (${program.whyNotNative})` : '';
  return `kernels: ${backendOf(program)}${reason}`;
}

function choiceOf(word: string): KernelChoice {
  const choice = kernelChoices.find(known => known === word);
  if (choice) return choice;
  throw new CifarNormError(
    'usage',
    `CIFAR_NORM_KERNELS is ${JSON.stringify(word)}`,
    `it may be one of ${kernelChoices.join(', ')}`,
  );
}
