/** How a back end is chosen: the one place that names them. backend.ts says what each must offer. */
import type { Kernels, Program } from './backend.ts';
import { bindWasm } from './wasm/bind.ts';

export { type CompileOptions, compileProgram } from './wasm/compile.ts';

/** The kernels of a program, on a memory. To add a back end, spread its functions over those of WebAssembly. */
export function bind(program: Program, memory: WebAssembly.Memory): Kernels {
  return { ...bindWasm(program, memory) };
}
