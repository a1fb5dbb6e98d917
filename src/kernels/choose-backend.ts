/** How a back end is chosen: the one place that names them. backend.ts says what each must offer. */
import { CifarNormError } from '../errors.ts';
import {
  INSTRUCTION_SETS,
  type InstructionSet,
  type KernelChoice,
  type Kernels,
  type Program,
} from './backend.ts';
import { bindNative, loadAddon } from './native/addon.ts';
import { chooseSet } from './native/choose.ts';
import type { Dtype, Numerics } from './numerics.ts';
import { bindWasm } from './wasm/bind.ts';
import { compileWasm, type CompileOptions as WasmOptions } from './wasm/compile.ts';

export interface CompileOptions extends WasmOptions {
  readonly kernels?: KernelChoice | undefined;
}

/**
 * The kernels of one number type, compiled once a process. Call it in the main thread; the program can be sent to worker
 * threads. Native kernels are used only if the self-test finds them to give the bits of WebAssembly.
 * @throws CifarNormError (usage) if the numerics or the kernels that are asked for cannot be had here
 */
export function compileProgram(
  dtype: Dtype,
  numerics: Numerics = 'portable',
  { kernels = 'auto', ...options }: CompileOptions = {},
): Program {
  const program = compileWasm(dtype, numerics, options);
  if (kernels === 'wasm') return program;
  const chosen = known.get(program)?.get(kernels);
  if (chosen) return chosen;
  const sets = INSTRUCTION_SETS.filter(set => kernels === 'auto' || kernels === 'native' || kernels === set);
  const choice = chooseSet(program, memory => bindWasm(program, memory), sets);
  if (choice.set === undefined && kernels !== 'auto') {
    throw new CifarNormError(
      'usage',
      `--kernels ${kernels}: ${choice.reason}`,
      'use --kernels auto, or wasm',
    );
  }
  const joined =
    choice.set === undefined
      ? { ...program, whyNotNative: choice.reason }
      : { ...program, native: choice.set };
  known.set(program, new Map([...(known.get(program) ?? []), [kernels, joined]]));
  return joined;
}

/** The self-test runs once for each program and choice. */
const known = new Map<Program, Map<KernelChoice, Program>>();

/** What computes: for the manifest. The bits do not depend on it. */
export const backendOf = ({ native }: Program): InstructionSet | 'wasm' => native ?? 'wasm';

/** The kernels of a program, on a memory. To add a back end, spread its functions over those of WebAssembly. */
export function bind(program: Program, memory: WebAssembly.Memory): Kernels {
  const { native } = program;
  return { ...bindWasm(program, memory), ...(native && bindNative(loadAddon(), native, program, memory)) };
}
