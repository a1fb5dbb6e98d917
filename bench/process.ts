import { spawn } from 'node:child_process';

/** Runs a program; resolves to its output, exit code and seconds. */
export function runProgram(
  program: string,
  words: readonly string[],
): Promise<{ stdout: string; seconds: number; code: number | null }> {
  const start = performance.now();
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', chunk => {
    stdout += chunk;
  });
  return new Promise((resolve, reject) => {
    child
      .on('error', reject)
      .on('close', code => resolve({ stdout, code, seconds: (performance.now() - start) / 1000 }));
  });
}
