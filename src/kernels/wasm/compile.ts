/** Compiles the kernels and checks that V8 and the processor compute the bits that their numerics stand for. */
import { CifarNormError } from '../../errors.ts';
import type { Program } from '../backend.ts';
import type { Dtype, Numerics } from '../numerics.ts';
import { type Verdict, verdictOf } from '../self-test.ts';
import { bindWasm } from './bind.ts';
import { wasmBytes } from './module.ts';
import { RELAXED_SIMD, REVECTORIZE } from './v8-flags.ts';

export interface CompileOptions {
  /**
   * Whether V8 revectorizes in this process, and wide micro-kernels should be used. A caller that sets V8's flag after the
   * process has started must set this too. By default, looks for the flag on node's command line.
   */
  readonly wide?: boolean;
}

/**
 * Runs of the self-test on wide kernels. V8 runs a function in its baseline compiler's translation, which never
 * revectorizes, until the function is hot. With V8's highest budget so far (--wasm-tiering-budget=13000000), this many
 * runs get all kernels of a training step into the optimizing compiler, in 0.15 to 0.3 s.
 */
const HOT = 1000;

const compiled = new Map<string, Program>();

/**
 * The kernels of one number type, compiled once a process. Call it in the main thread; the program can be sent to
 * worker threads.
 *
 * Revectorization is an experiment of V8's, so wide kernels are used only if the self-test keeps giving the bits that
 * are written down for their numerics. Those bits come from no run of this process: it may revectorize anything, and
 * V8 shares one translation among modules of equal bytes. (Wide modules end with a section of their own. So after a
 * failure, a caller that switches V8's flag off again gets correct kernels from `wide: false`.)
 * @throws CifarNormError (usage) if numerics are fused and V8 needs a flag for them or the processor does not fuse, or
 *   if `wide` kernels compute other bits
 */
export function compileWasm(
  dtype: Dtype,
  numerics: Numerics = 'portable',
  { wide = process.execArgv.includes(REVECTORIZE) }: CompileOptions = {},
): Program {
  const file = `${dtype === 'float32' ? 'f32' : 'f64'}${numerics === 'fused' ? '-fused' : ''}`;
  const name = wide ? `${file}-wide` : file;
  const known = compiled.get(name);
  if (known) return known;
  const bytes = wide ? withSection(wasmBytes(file), 'wide') : wasmBytes(file);
  if (numerics === 'fused' && !WebAssembly.validate(bytes)) throw needsFlag();
  const program = { dtype, numerics, wide, module: new WebAssembly.Module(bytes) };
  const verdict = wide || numerics === 'fused' ? verdictOf(program, bindWasm, wide ? HOT : 1) : 'right';
  if (verdict !== 'right') throw refusal(program, verdict);
  compiled.set(name, program);
  return program;
}

/** A module with an empty custom section at its end: other bytes, the same code (WebAssembly Core Specification, 5.5.3). */
function withSection(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const text = Buffer.from(name);
  return Uint8Array.from([...bytes, 0, text.length + 1, text.length, ...text]);
}

const needsFlag = () =>
  new CifarNormError(
    'usage',
    `fused numerics need a V8 flag in Node ${process.version}`,
    `run node ${RELAXED_SIMD}, or use portable numerics`,
  );

function refusal({ numerics, dtype }: Program, verdict: Verdict): CifarNormError {
  if (numerics === 'fused' && verdict === 'portable') {
    return new CifarNormError(
      'usage',
      `fused numerics: this processor, or Node ${process.version}, does not fuse multiplication and addition`,
      'use portable numerics',
    );
  }
  return new CifarNormError(
    'usage',
    `${numerics} kernels in ${dtype} compute wrong bits in Node ${process.version} on this processor`,
    `run node without ${REVECTORIZE}, or another version of Node`,
  );
}
