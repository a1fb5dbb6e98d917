/** Compiled kernels, with V8's flags set as the command line sets them. */
import { setFlagsFromString } from 'node:v8';
import { compileProgram, type Dtype, type Numerics, v8FlagsFor } from 'cifar-norm';

const flags = v8FlagsFor('fused');
for (const flag of flags) setFlagsFromString(flag);

/** Whether V8 makes 256-bit operations. */
export const wide = flags.some(flag => flag.includes('revectorize'));

export const program = (dtype: Dtype, numerics: Numerics) => compileProgram(dtype, numerics, { wide });
