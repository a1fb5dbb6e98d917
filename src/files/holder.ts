/** Who holds a lock: the note in a lock file, and whether the process that wrote it has ended. */
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
    started: startOf(process.pid),
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

/** Start of a process in clock ticks since boot: field 22 of proc(5) stat. With it, a reused PID is recognized. */
function startOf(pid: number): string | undefined {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function read<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
