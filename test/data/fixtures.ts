/** Tiny CIFAR-10s in each format: three images per batch. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create, extract } from 'tar';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';

export const PER_BATCH = 3;
export const BINARY = 'cifar-10-batches-bin';
export const PYTHON = 'cifar-10-batches-py';
const RECORD = 1 + IMAGE_SIZE;

export const temporary = (): string => mkdtempSync(join(tmpdir(), 'cifar-norm-data-'));

/** Records of batch `number`: labels and pixels are functions of batch, image and position. */
export function records(number: number): Uint8Array {
  return Uint8Array.from({ length: PER_BATCH * RECORD }, (_, i) => {
    const [image, place] = [Math.floor(i / RECORD), i % RECORD];
    return place === 0 ? (number + image) % 10 : (number * 31 + image * 7 + place * 13) % 256;
  });
}

export function binaryFolder(parent = temporary()): string {
  const folder = join(parent, BINARY);
  mkdirSync(folder, { recursive: true });
  for (const i of [1, 2, 3, 4, 5]) writeFileSync(join(folder, `data_batch_${i}.bin`), records(i));
  writeFileSync(join(folder, 'test_batch.bin'), records(6));
  return folder;
}

/** A pickle with the opcodes of the official files (protocol 2 of Python 2). */
export function pickle(batch: Uint8Array): Uint8Array {
  const count = batch.length / RECORD;
  const text = (s: string) => [0x55, s.length, ...Buffer.from(s, 'latin1')];
  const global = (module: string, name: string) => [0x63, ...Buffer.from(`${module}\n${name}\n`, 'latin1')];
  const int32 = (n: number) => [0x4a, n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24];
  const labels = Array.from({ length: count }, (_, i) => [0x4b, batch[i * RECORD]!]).flat();
  const pixels = Array.from({ length: count }, (_, i) => [
    ...batch.subarray(i * RECORD + 1, (i + 1) * RECORD),
  ]).flat();
  const size = pixels.length;
  return Uint8Array.from([
    ...[0x80, 2, 0x7d, 0x71, 1, 0x28],
    ...[...text('labels'), 0x5d, 0x71, 2, 0x28, ...labels, 0x65],
    ...[...text('data'), ...global('numpy.core.multiarray', '_reconstruct'), ...global('numpy', 'ndarray')],
    ...[
      0x4b,
      0,
      0x85,
      ...text('b'),
      0x87,
      0x52,
      0x28,
      0x4b,
      1,
      0x4b,
      count,
      0x4d,
      IMAGE_SIZE & 255,
      IMAGE_SIZE >> 8,
      0x86,
    ],
    ...[...global('numpy', 'dtype'), ...text('u1'), 0x4b, 0, 0x4b, 1, 0x87, 0x52],
    ...[0x28, 0x4b, 3, ...text('|'), 0x4e, 0x4e, 0x4e, ...int32(-1), ...int32(-1), 0x4b, 0, 0x74, 0x62, 0x89],
    ...[0x54, size & 255, (size >> 8) & 255, (size >> 16) & 255, size >>> 24],
    ...pixels,
    ...[0x74, 0x62, 0x75, 0x2e],
  ]);
}

export function pythonFolder(parent = temporary()): string {
  const folder = join(parent, PYTHON);
  mkdirSync(folder, { recursive: true });
  for (const i of [1, 2, 3, 4, 5]) writeFileSync(join(folder, `data_batch_${i}`), pickle(records(i)));
  writeFileSync(join(folder, 'test_batch'), pickle(records(6)));
  return folder;
}

/** Packs files of a folder into a .tar.gz. */
export async function archiveOf(
  cwd: string,
  names: string[],
  file = join(temporary(), 'made.tar.gz'),
): Promise<string> {
  await create({ gzip: true, cwd, file, portable: true }, names);
  return file;
}

/** Pickles of records(1) by their names, as several versions of Python and NumPy wrote them: see test/fixtures/pickles/make.py. */
export async function pickles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const cwd = temporary();
  const file = fileURLToPath(new URL('../fixtures/pickles/pickles.tar.gz', import.meta.url));
  await extract({ cwd, file });
  const folder = join(cwd, 'pickles');
  return new Map(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))]));
}
