/** From what a user says about the data to a Dataset. */
import { homedir } from 'node:os';
import type { Dataset } from './dataset.ts';
import { loadDataset } from './load.ts';
import { cacheFolderOf, type Environment, type Found, locateData, requireCacheFolder } from './locate.ts';

export interface DataContext {
  readonly cwd: string;
  /** Variables that say where data are: CIFAR_NORM_DATA, and those of the user's cache folder. */
  readonly env: Environment;
  /** The experiment's `data`. */
  readonly config: string | undefined;
}

/**
 * Where downloads are kept.
 * @throws CifarNormError (usage) if the user has no home folder
 */
export const cacheFolder = (env: Environment): string => requireCacheFolder(userCacheFolder(env));

const userCacheFolder = (env: Environment): string | undefined =>
  cacheFolderOf(process.platform, homeFolder(), env);

/** Empty for a user who is not in the system's list of users and has no HOME. */
function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

/** @param option a place that the user named, as with `--data` */
export function findData(option: string | undefined, { cwd, env, config }: DataContext): Promise<Found> {
  return locateData({
    ...{ option, config, cwd },
    environment: env.CIFAR_NORM_DATA,
    cacheFolder: userCacheFolder(env),
  });
}

/**
 * Finds and reads the training images.
 * @param data a place, `synthetic`, or a dataset that is returned as it is; undefined looks in the usual places
 * @throws CifarNormError (data) if a place that was named holds no CIFAR-10, or what it holds cannot be read
 */
export async function openData(
  data: string | Dataset | undefined,
  context: DataContext & { readonly onReading: (source: string) => unknown },
): Promise<Dataset> {
  if (typeof data === 'object') return data;
  const { place } = await findData(data, context);
  await context.onReading(place.kind === 'synthetic' ? 'synthetic data' : place.path);
  return loadDataset(place, { test: false });
}
