/** Finds the data: which places are searched, in which order, and what was found there. */
import { isAbsolute, join, resolve } from 'node:path';
import { expandHome, variableIn } from '../config/user-path.ts';
import { CifarNormError } from '../errors.ts';
import { isPlace, lookAt, type StoredPlace } from './look.ts';

export type Place = { readonly kind: 'synthetic' } | StoredPlace;

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A place that was searched. */
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
  /** The folder of the experiment, where its `data` begins; by default the working folder. */
  readonly configFolder?: string | undefined;
  /** See `cacheFolderOf`. */
  readonly cacheFolder: string | undefined;
  /** The user's home folder, if there is one: Keras keeps data there. */
  readonly home?: string | undefined;
}

export interface Found {
  readonly place: Place;
  readonly attempts: readonly Attempt[];
}

/** Searched in the working folder, in this order. */
const USUAL = [
  ...['data', 'cifar-10-batches-py', 'cifar-10-batches-bin', 'datasets'],
  ...[join('cs231n', 'datasets'), join('data', 'cifar10')],
];

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
  const named = folders[platform === 'win32' || platform === 'darwin' ? platform : 'other'];
  const candidates = home === '' ? named : named.map(path => path && expandHome(path, home));
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
 * The first place that is named, else the first usual one where CIFAR-10 is, else synthetic data.
 * @throws CifarNormError (data) if the named place does not hold CIFAR-10, or a usual one cannot be read or holds it in a form
 *   that cannot be read; (usage) if a place has no name
 */
export async function locateData(context: SearchContext): Promise<Found> {
  const { option, environment, config, cwd, configFolder = cwd, cacheFolder, home } = context;
  const attempts: Attempt[] = [];
  const named = [
    { name: '--data', value: option, unset: 'not given', base: cwd },
    { name: 'CIFAR_NORM_DATA', value: environment || undefined, unset: 'not set', base: cwd },
    { name: "the experiment's data", value: config, unset: 'not given', base: configFolder },
  ];
  for (const { name, value, unset, base } of named) {
    if (value === undefined) attempts.push({ where: name, outcome: unset });
    else {
      const place = await namedPlace(name, value, base);
      return { place, attempts: [...attempts, { where: name, outcome: outcomeOf(place) }] };
    }
  }
  const usual = [
    ...USUAL.map(folder => join(cwd, folder)),
    cacheFolder,
    home === undefined ? undefined : join(home, '.keras', 'datasets'),
  ];
  for (const [i, folder] of usual.entries()) {
    if (folder === undefined) {
      const where = i === USUAL.length ? "the user's cache folder" : '~/.keras/datasets';
      attempts.push({ where, outcome: 'the user has no home folder' });
      continue;
    }
    const found = await lookAt(folder, 'usual');
    if (isPlace(found)) attempts.push({ where: folder, outcome: outcomeOf(found) });
    else if (found.isFound) {
      const hint = `${found.hint}; for made-up images, use --data synthetic`;
      throw new CifarNormError('data', `${folder}: ${found.words}`, hint);
    } else attempts.push({ where: folder, outcome: found.words });
    if (isPlace(found)) return { place: found, attempts };
  }
  return { place: { kind: 'synthetic' }, attempts };
}

async function namedPlace(name: string, value: string, base: string): Promise<Place> {
  if (value.trim() === '')
    throw new CifarNormError(
      'usage',
      `${name} is empty`,
      `name a folder or an archive of CIFAR-10, or synthetic`,
    );
  if (value === 'synthetic') return { kind: 'synthetic' };
  const found = await lookAt(resolve(base, expandHome(value)), 'named');
  if (isPlace(found)) return found;
  throw new CifarNormError('data', `${name} is ${value}: ${found.words}`, variableIn(value) ?? found.hint);
}

function outcomeOf(place: Place): string {
  if (place.kind === 'synthetic') return 'synthetic data, as requested';
  return `found: ${place.path} (${place.kind === 'archive' ? 'archive' : `${place.layout} batches`})`;
}
