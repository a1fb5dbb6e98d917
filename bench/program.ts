/** Compiled kernels, with the V8 flags that the command line sets. */
import { setFlagsFromString } from 'node:v8';
import { compileProgram, type Dtype, type Numerics, v8FlagsFor } from 'cifar-norm';

const flags = v8FlagsFor('fused');
for (const flag of flags) setFlagsFromString(flag);

/** Whether V8 merges pairs of vector operations into 256-bit operations. */
export const wide = flags.some(flag => flag.includes('revectorize'));

export const program = (dtype: Dtype, numerics: Numerics) => compileProgram(dtype, numerics, { wide });
