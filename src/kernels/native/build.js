/** Builds the native kernels, or says in one line why it cannot: then WebAssembly does their work. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { writeChecksum } from './checksum.js';
import { COMPILER, compileNative, TARGETS } from './compile.js';

const target = `${process.platform}-${process.arch}`;

/** What the addon depends on beside its sources. */
export function nativeCircumstances() {
  if (!TARGETS.includes(target)) return target;
  const { error, stdout } = spawnSync(COMPILER, ['--version'], { encoding: 'utf8' });
  return `${target} ${error ? 'no compiler' : stdout}`;
}

/** @param {URL} kernels the folder for native/PLATFORM.node, which it makes */
export function buildNative(kernels) {
  const output = new URL(`native/${target}.node`, kernels);
  const reason = TARGETS.includes(target)
    ? compileNative(fileURLToPath(output))
    : `none are written for ${target}`;
  if (!reason) writeChecksum(output);
  else console.log(`native kernels are not built (${reason}); WebAssembly does their work`);
}
