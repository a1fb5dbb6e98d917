/** Finds the data: which places are searched, in which order, and what was found there. */
import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { batchNames, type Layout } from './batches.ts';
import { OFFICIAL } from './official.ts';

export type Place =
  | { readonly kind: 'synthetic' }
  | { readonly kind: 'folder'; readonly path: string; readonly layout: Layout }
  | { readonly kind: 'archive'; readonly path: string };

/** A place that was searched. */
/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Attempt {
  readonly where: string;
  readonly outcome: string;
}

/** Where the user wants the data from, and the user's folders. */
export interface SearchContext {
  /** --data */
  readonly option: string | undefined;
  /** CIFAR_NORM_DATA */
  readonly environment: string | undefined;
  /** `data` in the experiment */
  readonly config: string | undefined;
  readonly cwd: string;
  /** See `cacheFolderOf`. */
  readonly cacheFolder: string | undefined;
}

export interface Found {
  readonly place: Place;
  readonly attempts: readonly Attempt[];
}

const FOLDERS: readonly { readonly name: string; readonly layout: Layout }[] = [
  { name: 'cifar-10-batches-bin', layout: 'binary' },
  { name: 'cifar-10-batches-py', layout: 'python' },
];
const ARCHIVES = [OFFICIAL.binary.name, OFFICIAL.python.name];

/**
 * The user's cache folder, as is usual on each system; undefined if the user has no home folder. Relative paths do not
 * count, so the folder does not depend on the working directory (XDG Base Directory Specification).
 * @param home of the user, empty if there is none
 */
export function cacheFolderOf(
  platform: string,
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const folders = {
    win32: [env.LOCALAPPDATA, join(home, 'AppData', 'Local')],
    darwin: [join(home, 'Library', 'Caches')],
    other: [env.XDG_CACHE_HOME, join(home, '.cache')],
  };
  const candidates = folders[platform === 'win32' || platform === 'darwin' ? platform : 'other'];
  const folder = candidates.find(path => path !== undefined && isAbsolute(path));
  return folder && join(folder, 'cifar-norm');
}

/**
 * The cache folder, where data are to be written to it.
 * @throws CifarNormError (usage) if there is none
 */
export function requireCacheFolder(folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw new CifarNormError(
    'usage',
    'there is no folder for downloads: the user has no home folder',
    'set HOME or XDG_CACHE_HOME (Windows: LOCALAPPDATA) to an absolute path',
  );
}

/**
 * The first place that is named, else the first usual folder with CIFAR-10, else synthetic data.
 * @throws CifarNormError (data) if the named place does not hold CIFAR-10
 */
export async function locateData(context: SearchContext): Promise<Found> {
  const { option, environment, config, cwd, cacheFolder } = context;
  const attempts: Attempt[] = [];
  const named = [
    { name: '--data', value: option, unset: 'not given' },
    { name: 'CIFAR_NORM_DATA', value: environment || undefined, unset: 'not set' },
    { name: "the experiment's data", value: config, unset: 'not given' },
  ];
  for (const { name, value, unset } of named) {
    if (value === undefined) {
      attempts.push({ where: name, outcome: unset });
      continue;
    }
    const place: Place | string =
      value === 'synthetic' ? { kind: 'synthetic' } : await lookAt(resolve(cwd, value));
    if (typeof place === 'string') {
      throw new CifarNormError(
        'data',
        `${name} is ${value}: ${place}`,
        `name a folder of CIFAR-10 batches, ${ARCHIVES.join(' or ')}, or synthetic`,
      );
    }
    return { place, attempts: [...attempts, { where: name, outcome: outcomeOf(place) }] };
  }
  for (const folder of [join(cwd, 'data'), cacheFolder]) {
    if (folder === undefined) {
      attempts.push({ where: "the user's cache folder", outcome: 'the user has no home folder' });
      continue;
    }
    const place = await lookAt(folder);
    attempts.push({ where: folder, outcome: typeof place === 'string' ? place : outcomeOf(place) });
    if (typeof place !== 'string') return { place, attempts };
  }
  return { place: { kind: 'synthetic' }, attempts };
}

function outcomeOf(place: Place): string {
  if (place.kind === 'synthetic') return 'synthetic data, as requested';
  return `found: ${place.path} (${place.kind === 'archive' ? 'archive' : `${place.layout} batches`})`;
}

/** The place at a path, or why it does not hold CIFAR-10. */
async function lookAt(path: string): Promise<Place | string> {
  const kind = await kindOf(path);
  if (kind === 'missing') return 'there is no such file or folder';
  if (kind === 'other') return 'it is neither a folder nor a regular file';
  if (kind === 'file') {
    return /\.(tar\.gz|tgz)$/i.test(path)
      ? { kind: 'archive', path }
      : 'it is neither a folder nor a .tar.gz file';
  }
  for (const { name, layout } of FOLDERS) {
    for (const folder of [path, join(path, name)]) {
      const first = batchNames(layout).train[0]!;
      if ((await kindOf(join(folder, first))) === 'file') return { kind: 'folder', path: folder, layout };
    }
  }
  for (const name of ARCHIVES) {
    if ((await kindOf(join(path, name))) === 'file') return { kind: 'archive', path: join(path, name) };
  }
  return 'the folder has neither CIFAR-10 batches nor an archive of them';
}

async function kindOf(path: string): Promise<'missing' | 'file' | 'folder' | 'other'> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return 'missing';
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'other';
}
