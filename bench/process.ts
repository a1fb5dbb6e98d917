import { spawn } from 'node:child_process';

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Wall-clock time from start to end. */
  readonly seconds: number;
  readonly code: number | null;
}

/** Runs a program to its end. */
export function runProgram(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ended> {
  const start = performance.now();
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', chunk => {
    stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child
      .on('error', reject)
      .on('close', code => resolve({ stdout, stderr, code, seconds: (performance.now() - start) / 1000 }));
  });
}

/**
 * Processor seconds, user and system, of a program with all its threads and children. Needs bash.
 * @throws Error if the program does not end with exit code 0
 */
export async function processorSeconds(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; time "$@"';
  const { code, stderr } = await runProgram('bash', ['-c', script, 'time', program, ...words], {
    ...env,
    LC_ALL: 'C',
  });
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}: ${stderr}`);
  const [user, system] = stderr.trimEnd().split('\n').at(-1)!.split(' ').map(Number) as [number, number];
  return user + system;
}
