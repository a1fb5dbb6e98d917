/** Runs the command line as a user does, on every installed Node. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Timed } from './peers.ts';
import { runProgram } from './process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** `.ci/run` installs other versions there. */
const installed = (version: string) =>
  join(
    root,
    'node_modules/.nodes',
    version,
    'node_modules',
    `node-${process.platform}-${process.arch}`,
    'bin/node',
  );

/** The Node that runs this program, and the others that are installed. */
export function nodes(): readonly (readonly [name: string, path: string])[] {
  const own = process.version.slice(1).split('.')[0]!;
  const others = ['20', '22', '24', '26'].filter(
    version => version !== own && existsSync(installed(version)),
  );
  return [
    [`Node ${own}`, process.execPath],
    ...others.map(version => [`Node ${version}`, installed(version)] as const),
  ];
}

interface Manifest {
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly kernels: string;
}

export interface Swept extends Timed {
  readonly megabytes: number;
}

/** The file that Node runs. */
export const program = join(root, 'bin/cifar-norm.js');

/** Words for Node that make the process print its peak memory, in KB, when it ends. */
export const reportingMemory: readonly string[] = [
  '--import',
  "data:text/javascript,import { isMainThread } from 'node:worker_threads'; if (isMainThread) process.on('exit', () => console.error('maxRSS ' + process.resourceUsage().maxRSS));",
];

/** NaN if it was not printed. */
export const megabytesIn = (stderr: string): number =>
  Number(/maxRSS (\d+)/.exec(stderr)?.[1] ?? Number.NaN) / 1024;

/**
 * Runs `cifar-norm sweep` in a new folder. Training lasts from the opening of the journal to the last file: it includes starting the
 * workers and writing the files, but not reading the images.
 */
export async function sweep(
  node: string,
  experiment: string,
  options: readonly string[],
  { kernels = 'auto', memory = false } = {},
): Promise<Swept> {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-bench-'));
  try {
    const out = join(folder, 'run');
    const words = ['sweep', experiment, '--out', out, '--kernels', kernels, '--quiet', ...options];
    const { code, seconds, stderr } = await runProgram(node, [
      ...(memory ? reportingMemory : []),
      program,
      ...words,
      '--workers',
      String(availableParallelism()),
    ]);
    if (code !== 0) throw new Error(`cifar-norm ${words.join(' ')} ended with ${code}: ${stderr}`);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
    if (kernels !== 'auto' && manifest.kernels !== kernels)
      throw new Error(`${manifest.kernels} computed instead of ${kernels}`);
    const training = (Date.parse(manifest.updatedAt) - Date.parse(manifest.startedAt)) / 1000;
    return {
      training,
      whole: seconds,
      megabytes: megabytesIn(stderr),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
