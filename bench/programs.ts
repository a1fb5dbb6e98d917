/** The kernels of every back end that this machine can run, with the V8 flags that the command line sets. */
import { setFlagsFromString } from 'node:v8';
import { compileProgram, type Dtype, type Numerics, type Program, v8FlagsFor } from 'cifar-norm';

const NATIVE = ['avx512', 'avx2'] as const;
const REVECTORIZE = '--experimental-wasm-revectorize';

export const ARITHMETICS = [
  ['float32', 'portable'],
  ['float32', 'fused'],
  ['float64', 'portable'],
] as const satisfies readonly (readonly [Dtype, Numerics])[];

const flags = v8FlagsFor('fused');
for (const flag of flags) if (flag !== REVECTORIZE) setFlagsFromString(flag);

/** Compiled before the flag below is set, as the command line does. */
const native = ARITHMETICS.flatMap(([dtype, numerics]) => NATIVE.flatMap(set => tried(dtype, numerics, set)));

/** Whether V8 merges pairs of vector operations into 256-bit operations. */
export const wide = flags.includes(REVECTORIZE);
if (wide) setFlagsFromString(REVECTORIZE);

const all: readonly Program[] = [
  ...ARITHMETICS.map(([dtype, numerics]) => compileProgram(dtype, numerics, { wide, kernels: 'wasm' })),
  ...native,
];

export const backEndOf = (program: Program): string => program.native ?? 'wasm';

/** Narrowest first. */
export const backEnds: readonly string[] = ['wasm', 'avx2', 'avx512'].filter(name =>
  all.some(program => backEndOf(program) === name),
);

/** A program for each back end that this machine can run. */
export const programsOf = (dtype: Dtype, numerics: Numerics): readonly Program[] =>
  all.filter(program => program.dtype === dtype && program.numerics === numerics);

function tried(dtype: Dtype, numerics: Numerics, kernels: (typeof NATIVE)[number]): readonly Program[] {
  try {
    return [compileProgram(dtype, numerics, { kernels })];
  } catch (error) {
    process.stderr.write(`skipped: ${dtype} ${numerics}, ${(error as Error).message}\n`);
    return [];
  }
}
