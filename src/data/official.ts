/** The official CIFAR-10: its archives with their checksums, and how to recognize its images. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { openRegular } from '../files/regular.ts';
import { IMAGE_SIZE, type Images } from './dataset.ts';
import type { Layout } from './formats/cifar.ts';

export interface Checksums {
  readonly bytes: number;
  /** In hex. */
  readonly md5: string;
  readonly sha256: string;
}

export interface Archive extends Checksums {
  readonly name: string;
  readonly url: string;
}

/** The md5s are published at https://www.cs.toronto.edu/~kriz/cifar.html; sizes and sha256s were taken from files with these md5s. */
export const OFFICIAL: Readonly<Record<Layout, Archive>> = {
  binary: {
    name: 'cifar-10-binary.tar.gz',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    bytes: 170_052_171,
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
  },
  python: {
    name: 'cifar-10-python.tar.gz',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz',
    bytes: 170_498_071,
    md5: 'c58f30108f718f92721af3b95e74349a',
    sha256: '6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce',
  },
};

/**
 * sha256 (hex) of the 50,000 training labels, then of the pixels of the first KNOWN_IMAGES training images. Taken from a copy of
 * CIFAR-10 in which some later images are only approximate, so they are no part of it.
 */
const KNOWN = '078b7c827dba35afa30223e0ee68aa6e4cfcc46b0d3f32f7e9a36934f8649c82';
const KNOWN_IMAGES = 1000;

/**
 * Whether these are the training images of CIFAR-10 in their official order, as far as they are known: all labels and the first
 * thousand images, on which independent solutions of the notebook agree. The other images are not looked at; fingerprints
 * tell copies apart that differ in them.
 */
export const isOfficial = ({ labels, pixels }: Images): boolean =>
  createHash('sha256')
    .update(labels)
    .update(pixels.subarray(0, KNOWN_IMAGES * IMAGE_SIZE))
    .digest('hex') === KNOWN;

/**
 * Reads a file once, as a stream, and appends what it reads to `copy` if that is given. A signal that is aborted ends this
 * with its reason.
 */
export async function checksumsOf(path: string, signal?: AbortSignal, copy?: FileHandle): Promise<Checksums> {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  let bytes = 0;
  const file = await openRegular(path);
  for await (const chunk of file.createReadStream({ highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    md5.update(chunk);
    sha256.update(chunk);
    bytes += chunk.length;
    await copy?.appendFile(chunk);
  }
  return { bytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') };
}

/** How a file differs from the expected one: a phrase per difference, none if they are the same. */
export function differencesOf(expected: Checksums, found: Checksums): string[] {
  const labels = { bytes: 'size in bytes', md5: 'md5', sha256: 'sha256' };
  return (['bytes', 'md5', 'sha256'] as const)
    .filter(key => found[key] !== expected[key])
    .map(key => `its ${labels[key]} is ${found[key]}, expected ${expected[key]}`);
}
