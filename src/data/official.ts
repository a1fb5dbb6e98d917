/** The official archives of CIFAR-10, and whether a file is one of them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Layout } from './batches.ts';

export interface Checksums {
  readonly bytes: number;
  /** In hex. */
  readonly md5: string;
  readonly sha256: string;
}

/** What an archive must be. */
export interface Archive extends Checksums {
  readonly name: string;
  readonly url: string;
}

/** The md5s are those of https://www.cs.toronto.edu/~kriz/cifar.html; sizes and sha256s are of the files with these md5s. */
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

/** Reads a file once, as a stream; a signal that is aborted ends that with its reason. */
export async function checksumsOf(path: string, signal?: AbortSignal): Promise<Checksums> {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    md5.update(chunk);
    sha256.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') };
}

/** In which ways a file is not the one expected: one sentence each, none if it is. */
export function differencesOf(expected: Checksums, found: Checksums): string[] {
  const said = { bytes: 'size in bytes', md5: 'md5', sha256: 'sha256' };
  return (['bytes', 'md5', 'sha256'] as const)
    .filter(key => found[key] !== expected[key])
    .map(key => `its ${said[key]} is ${found[key]}, expected ${expected[key]}`);
}
