/** Compiles the native kernels: one call of the C compiler. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = name => fileURLToPath(new URL(name, import.meta.url));

export const COMPILER = process.env.CC ?? 'cc';

/** Platforms that the kernels are written for. */
export const TARGETS = ['linux-x64'];

/**
 * Without contraction, a product and its addition are rounded apart, as in WebAssembly. Without errno, a square root is
 * a single instruction. -O2 with the vectorizer of -O3 is as fast as -O3, and compiles in 60 % of its time.
 */
const FLAGS = [
  ...['-O2', '-ftree-vectorize', '-fvect-cost-model=dynamic', '-ffp-contract=off', '-fno-math-errno'],
  ...['-Wall', '-Wextra', '-shared', '-fPIC', '-s'],
];

/**
 * Compiles the addon to `output`, whose folder it creates, with `flags` after its own.
 * @returns {string | undefined} why it could not, in one line
 */
export function compileNative(output, flags = []) {
  let include;
  try {
    include = createRequire(import.meta.url)('node-api-headers').include_dir;
  } catch {
    return 'node-api-headers is not installed';
  }
  mkdirSync(dirname(output), { recursive: true });
  const words = [...FLAGS, ...flags, `-I${include}`, source('kernels.c'), source('binding.c'), '-o', output];
  const { error, status, stderr } = spawnSync(COMPILER, words, { encoding: 'utf8' });
  if (error) return `there is no C compiler ${COMPILER}`;
  return status === 0 ? undefined : `${COMPILER} failed: ${stderr.trim().split('\n')[0]}`;
}
