import { spawn } from 'node:child_process';

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Wall-clock time from start to end. */
  readonly seconds: number;
  readonly code: number | null;
}

export interface Surroundings {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string | undefined;
}

/** Runs a program to its end. */
export function runProgram(
  program: string,
  words: readonly string[],
  { env = process.env, cwd }: Surroundings = {},
): Promise<Ended> {
  const start = performance.now();
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd });
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

export interface Measured extends Ended {
  /** Seconds of the processor, user and system, with those of all threads and children. */
  readonly processorSeconds: number;
}

/**
 * Runs a program to its end and measures its processor time. Needs bash.
 * @throws Error if it does not end with exit code 0
 */
export async function measureProgram(
  program: string,
  words: readonly string[],
  { env = process.env, cwd }: Surroundings = {},
): Promise<Measured> {
  const script = 'TIMEFORMAT="%U %S"; time "$@"';
  const ended = await runProgram('bash', ['-c', script, 'time', program, ...words], {
    env: { ...env, LC_ALL: 'C' },
    cwd,
  });
  const { code, stderr } = ended;
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}: ${stderr}`);
  const [user, system] = stderr.trimEnd().split('\n').at(-1)!.split(' ').map(Number) as [number, number];
  return { ...ended, processorSeconds: user + system };
}
