/** Flags of V8 that the kernels profit from, or need. A program sets them, if it wants; the library never does. */
import type { Numerics } from '../numerics.ts';

/** Makes V8 combine two adjacent 128-bit operations into a 256-bit one. Each number is rounded as before. */
export const REVECTORIZE = '--experimental-wasm-revectorize';
/** Makes Node 20 accept the instructions of fused numerics. */
export const RELAXED_SIMD = '--experimental-wasm-relaxed-simd';

/** Versions of Node in which revectorization has been tried. */
const REVECTORIZING = ['24', '26'];

/**
 * The flags to set before any kernels are compiled and before any worker thread starts: V8's flags belong to the whole
 * process and must not change while a thread compiles.
 */
export function v8FlagsFor(numerics: Numerics, version: string = process.versions.node): string[] {
  const major = version.split('.')[0]!;
  return [
    ...(REVECTORIZING.includes(major) ? [REVECTORIZE] : []),
    ...(numerics === 'fused' && major === '20' ? [RELAXED_SIMD] : []),
  ];
}
