/** Compiles kernels with the flags of V8 that make them fast: this process is the command line's own. */
import { setFlagsFromString } from 'node:v8';
import type { Program } from '../kernels/backend.ts';
import { compileProgram } from '../kernels/choose-backend.ts';
import type { Dtype, Numerics } from '../kernels/numerics.ts';
import { REVECTORIZE, v8FlagsFor } from '../kernels/wasm/v8-flags.ts';

/** Whether this V8 has computed wrong bits with revectorization: then the narrow kernels are used, which are right. */
let isUnsafe = false;

/**
 * Call it before any worker thread starts, for V8's flags must not change while a thread compiles.
 * @throws CifarNormError (usage) if the processor or this Node cannot do the numerics
 */
export function compile(dtype: Dtype, numerics: Numerics): Program {
  const flags = v8FlagsFor(numerics).filter(flag => !(isUnsafe && flag === REVECTORIZE));
  for (const flag of flags) setFlagsFromString(flag);
  if (!flags.includes(REVECTORIZE)) return compileProgram(dtype, numerics, { wide: false });
  try {
    return compileProgram(dtype, numerics, { wide: true });
  } catch {
    isUnsafe = true;
    setFlagsFromString(REVECTORIZE.replace('--', '--no-'));
    return compileProgram(dtype, numerics, { wide: false });
  }
}
