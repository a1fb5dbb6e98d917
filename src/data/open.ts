/** From what a user says about the data to a Dataset. */
import { homeFolder } from '../config/user-path.ts';
import type { Dataset } from './dataset.ts';
import { loadDataset } from './load.ts';
import {
  cacheFolderOf,
  type Environment,
  type Found,
  locateData,
  type Place,
  requireCacheFolder,
} from './locate.ts';
import type { Need } from './need.ts';
import { isOfficial } from './official.ts';
import type { PixelStatistics } from './preprocessing.ts';
import { checkSplit } from './split.ts';

export interface DataContext {
  readonly cwd: string;
  /** Variables that say where data are: CIFAR_NORM_DATA, and those of the user's cache folder. */
  readonly env: Environment;
  /** The experiment's `data`. */
  readonly config: string | undefined;
  /** What `config` is relative to; by default the working folder. */
  readonly configFolder?: string;
}

/**
 * Where downloads are kept.
 * @throws CifarNormError (usage) if the user has no home folder
 */
export const cacheFolder = (env: Environment): string => requireCacheFolder(userCacheFolder(env));

const userCacheFolder = (env: Environment): string | undefined =>
  cacheFolderOf(process.platform, homeFolder(), env);

/** @param option a place that the user named, as with `--data` */
export function findData(
  option: string | undefined,
  { cwd, env, config, configFolder }: DataContext,
): Promise<Found> {
  return locateData({
    ...{ option, config, cwd, configFolder },
    environment: env.CIFAR_NORM_DATA,
    cacheFolder: userCacheFolder(env),
    home: homeFolder() || undefined,
  });
}

export interface OpenContext extends DataContext {
  readonly onReading: (source: string) => unknown;
}

/**
 * Finds and reads all training images, without a cache.
 * @param data a place, `synthetic`, or a dataset that is returned as it is; undefined looks in the usual places
 * @throws CifarNormError (data) if a place that was named holds no CIFAR-10, or what it holds cannot be read
 */
export async function openData(data: string | Dataset | undefined, context: OpenContext): Promise<Dataset> {
  if (typeof data === 'object') return recognized(data);
  return loadDataset(await findPlace(data, context), { test: false });
}

/** A dataset that a caller has made, and whether it has the images of CIFAR-10. */
const recognized = (dataset: Dataset): Dataset =>
  dataset.kind === 'synthetic' || dataset.official !== undefined
    ? dataset
    : { ...dataset, official: isOfficial(dataset.train) };

/**
 * Finds and reads the training images that a run needs.
 * @param data see openData
 * @throws CifarNormError (data) as openData, or if there are fewer images than the split needs
 */
export async function openForRun(
  data: string | Dataset | undefined,
  need: Need,
  context: OpenContext,
): Promise<{ readonly dataset: Dataset; readonly statistics?: PixelStatistics }> {
  const place = typeof data === 'object' ? undefined : await findPlace(data, context);
  const folder = userCacheFolder(context.env);
  if (place && place.kind !== 'synthetic' && folder !== undefined)
    return (await import('./cache/load-for-run.ts')).loadForRun(place, need, folder);
  const dataset = place ? await loadDataset(place, { test: false }) : recognized(data as Dataset);
  checkSplit(dataset, need);
  return { dataset };
}

async function findPlace(data: string | undefined, context: OpenContext): Promise<Place> {
  const { place } = await findData(data, context);
  await context.onReading(place.kind === 'synthetic' ? 'synthetic data' : place.path);
  return place;
}
