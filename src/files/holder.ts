/** Who holds a lock: the note in a lock file, and whether the process that wrote it has ended. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** When the lock was taken, as an ISO 8601 date. */
  since: z.string(),
  /** `system`: the kernel's lock. `claim`: a claim file, where there is no flock(1). */
  kind: z.enum(['system', 'claim']),
  /** The boot of the machine, the PID namespace and the start of the process, where the system has them. */
  boot: z.string().optional(),
  namespace: z.string().optional(),
  started: z.string().optional(),
});
export type Holder = z.output<typeof holderSchema>;

/** This process. */
export function thisHolder(kind: Holder['kind']): Holder {
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    kind,
    boot: read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: read(() => readlinkSync('/proc/self/ns/pid')),
    started: startOfThis(),
  };
}

/**
 * Whether the content of a lock file is a note of this or an earlier version, or the remains of one after a crash. If not,
 * another program wrote the file.
 */
export const isNote = (text: string): boolean => /^(\{"pid":(\d+,"host":".*)?)?\0*$/s.test(text);

/** The holder that a note names; undefined if it cannot be read. */
export function parseHolder(text: string): Holder | undefined {
  return read(() => holderSchema.parse(JSON.parse(text)));
}

/** Whether the holder has provably ended. Processes of another machine, boot or PID namespace cannot be judged. */
export function hasEnded(holder: Holder): boolean {
  const here = thisHolder(holder.kind);
  if (holder.host !== here.host || holder.boot !== here.boot || holder.namespace !== here.namespace)
    return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  return holder.started !== startOf(holder.pid);
}

/**
 * When a process started, in digits whose unit depends on the system: with it, a reused PID is recognized. Linux: clock ticks since boot,
 * field 22 of proc(5) stat. Windows: its file time. Others: seconds since 1970, from ps(1).
 * @returns undefined if the system does not tell
 */
export function startOf(pid: number, platform: string = process.platform): string | undefined {
  switch (platform) {
    case 'linux': {
      const text = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
      return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
    }
    case 'win32': {
      const command = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
      return /^\d+/.exec(answerOf('powershell', ['-NoProfile', '-Command', command]))?.[0];
    }
    default: {
      // The same text whatever the language and the time zone of the user.
      const env = { LC_ALL: 'C', TZ: 'UTC' };
      const seconds =
        Date.parse(`${answerOf('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], env)} UTC`) / 1000;
      return Number.isNaN(seconds) ? undefined : String(seconds);
    }
  }
}

let own: string | undefined;

/** Asked once: some systems take a while to answer. */
function startOfThis(): string | undefined {
  own ??= startOf(process.pid);
  return own;
}

/** How long a program of the system may take. */
const PATIENCE_MS = 10_000;

function answerOf(command: string, words: readonly string[], env?: NodeJS.ProcessEnv): string {
  const options = { encoding: 'utf8', timeout: PATIENCE_MS, windowsHide: true } as const;
  return (spawnSync(command, words, { ...options, ...(env && { env }) }).stdout ?? '').trim();
}

function read<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
