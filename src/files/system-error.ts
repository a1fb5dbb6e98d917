/** Refusals of the system in words: what went wrong, where, and what to do about it. */
import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CifarNormError } from '../errors.ts';

/** A refusal in words. */
export interface Refusal {
  /** What is wrong, to follow a path and a colon. */
  readonly reason: string;
  /** What solves it, if that depends on the refusal alone: `free some space there`. */
  readonly cure: string | undefined;
}

/** What to do in any case: another way, or what to do once the refusal is solved. */
export type Advice = string | { readonly after: string };

interface Row {
  readonly reason: string;
  readonly cure?: string;
}

const MORE_FILES = 'raise the limit on open files: ulimit -n 256';
const MOUNT_AGAIN = 'check the network, or mount the folder again';

/** Windows does not replace a file that a program such as Excel has open, and calls that a lack of permission. */
const OPEN_ON_WINDOWS = 'close it in the program that has it open, such as Excel';

/** By the system's code; PATH stands for the path. */
const rows: Readonly<Record<string, Row>> = {
  ENOENT: { reason: 'there is no such file or folder' },
  EACCES: { reason: 'permission denied', cure: 'look at owner and permissions with ls -ld PATH' },
  EPERM: { reason: 'the system does not permit it', cure: 'look at owner and permissions with ls -ld PATH' },
  ENOTDIR: { reason: 'a part of the path is not a folder', cure: 'name another path' },
  EISDIR: { reason: 'it is a folder, not a file', cure: 'name a file' },
  ELOOP: { reason: 'its links lead in a circle', cure: 'look where they lead with ls -l PATH' },
  ENAMETOOLONG: {
    reason: 'the name is too long',
    cure: 'use a shorter one: most systems allow 255 bytes in a name and 4096 in a path',
  },
  EEXIST: { reason: 'a file is in its place' },
  ENOTEMPTY: { reason: 'the folder is not empty' },
  EMFILE: { reason: 'too many open files', cure: MORE_FILES },
  ENFILE: { reason: 'too many open files on this machine', cure: 'close other programs' },
  ENOSPC: { reason: 'no space left on the disk', cure: 'free some space there' },
  EDQUOT: { reason: 'the disk quota is used up', cure: 'remove files of yours there' },
  EFBIG: { reason: 'the file would be larger than the system allows', cure: 'raise the limit: ulimit -f' },
  EROFS: { reason: 'the file system is read-only', cure: 'mount it for writing' },
  EBUSY: { reason: 'another program is using it', cure: 'close that program' },
  EIO: { reason: 'the disk reports an error', cure: 'check the disk' },
  ESTALE: { reason: 'its network folder has changed or is gone', cure: MOUNT_AGAIN },
  ENOTCONN: { reason: 'its network folder is not connected', cure: MOUNT_AGAIN },
  EHOSTDOWN: { reason: 'its network folder does not answer', cure: MOUNT_AGAIN },
  ENODEV: { reason: 'its device is not there', cure: 'mount it again' },
  ENOMEM: { reason: 'the system grants no more memory', cure: 'close other programs' },
  EAGAIN: {
    reason: 'the system grants no more processes or threads',
    cure: 'close other programs, or raise the limit: ulimit -u',
  },
};

const NO_WORKING_FOLDER: Refusal = {
  reason: 'the working folder no longer exists',
  cure: 'change to a folder that exists, and run the command there',
};

/** Undefined for what is no refusal of the system. */
export function refusalOf(error: unknown, platform: string = process.platform): Refusal | undefined {
  if (!isSystemError(error)) return undefined;
  if (error.syscall === 'uv_cwd') return NO_WORKING_FOLDER;
  const row = rowOf(error, platform);
  if (!row) return undefined;
  const path = error.dest ?? error.path;
  // The code is for those who search for it.
  const reason = error.code === 'ENOENT' ? row.reason : `${row.reason} (${error.code})`;
  if (path === undefined) return { reason, cure: row.cure?.includes('PATH') ? undefined : row.cure };
  const obstacle = obstacleOf(error.code, path);
  const where = obstacle?.part === path ? 'it' : obstacle?.part;
  return {
    reason: obstacle ? `${reason}: ${where} ${obstacle.words}` : reason,
    cure: row.cure?.replace('PATH', obstacle?.part ?? path),
  };
}

function rowOf({ code, syscall }: NodeJS.ErrnoException, platform: string): Row | undefined {
  const row = rows[code!];
  const mayBeOpen = platform === 'win32' && ['EACCES', 'EPERM', 'EBUSY'].includes(code!);
  return row && mayBeOpen && syscall === 'rename' ? { ...row, cure: OPEN_ON_WINDOWS } : row;
}

/** What the code of a refusal means for a path. */
function obstacleOf(code: string, path: string): Obstacle | undefined {
  const obstacle = obstacleTo(path);
  const part = lastThere(path);
  // A path that is missing is to be made, and its folder refuses that.
  const isMade = part !== path && (obstacle === undefined || obstacle.words === MISSING);
  if (code === 'ENOENT' || !isMade) return obstacle;
  return code === 'EACCES' || code === 'EPERM' ? { part, words: 'may not be written to' } : undefined;
}

/** The path, or the nearest folder above it that is there. */
function lastThere(path: string): string {
  let part = path;
  while (attempt(() => lstatSync(part)) === 'ENOENT' && part !== dirname(part)) part = dirname(part);
  return part;
}

/** An error of the system as one that says what could not be done, why, and what to do; other errors as they are. */
export function explained(
  error: unknown,
  code: CifarNormError['code'],
  what: string,
  advice?: Advice,
): Error {
  if (!(error instanceof Error) || error instanceof CifarNormError || !('code' in error))
    return error as Error;
  const { reason, cure } = refusalOf(error) ?? { reason: error.message, cure: undefined };
  return new CifarNormError(code, `${what}: ${reason}`, hintOf(cure, advice));
}

/** Whether the system refused something: memory, files, processes. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & {
  readonly code: string;
  readonly dest?: string;
} {
  return error instanceof Error && 'code' in error && 'errno' in error && typeof error.code === 'string';
}

const MISSING = 'is missing';

/** A part of a path that the system does not get past. */
export interface Obstacle {
  readonly part: string;
  /** `is a link to X, which is missing`. */
  readonly words: string;
  readonly isLink?: boolean;
}

/**
 * The first part of a path that is a link whose target cannot be reached, a file in a folder's place, a folder that may not be
 * entered, or, before the last part, missing. Undefined if there is none.
 */
export function obstacleTo(path: string): Obstacle | undefined {
  const parts: string[] = [];
  for (let part = path; part !== parts[0]; part = dirname(part)) parts.unshift(part);
  for (const part of parts) {
    const isLast = part === path;
    const stats = attempt(() => lstatSync(part));
    if (stats === 'EACCES') return { part: dirname(part), words: 'may not be entered' };
    if (stats === 'ENOENT' && !isLast) return { part, words: MISSING };
    if (typeof stats === 'string') return undefined;
    const there = stats.isSymbolicLink() ? attempt(() => statSync(part)) : stats;
    if (typeof there === 'string') return { part, words: linkWords(part, there), isLink: true };
    if (!isLast && !there.isDirectory()) return { part, words: 'is a file' };
  }
  return undefined;
}

/** Whether a refusal means only that nothing is there: that no link leads there either. */
export function isAbsent(error: unknown): boolean {
  if (!isSystemError(error) || error.code !== 'ENOENT') return false;
  const obstacle = error.path === undefined ? undefined : obstacleTo(error.path);
  return obstacle === undefined || attempt(() => lstatSync(obstacle.part)) === 'ENOENT';
}

function linkWords(link: string, code: string): string {
  const target = attempt(() => readlinkSync(link));
  if (code === 'ELOOP') return `is a link to ${target}, which leads back to it`;
  if (code === 'ENOENT') return `is a link to ${target}, which is missing`;
  return `is a link to ${target}, which ${code === 'EACCES' ? 'may not be entered' : `cannot be reached (${code})`}`;
}

function hintOf(cure: string | undefined, advice: Advice | undefined): string | undefined {
  if (advice === undefined) return cure;
  if (typeof advice === 'string') return cure === undefined ? advice : `${cure}, or ${advice}`;
  return `${cure ?? 'solve this'}, then ${advice.after}`;
}

/** What the system answers, or the code of its refusal. */
function attempt<T>(ask: () => T): T | string {
  try {
    return ask();
  } catch (error) {
    return isSystemError(error) ? error.code : String(error);
  }
}
