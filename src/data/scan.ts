/** Searches a folder, at any depth, for batches and archives of CIFAR-10. */
import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../files/system-error.ts';
import { type BatchSet, batchNameOf, batchSets, isComplete } from './formats/cifar.ts';

/** What a folder holds. Paths are relative to it, with `/`. */
export interface Scan {
  /** The best first. */
  readonly sets: readonly BatchSet[];
  /** Files that may be archives. */
  readonly archives: readonly string[];
  /** Other files, in part. */
  readonly others: readonly string[];
  /** Links and folders that cannot be followed, with the system's refusal. */
  readonly closed: readonly Closed[];
  /** Files of DVC whose data are missing. */
  readonly unfetched: readonly string[];
  /** Downloads of CIFAR-10 that have not ended. */
  readonly unfinished: readonly string[];
}

export interface Closed {
  readonly path: string;
  /** As the system throws it. */
  readonly error: Error & { readonly code?: string | undefined };
}

/** A search ends somewhere, also in a user's home or among a million photographs; sooner if the user did not ask for it. */
const MAX_DEPTH = 32;
const MAX_ENTRIES = { usual: 20_000, named: 200_000 };
const MAX_LINKS = 2000;
const MAX_OTHERS = 100;

/** Folders that hold no data: hidden ones, and those of systems and tools. */
const SKIPPED = /^(\..*|node_modules|__pycache__|lost\+found|\$RECYCLE\.BIN|System Volume Information)$/i;
/** Downloads that have not ended, locks, hidden files. */
const UNFINISHED = /^\.|\.(part|part\.json|crdownload|download|aria2|partial|tmp|copy|lock|opdownload)$/i;
const ARCHIVE = /\.(tar|tgz|gz|zip|7z|rar|xz|bz2|zst)( ?\(\d+\))?$/i;

/** Whether a file's name says that it holds CIFAR-10. */
export const isNamedCifar10 = (name: string): boolean => /cifar[-_ ]?10(?!0)/i.test(name);

/** Keras names its archives without an extension. */
const mayBeArchive = (name: string): boolean =>
  ARCHIVE.test(name) || (isNamedCifar10(name) && !/\.\w{1,8}$/.test(name));

/** Whether the user named the place that is searched. */
export type Effort = keyof typeof MAX_ENTRIES;

/**
 * Searches level by level, and no deeper than the first whole set of batches, or one level below the first archive.
 * @throws an error of the file system if the folder itself cannot be read
 */
export async function scanFolder(root: string, effort: Effort): Promise<Scan> {
  const files: { readonly folder: string; readonly name: string }[] = [];
  const closed: Closed[] = [];
  const archives: string[] = [];
  const others: string[] = [];
  const unfetched: string[] = [];
  const unfinished: string[] = [];
  const follow = follower();
  let left = MAX_ENTRIES[effort];
  let level = [''];
  let sets: BatchSet[] = [];
  for (let depth = 0, isLast = false; depth < MAX_DEPTH && level.length > 0 && !isLast; depth++) {
    isLast = archives.some(isNamedCifar10);
    const below: string[] = [];
    for (const folder of level) {
      const entries = await entriesOf(join(root, folder), left).catch(error => {
        if (folder === '' || !isSystemError(error)) throw error;
        closed.push({ path: folder, error });
        return [];
      });
      left -= entries.length;
      const names = new Set(entries.map(({ name }) => name));
      for (const entry of entries) {
        const { name } = entry;
        const path = folder === '' ? name : `${folder}/${name}`;
        const kind = entry.isSymbolicLink() ? await follow(join(root, path)) : kindOf(entry);
        if (kind === 'skipped') continue;
        if (kind === 'folder') {
          if (!SKIPPED.test(name)) below.push(path);
          // A batch that cannot be opened is an error when it is read.
        } else if (batchNameOf(name)) files.push({ folder, name });
        else if (kind !== 'file') closed.push({ path, error: kind });
        else if (name.endsWith('.dvc')) {
          if (!names.has(name.slice(0, -'.dvc'.length))) unfetched.push(path);
        } else if (UNFINISHED.test(name)) {
          if (isNamedCifar10(name) && !name.startsWith('.')) unfinished.push(path);
        } else if (mayBeArchive(name)) archives.push(path);
        else if (others.length < MAX_OTHERS) others.push(path);
      }
    }
    sets = batchSets(files);
    if (isComplete(sets[0])) break;
    level = left > 0 ? below : [];
  }
  return { sets, archives, others, closed, unfetched, unfinished };
}

/** Sorted by name: the order of a file system is none. */
async function entriesOf(folder: string, most: number): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder, { bufferSize: 512 })) {
    if (entries.length === most) break;
    entries.push(entry);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

type EntryKind = 'file' | 'folder' | 'skipped' | NodeJS.ErrnoException;

const kindOf = (entry: { isDirectory(): boolean }): EntryKind => (entry.isDirectory() ? 'folder' : 'file');

/** Follows links, or says why they cannot be followed. A folder that several links lead to is searched once. */
function follower(): (path: string) => Promise<EntryKind> {
  const visited = new Set<string>();
  let left = MAX_LINKS;
  return async path => {
    if (left-- <= 0) return 'skipped';
    try {
      const stats = await stat(path);
      if (!stats.isDirectory()) return 'file';
      const id = `${stats.dev}:${stats.ino}`;
      if (visited.has(id)) return 'skipped';
      visited.add(id);
      return 'folder';
    } catch (error) {
      return error as NodeJS.ErrnoException;
    }
  };
}
