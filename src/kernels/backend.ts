/** What a back end of kernels must offer. choose-backend.ts says which one is used. */
import type { Dtype, Numerics } from './numerics.ts';
import type { Kernels } from './signatures.ts';

export type { Kernels };

/** Instruction sets that the native kernels are compiled for, widest first. */
export const INSTRUCTION_SETS = ['avx512', 'avx2'] as const;
export type InstructionSet = (typeof INSTRUCTION_SETS)[number];

/** auto: the widest native kernels that this machine has, else WebAssembly; native: the same, or an error. */
export const kernelChoices = ['auto', 'native', ...INSTRUCTION_SETS, 'wasm'] as const;
export type KernelChoice = (typeof kernelChoices)[number];

/**
 * What it takes to run the kernels of one number type: plain data, which the main thread prepares once and sends to
 * worker threads.
 */
export interface Program {
  readonly dtype: Dtype;
  readonly numerics: Numerics;
  /** The instructions of the native kernels that take the place of some of WebAssembly's; undefined if none do. */
  readonly native?: InstructionSet | undefined;
  /** Why there are no native kernels, if the loader looked for them. */
  readonly whyNotNative?: string | undefined;
  /** Whether the module is made for V8's 256-bit operations. */
  readonly wide: boolean;
  readonly module: WebAssembly.Module;
}

/**
 * Returns a program's kernels as functions that work in place on `memory`. WebAssembly offers all of them; another back
 * end may offer some, with the same signatures (signatures.ts) and the same bits, which verdictOf in self-test.ts checks.
 */
export type Bind<Offered extends Partial<Kernels> = Partial<Kernels>> = (
  program: Program,
  memory: WebAssembly.Memory,
) => Offered;
