/** Loads the images that a run needs, with the help of a cache: see docs/decisions/data-cache.md. */
import { join } from 'node:path';
import type { Dataset } from '../dataset.ts';
import { trainNames } from '../formats/cifar.ts';
import { loadDataset } from '../load.ts';
import { batchesIn, type StoredPlace } from '../look.ts';
import type { Need } from '../need.ts';
import { type PixelStatistics, pixelStatistics } from '../preprocessing.ts';
import { checkSplit } from '../split.ts';
import {
  type CachePaths,
  cachePaths,
  isSealed,
  readEntry,
  type StoredStatistics,
  sealedImages,
  store,
  writeEntry,
} from './entry.ts';
import { areSame, areSettled, type Identity, identify } from './identity.ts';
import { copyOf, countOf, type Range, readFromBatches, readFromCopy } from './partial.ts';
import { areOf } from './plausible.ts';

export interface RunData {
  /** Images that the run does not need may be zero. */
  readonly dataset: Dataset;
  /** Statistics of the training split. */
  readonly statistics: PixelStatistics;
}

/** How many pairs of preprocessing and split an entry keeps. */
const MOST_STATISTICS = 8;

/**
 * Loads the training images. If the cache knows the files, reads only the images that are needed, and computes neither fingerprint
 * nor statistics. If the cache cannot be read or written, works without it.
 * @param folder the user's cache folder
 * @throws CifarNormError (data) as loadDataset, or if there are fewer images than the split needs
 */
export async function loadForRun(place: StoredPlace, need: Need, folder: string): Promise<RunData> {
  const paths = cachePaths(folder, place.path);
  const sources = await sourcesOf(place);
  const known = await fromCache(place, sources, need, paths).catch(() => undefined);
  if (known) return known;
  const startedAt = Date.now();
  const before = await identify(sources).catch(() => undefined);
  const dataset = await loadDataset(place, { test: false });
  checkSplit(dataset, need);
  const statistics = pixelStatistics(need.preprocessing, dataset.train, need.numTraining);
  if (before && areSettled(before, startedAt)) {
    await remember({ place, sources, need, paths, before, dataset, statistics }).catch(() => {});
  }
  return { dataset, statistics };
}

/** The data by way of the cache; undefined if the cache does not know the files as they are now. */
async function fromCache(
  place: StoredPlace,
  sources: readonly string[],
  need: Need,
  paths: CachePaths,
): Promise<RunData | undefined> {
  const sealed = await readEntry(paths.entry);
  if (!sealed) return undefined;
  const { entry } = sealed;
  const current = () => identify([...sources, ...(hasOffsets(place) ? [] : [paths.copy])]);
  if (!areSame(await current(), entry.files)) return undefined;
  const stored = entry.statistics.find(
    row => row.preprocessing === need.preprocessing && row.count === need.numTraining,
  );
  const ranges = stored ? [...rangesOf(need), ...sealedRanges(countIn(place, entry.files))] : EVERYTHING;
  const train = hasOffsets(place)
    ? await readFromBatches(entry.files, ranges)
    : await readFromCopy(entry.files.at(-1)!, ranges);
  // Checks the files after reading too, to detect a change during the read.
  if (!areSame(await current(), entry.files) || !isSealed(sealed, train)) return undefined;
  const { fingerprint, official } = entry;
  const origin = { source: place.path, kind: 'cifar-10', official, fingerprint } as const;
  const dataset: Dataset = { ...origin, train, test: undefined };
  checkSplit(dataset, need);
  if (stored) {
    const statistics = unpack(stored);
    return areOf(train, need, statistics) ? { dataset, statistics } : undefined;
  }
  const statistics = pixelStatistics(need.preprocessing, train, need.numTraining);
  const latest = [pack(need, statistics), ...entry.statistics].slice(0, MOST_STATISTICS);
  await writeEntry(paths.entry, { ...entry, statistics: latest }, train).catch(() => {});
  return { dataset, statistics };
}

interface Loaded extends RunData {
  readonly place: StoredPlace;
  readonly sources: readonly string[];
  readonly need: Need;
  readonly paths: CachePaths;
  /** The identities of the files before they are read. */
  readonly before: readonly Identity[];
}

async function remember(loaded: Loaded): Promise<void> {
  const { place, sources, need, paths, before, dataset, statistics } = loaded;
  const { fingerprint, official = false, train } = dataset;
  if (!hasOffsets(place)) await store(paths.copy, copyOf(train));
  const files = await identify([...sources, ...(hasOffsets(place) ? [] : [paths.copy])]);
  if (!areSame(files.slice(0, before.length), before) || countIn(place, files) !== train.count) return;
  const found = { version: 2, files, fingerprint, official } as const;
  await writeEntry(paths.entry, { ...found, statistics: [pack(need, statistics)] }, train);
}

/** Images of `.bin` batches have known offsets; an archive and pickles are unpacked into a copy. */
const hasOffsets = (place: StoredPlace): boolean => place.kind === 'folder' && place.layout === 'binary';

/** The files that are read. */
async function sourcesOf({ kind, path }: StoredPlace): Promise<string[]> {
  if (kind === 'archive') return [path];
  const set = await batchesIn(path);
  return set ? trainNames(set).map(name => join(path, name)) : [];
}

/** Images in the files of an entry. */
const countIn = (place: StoredPlace, files: readonly Identity[]): number =>
  (hasOffsets(place) ? files : files.slice(-1)).reduce((sum, file) => sum + countOf(file), 0);

const EVERYTHING: readonly Range[] = [[0, Number.POSITIVE_INFINITY]];

const rangesOf = ({ trainImages, numTraining, numValidation }: Need): Range[] => [
  [0, trainImages],
  [numTraining, numTraining + numValidation],
];

const sealedRanges = (count: number): Range[] => sealedImages(count).map(i => [i, i + 1]);

const pack = (
  { preprocessing, numTraining }: Need,
  { mean, deviation }: PixelStatistics,
): StoredStatistics => ({
  ...{ preprocessing, count: numTraining },
  ...{ mean: base64Of(mean), deviation: base64Of(deviation) },
});

const unpack = ({ mean, deviation }: StoredStatistics): PixelStatistics => ({
  mean: numbersOf(mean),
  deviation: numbersOf(deviation),
});

const base64Of = ({ buffer, byteOffset, byteLength }: Float64Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

const numbersOf = (text: string): Float64Array =>
  new Float64Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
