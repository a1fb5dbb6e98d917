/** Python with NumPy, the oracle of some tests. They are skipped without it. */
import { spawnSync } from 'node:child_process';

/** The system's own Python may have NumPy where the first on the path has not. */
const found = ['python3', '/usr/bin/python3'].find(
  command => spawnSync(command, ['-c', 'import numpy']).status === 0,
);
export const hasNumpy = found !== undefined;
if (!hasNumpy) console.log('skipped: tests against NumPy (no python3 has it)');

/** What a Python program prints. @param words `-c` and a program, or the path of one, and its arguments */
export function python(words: readonly string[], input = ''): string {
  const { stdout, stderr, status } = spawnSync(found!, words, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
