/** What a back end of kernels must offer. choose-backend.ts says which one is used. */
import type { Dtype, Numerics } from './numerics.ts';
import type { Kernels } from './signatures.ts';

export type { Kernels };

/**
 * What it takes to run the kernels of one number type: plain data, which the main thread prepares once and sends to
 * worker threads.
 */
export interface Program {
  readonly dtype: Dtype;
  readonly numerics: Numerics;
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
