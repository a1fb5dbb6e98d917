/** Processes that take a lock: the sources are compiled as they are, so no test runs yesterday's build. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Prints `taken`, then `left by PID` or `free before`, and holds the lock until its stdin ends; or prints `refused by PID`. */
const SCRIPT = `
import { holderOf, lockFile } from './files/lock.js';
const lock = await lockFile(process.argv[2]).catch(error => console.log('error', error.message) ?? process.exit());
if (!lock) console.log('refused by', (await holderOf(process.argv[2]))?.pid ?? 'unknown');
else {
  console.log('taken,', lock.leftBy ? 'left by ' + lock.leftBy.pid : 'free before');
  for await (const _ of process.stdin);
  await lock.release();
}
`;

function compile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-lock-'));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const words = ['--ignoreConfig', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const result = spawnSync(
    process.execPath,
    [
      tsc,
      ...words,
      '--rewriteRelativeImportExtensions',
      '--skipLibCheck',
      '--strict',
      '--outDir',
      folder,
    ].concat('src/files/lock.ts'),
    { cwd: root, encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(result.stdout);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'hold.js'), SCRIPT);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'hold.js');
}
const script = compile();

export interface Taker {
  /** What it printed first. */
  readonly said: string;
  /** Lets it release the lock and end. */
  finish(): Promise<void>;
  kill(): Promise<void>;
}

export const NEW_NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;
export const canUnshare = spawnSync(NEW_NAMESPACE[0], [...NEW_NAMESPACE.slice(1), 'true']).status === 0;

const running: ChildProcess[] = [];

/** Starts a process that takes the lock. With `flock: false` it finds no flock(1), with a path it finds that folder's. */
export async function taker(
  path: string,
  { flock = true as boolean | string, within = [] as readonly string[] } = {},
): Promise<Taker> {
  const [command, ...words] = [...within, process.execPath, script, path];
  const paths = { true: process.env.PATH, false: '/nowhere' };
  const PATH = typeof flock === 'string' ? `${flock}:${process.env.PATH}` : paths[`${flock}`];
  const env = { ...process.env, PATH };
  const child = spawn(command!, words, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(child);
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()));
  const said = await new Promise<string>(resolve => {
    let text = '';
    child.stdout!.on('data', chunk => {
      text += chunk;
      if (text.includes('\n')) resolve(text.trim());
    });
  });
  return {
    said,
    finish: () => {
      child.stdin!.end();
      return ended;
    },
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

export function killTakers(): void {
  for (const child of running.splice(0)) child.kill('SIGKILL');
}
