/** The system calls that a program makes on files, in the order in which they end, read with strace(1). */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyFolder } from '../e2e/cli.ts';

export interface Call {
  readonly name: 'mkdir' | 'write' | 'flush' | 'rename' | 'truncate';
  readonly path: string;
  /** What a file is renamed to. */
  readonly to?: string;
}

const NAMES: Readonly<Record<string, Call['name']>> = {
  ...{
    mkdir: 'mkdir',
    mkdirat: 'mkdir',
    write: 'write',
    pwrite64: 'write',
    writev: 'write',
    pwritev: 'write',
  },
  ...{ copy_file_range: 'write', sendfile: 'write', ftruncate: 'truncate' },
  ...{ fsync: 'flush', fdatasync: 'flush', rename: 'rename', renameat: 'rename', renameat2: 'rename' },
};

/** Runs a program, and returns its calls; undefined if it cannot be traced here. */
export function traced(command: readonly string[], cwd: string): readonly Call[] | undefined {
  const log = join(emptyFolder(), 'trace');
  const words = ['-f', '-y', '-qq', '-s', '4096', '-e', `trace=${Object.keys(NAMES).join()}`, '-o', log];
  const { status, stderr } = spawnSync('strace', [...words, ...command], {
    ...{
      cwd,
      encoding: 'utf8',
      env: { ...process.env, UV_USE_IO_URING: '0', XDG_CACHE_HOME: emptyFolder() },
    },
  });
  if (!existsSync(log)) return undefined;
  const calls = callsIn(readFileSync(log, 'utf8'));
  if (calls.length === 0) return undefined;
  if (status !== 0) throw new Error(stderr);
  return calls;
}

function callsIn(log: string): Call[] {
  const begun = new Map<string, string>();
  return log.split('\n').flatMap(line => {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(rest);
    if (unfinished) begun.set(thread, unfinished[1]!);
    if (unfinished) return [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    return callIn(resumed ? `${begun.get(thread)}${resumed[1]}` : rest);
  });
}

/** A call that succeeded. */
function callIn(text: string): Call[] {
  const [, call = '', words = '', result = '-1'] = /^(\w+)\((.*)\) += (-?\d+)/.exec(text) ?? [];
  const name = NAMES[call];
  if (!name || Number(result) < 0) return [];
  const quoted = [...words.matchAll(/"([^"]*)"/g)].map(([, path]) => path!);
  const files = [...words.matchAll(/\d+<([^>]*)>/g)].map(([, path]) => path!);
  if (name === 'mkdir') return [{ name, path: quoted[0]! }];
  if (name === 'rename') return [{ name, path: quoted[0]!, to: quoted[1]! }];
  const path = files[call === 'copy_file_range' ? 1 : 0];
  return path === undefined ? [] : [{ name, path }];
}
