/**
 * The lock where the system offers none: a folder with a file for each claim. Everybody first adds a claim and then looks
 * for others, so of two claimants at least one sees the other and withdraws: never do two hold the lock. The name of a
 * claim tells whether its process has ended, so nothing depends on content that a killed process did not finish.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Holder, hasEnded, parseHolder, thisHolder } from './holder.ts';

export interface Claims {
  /** Claims whose processes may be alive: their holders, undefined if a note cannot be read. */
  readonly living: readonly (Holder | undefined)[];
  readonly ended: readonly (Holder | undefined)[];
}

export const claimFolderOf = (path: string): string => `${path}.claims`;

/** Adds a claim for this process, and returns its name. */
export function addClaim(path: string): string {
  const holder = thisHolder('claim');
  const name = [holder.pid, holder.started ?? '', placeOf(holder), randomBytes(4).toString('hex')].join('-');
  mkdirSync(claimFolderOf(path), { recursive: true });
  writeFileSync(join(claimFolderOf(path), name), `${JSON.stringify(holder)}\n`, { flag: 'wx' });
  return name;
}

export function removeClaim(path: string, name: string): void {
  rmSync(join(claimFolderOf(path), name), { force: true });
  try {
    rmdirSync(claimFolderOf(path));
  } catch {
    // The folder holds other claims, or another program's files.
  }
}

export function hasClaim(path: string, name: string): boolean {
  return namesIn(path).includes(name);
}

/** The claims of others than `own`. */
export function claimsOf(path: string, own?: string): Claims {
  const living: (Holder | undefined)[] = [];
  const ended: (Holder | undefined)[] = [];
  for (const name of namesIn(path)) {
    if (name !== own) (isOver(name) ? ended : living).push(noteOf(path, name));
  }
  return { living, ended };
}

export function removeEndedClaims(path: string): void {
  for (const name of namesIn(path)) if (isOver(name)) removeClaim(path, name);
}

/** Whether the process of a claim has provably ended: only those of the same machine, boot and PID namespace can be judged. */
function isOver(name: string): boolean {
  const [pid, started, place] = name.split('-');
  const here = thisHolder('claim');
  return place === placeOf(here) && hasEnded({ ...here, pid: Number(pid), started: started || undefined });
}

const placeOf = ({ host, boot, namespace }: Holder): string =>
  createHash('sha256')
    .update(JSON.stringify([host, boot, namespace]))
    .digest('hex')
    .slice(0, 16);

/** PID, start, place and a random number. */
const CLAIM = /^\d+-\d*-[0-9a-f]{16}-[0-9a-f]{8}$/;

/** Matches only claims: other programs, such as file managers, leave files in any folder. */
function namesIn(path: string): string[] {
  try {
    return readdirSync(claimFolderOf(path)).filter(name => CLAIM.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function noteOf(path: string, name: string): Holder | undefined {
  try {
    return parseHolder(readFileSync(join(claimFolderOf(path), name), 'utf8'));
  } catch {
    return undefined;
  }
}
