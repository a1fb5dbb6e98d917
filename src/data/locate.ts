/** Where the data are: the places that are looked at, in order, and what was found in each. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { batchNames, type Layout } from './batches.ts';
import { OFFICIAL } from './official.ts';

export type Place =
  | { readonly kind: 'synthetic' }
  | { readonly kind: 'folder'; readonly path: string; readonly layout: Layout }
  | { readonly kind: 'archive'; readonly path: string };

/** One place that was looked at. */
export interface Attempt {
  readonly where: string;
  readonly outcome: string;
}

/** What a user has said, and where a user's files are. */
export interface SearchContext {
  /** --data */
  readonly option: string | undefined;
  /** CIFAR_NORM_DATA */
  readonly environment: string | undefined;
  /** `data` in the experiment */
  readonly config: string | undefined;
  readonly cwd: string;
  readonly cacheFolder: string;
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

/** The user's folder for data that several projects share, after each system's custom. */
export function cacheFolderOf(platform: NodeJS.Platform, home: string, env: NodeJS.ProcessEnv): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'cifar-norm');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'cifar-norm');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'cifar-norm');
}

/**
 * The first place that was named, else the first usual place that holds CIFAR-10, else synthetic data.
 * @throws CifarNormError (data) if a place was named and does not hold CIFAR-10: nothing else is taken in its stead
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
        `name a folder with CIFAR-10's batches, or one of ${ARCHIVES.join(' and ')}; or say synthetic`,
      );
    }
    return { place, attempts: [...attempts, { where: name, outcome: outcomeOf(place) }] };
  }
  for (const folder of [join(cwd, 'data'), cacheFolder]) {
    const place = await lookAt(folder);
    attempts.push({ where: folder, outcome: typeof place === 'string' ? place : outcomeOf(place) });
    if (typeof place !== 'string') return { place, attempts };
  }
  return { place: { kind: 'synthetic' }, attempts };
}

function outcomeOf(place: Place): string {
  if (place.kind === 'synthetic') return 'synthetic data, as asked';
  return `found: ${place.path} (${place.kind === 'archive' ? 'archive' : `${place.layout} batches`})`;
}

/** What is at a path, or, if it is not CIFAR-10, why not. */
async function lookAt(path: string): Promise<Place | string> {
  const kind = await kindOf(path);
  if (kind === 'missing') return 'there is no such file or folder';
  if (kind === 'file') {
    return /\.(tar\.gz|tgz)$/i.test(path)
      ? { kind: 'archive', path }
      : 'it is neither a folder nor a .tar.gz';
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
  return 'the folder holds neither batches of CIFAR-10 nor an archive of them';
}

async function kindOf(path: string): Promise<'missing' | 'file' | 'folder'> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return 'missing';
  return stats.isDirectory() ? 'folder' : 'file';
}
