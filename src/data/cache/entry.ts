/** An entry of the cache: the results of reading the data at a place. Also the limits of the cache. */
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder, writeAtomically } from '../../files/atomic.ts';
import { openRegular } from '../../files/regular.ts';
import { IMAGE_SIZE, type Images } from '../dataset.ts';
import { identitySchema } from './identity.ts';

/** Float64 numbers, little-endian, in base64. */
const numbers = z.base64();

const entrySchema = z.strictObject({
  version: z.literal(2),
  /** Identities of the files that were read, and of the unpacked copy if there is one. */
  files: z.array(identitySchema),
  /** See `fingerprintOf`. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** See `isOfficial`. */
  official: z.boolean(),
  /** See `PixelStatistics`; the latest first. */
  statistics: z.array(
    z.strictObject({
      preprocessing: z.string(),
      /** Number of images that they describe. */
      count: z.int().positive(),
      mean: numbers,
      deviation: numbers,
    }),
  ),
});
export type Entry = Readonly<z.output<typeof entrySchema>>;
export type StoredStatistics = Entry['statistics'][number];

/** The paths of a place's files in the cache. */
export interface CachePaths {
  readonly entry: string;
  /** The images, unpacked: labels (count) uint8, then pixels (count, 3072) uint8. */
  readonly copy: string;
}

/** @param folder the user's cache folder */
export function cachePaths(folder: string, place: string): CachePaths {
  const name = createHash('sha256').update(place).digest('hex').slice(0, 16);
  return { entry: join(folder, 'known', `${name}.json`), copy: join(folder, 'known', `${name}.images`) };
}

/** An entry as it was read. It counts only if it is about the images that are there: see `isSealed`. */
export interface Sealed {
  readonly entry: Entry;
  readonly json: string;
  readonly seal: string;
}

/** Undefined if the entry is missing or damaged. */
export async function readEntry(path: string): Promise<Sealed | undefined> {
  try {
    await using file = await openRegular(path);
    const text = await file.readFile('utf8');
    const [seal, json] = text.split('\n', 2) as [string, string];
    return { seal, json, entry: entrySchema.parse(JSON.parse(json)) };
  } catch {
    return undefined;
  }
}

export async function writeEntry(path: string, entry: Entry, images: Images): Promise<void> {
  const json = JSON.stringify(entry);
  await store(path, [`${sealOf(json, images)}\n${json}\n`]);
}

/** Whether the program wrote an entry as it is, and about these images: only those of `sealedImages` are looked at. */
export const isSealed = ({ seal, json }: Sealed, images: Images): boolean => seal === sealOf(json, images);

/** Images spread over all, that an entry is sealed with: it cannot be taken for one of other images. */
export const sealedImages = (count: number): number[] =>
  [0, 1, 2, 3, 4].map(part => Math.floor((part * count) / 5));

function sealOf(json: string, { count, labels, pixels }: Images): string {
  const hash = createHash('sha256').update(json);
  for (const i of sealedImages(count))
    hash.update(labels.subarray(i, i + 1)).update(pixels.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE));
  return hash.digest('hex');
}

/** Replaces a file of the cache atomically. Removes the oldest files over the limits. */
export async function store(path: string, pieces: readonly (string | Uint8Array)[]): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  await writeAtomically(path, pieces);
  await prune(folder);
}

/** A copy of CIFAR-10 has 154 MB, an entry at most 0.5 MB. */
const LIMITS = [
  { ending: /\.images$/, most: 2 },
  { ending: /\.json$/, most: 64 },
];
/** A temporary file that a killed process left. */
const TEMPORARY = /\.tmp-[0-9a-f]+$/;
const ABANDONED_MS = 3_600_000;

async function prune(folder: string): Promise<void> {
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async name => {
      // Another process may have removed it.
      const stats = await stat(join(folder, name)).catch(() => undefined);
      return { name, written: stats?.mtimeMs ?? 0 };
    }),
  );
  files.sort((a, b) => b.written - a.written);
  const excess = LIMITS.flatMap(({ ending, most }) =>
    files.filter(({ name }) => ending.test(name)).slice(most),
  );
  const abandoned = files.filter(
    ({ name, written }) => TEMPORARY.test(name) && Date.now() - written > ABANDONED_MS,
  );
  for (const { name } of [...excess, ...abandoned]) await rm(join(folder, name), { force: true });
}
