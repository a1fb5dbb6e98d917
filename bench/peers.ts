/**
 * The same training in NumPy and in PyTorch, by Python programs outside the project. `time_numpy.py` and `time_torch.py` take a folder of
 * images, a sweep, and the numbers of processes and threads. Their output ends with the seconds of training.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { description, fastest, plain } from './libraries.ts';
import { runProgram } from './process.ts';

/** Seconds of training, and of the whole program. */
export interface Timed {
  readonly training: number;
  readonly whole: number;
}

export interface Peer {
  readonly name: string;
  /** Whether it keeps two cores busy. */
  readonly parallel: boolean;
  run(data: string, sweep: string): Promise<Timed>;
}

export interface PeerOptions {
  /** Where the programs are. */
  readonly folder: string;
  /** A Python with NumPy and PyTorch; undefined to search for one. */
  readonly python: string | undefined;
  tell(text: string): void;
}

const KINDS = [
  { module: 'numpy', title: 'NumPy', script: 'time_numpy.py' },
  { module: 'torch', title: 'PyTorch', script: 'time_torch.py' },
] as const;

/** NumPy chooses its number of threads, as in a notebook. */
const ROWS = [
  { module: 'numpy', name: 'NumPy, 1 process', words: ['--procs', '1'], parallel: false },
  { module: 'numpy', name: 'NumPy, 2 processes', words: ['--procs', '2'], parallel: true },
  { module: 'torch', name: 'PyTorch, 1 thread', words: ['--procs', '1', '--threads', '1'], parallel: false },
  { module: 'torch', name: 'PyTorch, 2 threads', words: ['--procs', '1', '--threads', '2'], parallel: true },
  {
    module: 'torch',
    name: 'PyTorch, 2 processes',
    words: ['--procs', '2', '--threads', '1'],
    parallel: true,
  },
] as const;

/** The peers that can run here, and a line about the libraries of each. */
export async function peersAt({ folder, python, tell }: PeerOptions): Promise<{
  readonly peers: readonly Peer[];
  readonly described: readonly string[];
}> {
  if (!existsSync(folder)) {
    tell(`skipped: the peers (no folder ${folder}; name it with --peers FOLDER)`);
    return { peers: [], described: [] };
  }
  const found = new Map<string, Program>();
  const described: string[] = [];
  const candidates = python === undefined ? ['python3', '/usr/bin/python3'] : [python];
  const both = await firstWith(candidates, 'import numpy, torch');
  for (const { module, title } of KINDS) {
    const program = both ?? (await firstWith(candidates, `import ${module}`));
    if (program === undefined) {
      tell(
        `skipped: ${title} (${candidates.join(' and ')} do not have it; name another with --python PROGRAM)`,
      );
      continue;
    }
    const env = await fastest(program, module);
    found.set(module, { python: program, env });
    described.push(`${title} ${await description(program, module, env)}`);
  }
  const peers = ROWS.filter(({ module }) => found.has(module)).map(({ module, name, words, parallel }) => {
    const script = join(folder, KINDS.find(kind => kind.module === module)!.script);
    const run = (data: string, sweep: string) => timed(found.get(module)!, [script, data, sweep, ...words]);
    return { name, parallel, run };
  });
  return { peers, described };
}

interface Program {
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
}

async function timed({ python, env }: Program, words: readonly string[]): Promise<Timed> {
  const { stdout, stderr, code, seconds } = await runProgram(python, words, { env });
  const training = /([\d.]+) s\s*$/.exec(stdout)?.[1];
  if (code !== 0 || training === undefined)
    throw new Error(`${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return { training: Number(training), whole: seconds };
}

async function firstWith(candidates: readonly string[], code: string): Promise<string | undefined> {
  for (const python of candidates) {
    const ended = await runProgram(python, ['-c', code], { env: plain }).catch(() => undefined);
    if (ended?.code === 0) return python;
  }
  return undefined;
}
