import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const entry = fileURLToPath(new URL('../../bin/cifar-norm.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Circumstances {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The Node to use; default: the one that runs the tests. */
  readonly node?: string;
  /** The program to run; default: the built one. */
  readonly entry?: string | undefined;
  /** Called with the process, to send it signals. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
}

const linked = new Map<string, string>();

/** A folder for PATH where the program is installed as `cifar-norm`. */
export function folderWith(program: string): string {
  const known = linked.get(program);
  if (known !== undefined) return known;
  const folder = emptyFolder();
  symlinkSync(program, join(folder, 'cifar-norm'));
  linked.set(program, folder);
  return folder;
}

/** Runs the built command as a user would, by default in an empty folder. */
export function cifarNorm(
  words: readonly string[],
  { cwd, env, node, entry: program = entry, onStart }: Circumstances = {},
): Promise<Outcome> {
  const { CIFAR_NORM_DATA: _, NO_COLOR: __, FORCE_COLOR: ___, ...inherited } = process.env;
  const child = spawn(node ?? process.execPath, [program, ...words], {
    cwd: cwd ?? emptyFolder(),
    // Neither the user's cache nor the data of other programs are used.
    env: {
      ...inherited,
      HOME: emptyFolder(),
      XDG_CACHE_HOME: emptyFolder(),
      PATH: `${folderWith(program)}${delimiter}${process.env.PATH}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', chunk => {
    stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', code => resolve({ code, stdout, stderr }));
  });
}

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 2 });
});

/** A new folder, removed when the tests end. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-test-'));
  folders.push(folder);
  return folder;
}

/** Rows of a CSV file by column name. Our cells contain no commas. */
export function readCsv(path: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const names = head!.split(',');
  return lines.map(line => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])));
}
