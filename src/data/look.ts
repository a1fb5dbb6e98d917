/** Looks at a path: whether CIFAR-10 is there, in which form, or what is there instead. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openRegular } from '../files/regular.ts';
import { explained, isSystemError, obstacleTo, refusalOf } from '../files/system-error.ts';
import { type BatchSet, batchNameOf, batchSets, isComplete, type Layout, layoutOf } from './formats/cifar.ts';
import { insteadOfBatches, isTelling, SAMPLE_HEAD, type Sample } from './formats/contents.ts';
import {
  conversionOf,
  FETCH,
  HEAD_BYTES,
  isPointer,
  type Kind,
  recognize,
  SAMPLE_BYTES,
} from './formats/recognize.ts';
import { OFFICIAL } from './official.ts';
import { type Effort, isNamedCifar10, type Scan, scanFolder } from './scan.ts';

export type StoredPlace =
  | { readonly kind: 'folder'; readonly path: string; readonly layout: Layout }
  | { readonly kind: 'archive'; readonly path: string };

/** Why a place does not serve. */
export interface Problem {
  /** To follow the path and a colon. */
  readonly words: string;
  readonly hint: string;
  /** Whether CIFAR-10 is there, or may be there: then the place is an error, and never passed over. */
  readonly isFound: boolean;
}

export const isPlace = (found: StoredPlace | Problem): found is StoredPlace => 'path' in found;

const NAME_ANOTHER = 'name another place with --data';

/** The place at a path, or why it does not serve. */
export async function lookAt(path: string, effort: Effort): Promise<StoredPlace | Problem> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return await lookIn(path, effort);
    if (stats.isFile()) return await lookAtFile(path);
    return { words: 'it is neither a folder nor a regular file', hint: NAME_ANOTHER, isFound: false };
  } catch (error) {
    if (isSystemError(error)) return await closedProblem(path, error);
    throw error;
  }
}

/** The best set of batches in a folder, not below it. */
export async function batchesIn(folder: string): Promise<BatchSet | undefined> {
  const names = await readdir(folder).catch(error => {
    throw explained(error, 'data', folder, NAME_ANOTHER);
  });
  return batchSets(names.map(name => ({ folder: '', name })))[0];
}

/** How to fetch what a link stands for, if it is one of git-annex or DVC whose content is not there. */
export function fetchHint(path: string): string | undefined {
  const { part, words } = obstacleTo(path) ?? {};
  if (words?.includes('annex/objects')) return `fetch its content with: git annex get ${part}`;
  return words?.includes('.dvc/') ? 'fetch its content with: dvc pull' : undefined;
}

async function closedProblem(path: string, error: NodeJS.ErrnoException): Promise<Problem> {
  const obstacle = obstacleTo(path);
  const isMissing = error.code === 'ENOENT' && !obstacle;
  if (isMissing && (await isThere(`${path}.dvc`))) return unfetched('it', `${path}.dvc`);
  const { reason, cure } = refusalOf(error) ?? { reason: error.message, cure: undefined };
  return {
    words: reason,
    hint: fetchHint(path) ?? (cure ? `${cure}, or ${NAME_ANOTHER}` : NAME_ANOTHER),
    // What lies behind a closed folder is not known; a link, also one on the way, or a folder that is there is.
    isFound: !isMissing && (obstacle === undefined || obstacle.part === path || obstacle.isLink === true),
  };
}

const unfetched = (what: string, pointer: string): Problem => ({
  words: `${what} is kept by DVC and has not been fetched`,
  hint: `fetch it with: dvc pull ${pointer}`,
  isFound: true,
});

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function lookIn(path: string, effort: Effort): Promise<StoredPlace | Problem> {
  const scan = await scanFolder(path, effort);
  const [best] = scan.sets;
  if (isComplete(best)) return folderPlace(path, best);
  const archive = await archiveAmong(path, scan.archives);
  if (archive && isPlace(archive)) return archive;
  // The loader says which batches are missing.
  if (best) return folderPlace(path, best);
  return archive ?? (await closedIn(path, scan)) ?? (await nothingIn(path, scan));
}

async function folderPlace(root: string, { folder, names, ending }: BatchSet): Promise<StoredPlace> {
  const path = folder === '' ? root : join(root, folder);
  const first = names.find(name => name !== undefined)!;
  // What cannot be read is an error of the loader's.
  const head = await headOf(join(path, first), 1).catch(() => undefined);
  const layout = head?.length === 1 ? layoutOf(head) : ending === '.bin' ? 'binary' : 'python';
  return { kind: 'folder', path, layout };
}

const OFFICIAL_NAMES = [OFFICIAL.binary.name, OFFICIAL.python.name];
/** How many archives of other names are opened. */
const MOST_OPENED = 4;

/** The first archive of CIFAR-10; else what is wrong with a file that is named as one. */
async function archiveAmong(
  root: string,
  archives: readonly string[],
): Promise<StoredPlace | Problem | undefined> {
  const official = OFFICIAL_NAMES.flatMap(name => archives.filter(path => basename(path) === name));
  const named = archives.filter(path => isNamedCifar10(path) && !official.includes(path));
  const others = archives.filter(path => !isNamedCifar10(path)).slice(0, MOST_OPENED);
  let problem: Problem | undefined;
  for (const inner of [...official, ...named, ...others]) {
    const path = join(root, inner);
    const isNamed = isNamedCifar10(inner);
    try {
      const kind = await identify(path);
      const isArchive = kind?.name === 'gzip' || kind?.name === 'tar';
      if (isArchive && (isNamed || (await holdsBatches(path)))) return { kind: 'archive', path };
      if (isNamed && !isArchive) problem ??= { ...misfit(path, kind), isFound: true };
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (isNamed) problem ??= within(path, await closedProblem(path, error));
    }
  }
  return problem;
}

async function holdsBatches(path: string): Promise<boolean> {
  return (await import('./formats/archive.ts')).holdsBatches(path);
}

/** A part of the folder that cannot be searched: it may hold CIFAR-10. */
async function closedIn(root: string, { closed, unfetched: [pointer] }: Scan): Promise<Problem | undefined> {
  for (const { path: inner, error } of closed) {
    const path = join(root, inner);
    const isDangling = error.code === 'ENOENT' || error.code === 'ELOOP';
    if (!isDangling || isNamedCifar10(inner) || fetchHint(path))
      return within(path, await closedProblem(path, error));
  }
  return pointer === undefined
    ? undefined
    : within(join(root, pointer), unfetched('its content', join(root, pointer)));
}

const within = (path: string, { words, hint }: Problem): Problem => ({
  words: `${path}: ${words}`,
  hint,
  isFound: true,
});

async function nothingIn(root: string, { archives, others, unfinished: [part] }: Scan): Promise<Problem> {
  const isEmpty = archives.length + others.length === 0;
  if (isEmpty && (await isThere(`${root}.dvc`))) return unfetched('its content', `${root}.dvc`);
  const instead = insteadOfBatches(await samplesOf(root, [...archives, ...others]));
  const nothing = 'the folder holds neither batches of CIFAR-10 nor an archive of them';
  if (part !== undefined) {
    const words = `${nothing}: ${part} is a download that has not ended`;
    return { words, hint: `let it end, or ${FETCH}`, isFound: false };
  }
  return {
    words: instead ? `${nothing}: ${instead.words}` : nothing,
    hint: instead?.hint ?? NAME_ANOTHER,
    isFound: false,
  };
}

async function samplesOf(root: string, files: readonly string[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const inner of files) {
    const path = join(root, inner);
    const size = await stat(path).then(
      stats => (stats.isFile() ? stats.size : 0),
      () => 0,
    );
    if (!isTelling(basename(inner), size, samples)) continue;
    const head = await headOf(path, /^(train|test)/i.test(basename(inner)) ? SAMPLE_HEAD : HEAD_BYTES).catch(
      () => undefined,
    );
    if (head) samples.push({ path: inner, size, head });
  }
  return samples;
}

async function lookAtFile(path: string): Promise<StoredPlace | Problem> {
  const kind = await identify(path);
  if (kind?.name === 'gzip' || kind?.name === 'tar') return { kind: 'archive', path };
  return {
    ...misfit('it', kind),
    isFound: isPointer(kind) || isNamedCifar10(basename(path)) || batchNameOf(basename(path)) !== undefined,
  };
}

/** A file that is no archive. */
function misfit(path: string, kind: Kind | undefined): Pick<Problem, 'words' | 'hint'> {
  if (!kind) return { words: `${path} is neither an archive nor a batch of CIFAR-10`, hint: FETCH };
  const isBatch = kind.name === 'binary batch' || kind.name === 'pickle';
  return {
    words: isBatch
      ? `${path} is ${kind.words}, and all batches of CIFAR-10 are needed`
      : `${path} is ${kind.words}`,
    hint: kind.hint,
  };
}

/** What a file is. */
async function identify(path: string): Promise<Kind | undefined> {
  const { size } = await stat(path);
  const kind = recognize(await headOf(path, HEAD_BYTES), size);
  return kind ?? conversionOf(await headOf(path, SAMPLE_BYTES));
}

/** The first bytes of a file. */
async function headOf(path: string, most: number): Promise<Uint8Array> {
  await using file = await openRegular(path);
  const head = new Uint8Array(Math.min(most, (await file.stat()).size));
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}
