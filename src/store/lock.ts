/** One writer a folder: a file that says which process it is. */
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CifarNormError } from '../errors.ts';

const LOCK = 'run.lock';
/** A lock that cannot be read is being written, or was when its writer was killed. */
const WRITING_MS = 2000;
const ATTEMPTS = 10;

const holderSchema = z.object({
  pid: z.int(),
  host: z.string(),
  /** Of the process, in the system's own count: a pid is given again, the two together are not. */
  started: z.string(),
  since: z.string(),
});
type Holder = z.output<typeof holderSchema>;

export interface FolderLock {
  /** Who had left the folder locked without being alive any more. */
  readonly leftBy: Holder | undefined;
  release(): Promise<void>;
}

/** @throws CifarNormError (usage) if a living process has the folder */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, LOCK);
  const me: Holder = {
    pid: process.pid,
    host: hostname(),
    started: await startOf(process.pid),
    since: new Date().toISOString(),
  };
  const text = JSON.stringify(me);
  let leftBy: Holder | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return undefined;
      throw error;
    });
    if (file) {
      await file.appendFile(text);
      await file.close();
      const release = async () => {
        if ((await readFile(path, 'utf8').catch(() => '')) === text) await rm(path, { force: true });
      };
      return { leftBy, release };
    }
    const found = await readFile(path, 'utf8').catch(() => '');
    const holder = parsed(found);
    if (holder && (await isAlive(holder))) throw inUse(folder, holder);
    if (!holder && !(await isOlderThan(path, WRITING_MS))) {
      await new Promise(resolve => setTimeout(resolve, WRITING_MS / 4));
      continue;
    }
    leftBy = holder;
    await removeExactly(path, found);
  }
  throw new CifarNormError('usage', `cannot lock ${folder}: others keep taking it`, 'try again');
}

/** Whether a living process has the folder. */
export async function isLocked(folder: string): Promise<boolean> {
  const holder = parsed(await readFile(join(folder, LOCK), 'utf8').catch(() => ''));
  return holder !== undefined && (await isAlive(holder));
}

/** Removes the lock that was read, and not one that somebody else has put there since. */
async function removeExactly(path: string, found: string): Promise<void> {
  const aside = `${path}.left-${process.pid}`;
  await rename(path, aside).catch(() => {});
  if ((await readFile(aside, 'utf8').catch(() => found)) !== found) await rename(aside, path);
  else await rm(aside, { force: true });
}

function parsed(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, host, started }: Holder): Promise<boolean> {
  // Of another machine's processes nothing can be known from here.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return (await startOf(pid)) === started;
}

/** When a process was started, in clock ticks since the machine was (proc(5), stat, field 22); nothing where it is not told. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function isOlderThan(path: string, milliseconds: number): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > milliseconds;
}

function inUse(folder: string, { pid, host, since }: Holder): CifarNormError {
  const where = host === hostname() ? '' : ` on ${host}`;
  return new CifarNormError(
    'usage',
    `${folder} is in use by process ${pid}${where}, since ${since}`,
    `wait for it to end, or choose another folder with --out DIR; if it is dead, remove ${join(folder, LOCK)}`,
  );
}
