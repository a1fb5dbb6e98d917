/** Loads the images that a run needs, with the help of a cache: see docs/decisions/data-cache.md. */
import { join } from 'node:path';
import { batchNames } from '../batches.ts';
import type { Dataset } from '../dataset.ts';
import { loadDataset } from '../load.ts';
import type { Place } from '../locate.ts';
import type { Need } from '../need.ts';
import { type PixelStatistics, pixelStatistics } from '../preprocessing.ts';
import { checkSplit } from '../split.ts';
import { type CachePaths, cachePaths, readEntry, type StoredStatistics, store, writeEntry } from './entry.ts';
import { areSame, areSettled, type Identity, identify } from './identity.ts';
import { copyOf, type Range, readFromBatches, readFromCopy } from './partial.ts';

export interface RunData {
  /** Images that the run does not need may be zero. */
  readonly dataset: Dataset;
  /** Statistics of the training split. */
  readonly statistics: PixelStatistics;
}

type StoredPlace = Exclude<Place, { readonly kind: 'synthetic' }>;

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
  const known = await fromCache(place, need, paths).catch(() => undefined);
  if (known) return known;
  const [sources, startedAt] = [sourcesOf(place), Date.now()];
  const before = await identify(sources).catch(() => undefined);
  const dataset = await loadDataset(place, { test: false });
  checkSplit(dataset, need);
  const statistics = pixelStatistics(need.preprocessing, dataset.train, need.numTraining);
  if (before && areSettled(before, startedAt)) {
    await remember({ place, need, paths, before, dataset, statistics }).catch(() => {});
  }
  return { dataset, statistics };
}

/** The data by way of the cache; undefined if the cache does not know the files as they are now. */
async function fromCache(place: StoredPlace, need: Need, paths: CachePaths): Promise<RunData | undefined> {
  const entry = await readEntry(paths.entry);
  if (!entry) return undefined;
  const stored = entry.statistics.find(
    row => row.preprocessing === need.preprocessing && row.count === need.numTraining,
  );
  const ranges = stored ? rangesOf(need) : EVERYTHING;
  const train = hasOffsets(place)
    ? await readFromBatches(entry.files, ranges)
    : await readFromCopy(entry.files.at(-1)!, ranges);
  // Checks the files after reading, to detect a change during the read.
  const files = await identify([...sourcesOf(place), ...(hasOffsets(place) ? [] : [paths.copy])]);
  const { fingerprint, official } = entry;
  const origin = { source: place.path, kind: 'cifar-10', official, fingerprint } as const;
  const dataset: Dataset = { ...origin, train, test: undefined };
  if (!areSame(files, entry.files)) return undefined;
  checkSplit(dataset, need);
  if (stored) return { dataset, statistics: unpack(stored) };
  const statistics = pixelStatistics(need.preprocessing, train, need.numTraining);
  const latest = [pack(need, statistics), ...entry.statistics].slice(0, MOST_STATISTICS);
  await writeEntry(paths.entry, { ...entry, statistics: latest }).catch(() => {});
  return { dataset, statistics };
}

interface Loaded extends RunData {
  readonly place: StoredPlace;
  readonly need: Need;
  readonly paths: CachePaths;
  /** The identities of the files before they are read. */
  readonly before: readonly Identity[];
}

async function remember({ place, need, paths, before, dataset, statistics }: Loaded): Promise<void> {
  if (!hasOffsets(place)) await store(paths.copy, copyOf(dataset.train));
  const files = await identify([...sourcesOf(place), ...(hasOffsets(place) ? [] : [paths.copy])]);
  if (!areSame(files.slice(0, before.length), before)) return;
  const { fingerprint, official = false } = dataset;
  const found = { version: 2, files, fingerprint, official } as const;
  await writeEntry(paths.entry, { ...found, statistics: [pack(need, statistics)] });
}

/** Images of `.bin` batches have known offsets; an archive and pickles are unpacked into a copy. */
const hasOffsets = (place: StoredPlace): boolean => place.kind === 'folder' && place.layout === 'binary';

const sourcesOf = (place: StoredPlace): string[] =>
  place.kind === 'archive'
    ? [place.path]
    : batchNames(place.layout).train.map(name => join(place.path, name));

const EVERYTHING: readonly Range[] = [[0, Number.POSITIVE_INFINITY]];

const rangesOf = ({ trainImages, numTraining, numValidation }: Need): Range[] => [
  [0, trainImages],
  [numTraining, numTraining + numValidation],
];

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
