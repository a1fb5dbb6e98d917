import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { readBatch } from '../../src/data/formats/cifar.ts';
import { loadDataset } from '../../src/data/load.ts';
import {
  cacheFolderOf,
  locateData,
  type Place,
  requireCacheFolder,
  type SearchContext,
} from '../../src/data/locate.ts';
import { checkSplit, meanImage } from '../../src/data/split.ts';
import { CifarNormError } from '../../src/errors.ts';
import { sharedFolder, sharedPath } from '../shared.ts';
import {
  archiveOf,
  BINARY,
  binaryFolder,
  PER_BATCH,
  PYTHON,
  pickle,
  pythonFolder,
  records,
  temporary,
} from './fixtures.ts';

const nothing: SearchContext = {
  option: undefined,
  environment: undefined,
  config: undefined,
  cwd: temporary(),
  cacheFolder: temporary(),
};
const placeOf = async (option: string): Promise<Place> => (await locateData({ ...nothing, option })).place;
const load = async (option: string): Promise<Dataset> => loadDataset(await placeOf(option), { test: true });

async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    e => e,
  );
  expect(error).toBeInstanceOf(CifarNormError);
  return error.message;
}

describe('every format gives the same images', () => {
  it('binary folder, python folder, and an archive of either', async () => {
    const [bin, py] = [binaryFolder(), pythonFolder()];
    const places = [
      bin,
      dirname(bin),
      py,
      await archiveOf(dirname(bin), [BINARY]),
      await archiveOf(dirname(py), [PYTHON]),
    ];
    const expected = Buffer.concat([1, 2, 3, 4, 5].map(records));
    const prints = new Set<string>();
    for (const place of places) {
      const { train, test, fingerprint } = await load(place);
      expect([train.count, test?.count]).toEqual([5 * PER_BATCH, PER_BATCH]);
      const read = Array.from({ length: train.count }, (_, i) => [
        train.labels.subarray(i, i + 1),
        train.pixels.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE),
      ]);
      expect(Buffer.concat(read.flat()).equals(expected)).toBe(true);
      prints.add(fingerprint);
    }
    expect(prints.size).toBe(1);
  });

  it('pixels are shared between threads', async () => {
    const { train } = await load(binaryFolder());
    expect(train.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  it.skipIf(!hasPython)(
    'a batch without images pickled by python3 is refused (skipped without python3)',
    () => {
      const made = spawnSync('python3', [
        '-c',
        'import pickle,sys; sys.stdout.buffer.write(pickle.dumps({b"labels": [1, 2, 300]}, protocol=2))',
      ]);
      expect(() => readBatch(made.stdout, 'x')).toThrow(CifarNormError);
    },
  );
});

describe('the search for data', () => {
  it('searches in order: --data, CIFAR_NORM_DATA, the experiment, ./data, the cache folder', async () => {
    const cwd = temporary();
    const [a, b, c] = [binaryFolder(), binaryFolder(), binaryFolder()];
    const local = binaryFolder(join(cwd, 'data'));
    const cacheFolder = temporary();
    const cached = binaryFolder(cacheFolder);
    const found = async (context: Partial<SearchContext>) => {
      const { place } = await locateData({ ...nothing, cwd, cacheFolder, ...context });
      return place.kind === 'synthetic' ? 'synthetic' : place.path;
    };
    expect(await found({ option: a, environment: b, config: c })).toBe(a);
    expect(await found({ environment: b, config: c })).toBe(b);
    expect(await found({ config: c })).toBe(c);
    expect(await found({})).toBe(local);
    rmSync(local, { recursive: true });
    expect(await found({})).toBe(cached);
    rmSync(cached, { recursive: true });
    expect(await found({})).toBe('synthetic');
    expect(await found({ option: 'synthetic', environment: b })).toBe('synthetic');
  });

  it('a named place without data is an error that names it', async () => {
    const empty = temporary();
    expect(await failureOf(locateData({ ...nothing, option: '/no/such/place' }))).toContain(
      '--data is /no/such/place: there is no',
    );
    expect(await failureOf(locateData({ ...nothing, environment: empty }))).toContain(
      `CIFAR_NORM_DATA is ${empty}`,
    );
  });
});

describe('the cache folder', () => {
  it('follows the convention of each system', () => {
    expect(cacheFolderOf('linux', '/home/a', {})).toBe('/home/a/.cache/cifar-norm');
    expect(cacheFolderOf('linux', '/home/a', { XDG_CACHE_HOME: '/big' })).toBe('/big/cifar-norm');
    expect(cacheFolderOf('darwin', '/Users/a', { XDG_CACHE_HOME: '/big' })).toBe(
      '/Users/a/Library/Caches/cifar-norm',
    );
    expect(cacheFolderOf('win32', '/a', {})).toBe('/a/AppData/Local/cifar-norm');
    expect(cacheFolderOf('win32', '/a', { LOCALAPPDATA: '/local' })).toBe('/local/cifar-norm');
  });

  it('never depends on the working directory', async () => {
    for (const home of ['', '.', 'home'])
      for (const system of ['linux', 'darwin', 'win32'] as const)
        expect(cacheFolderOf(system, home, { XDG_CACHE_HOME: 'cache', LOCALAPPDATA: 'x' })).toBeUndefined();
    expect(cacheFolderOf('linux', '/home/a', { XDG_CACHE_HOME: 'cache' })).toBe('/home/a/.cache/cifar-norm');
    expect(() => requireCacheFolder(undefined)).toThrow(/no home folder/);
    const { place, attempts } = await locateData({ ...nothing, cacheFolder: undefined });
    expect(place.kind).toBe('synthetic');
    expect(attempts.at(-1)!.outcome).toBe('the user has no home folder');
  });
});

describe.skipIf(platform() === 'win32')('files that are not regular', () => {
  const fifo = (path: string) => void spawnSync('mkfifo', [path]);
  const device = (path: string) => symlinkSync('/dev/zero', path);

  it.each([
    ['a FIFO', fifo],
    ['a device', device],
  ])('%s is refused as a batch, as an archive and as --data', async (_, make) => {
    const folder = binaryFolder();
    rmSync(join(folder, 'data_batch_4.bin'));
    make(join(folder, 'data_batch_4.bin'));
    expect(await failureOf(load(folder))).toBe(`${join(folder, 'data_batch_4.bin')} is not a regular file`);
    const archive = join(temporary(), 'made.tar.gz');
    make(archive);
    expect(await failureOf(load(archive))).toBe(
      `--data is ${archive}: it is neither a folder nor a regular file`,
    );
    expect(await failureOf(loadDataset({ kind: 'archive', path: archive }, { test: true }))).toBe(
      `${archive} is not a regular file`,
    );
  });

  it('a socket is refused', async () => {
    const path = join(temporary(), 'made.tar.gz');
    const server = createServer();
    await new Promise<void>(resolve => server.listen(path, resolve));
    try {
      expect(await failureOf(load(path))).toMatch(/neither a folder nor a regular file/);
      expect(await failureOf(loadDataset({ kind: 'archive', path }, { test: true }))).toMatch(
        /is not a regular file/,
      );
    } finally {
      server.close();
    }
  });

  it('links to regular files are followed', async () => {
    const folder = binaryFolder();
    const moved = join(temporary(), 'elsewhere');
    renameSync(join(folder, 'data_batch_4.bin'), moved);
    symlinkSync(moved, join(folder, 'data_batch_4.bin'));
    expect((await load(folder)).train.count).toBe(5 * PER_BATCH);
  });
});

describe('corrupt data: one message that names the file', () => {
  it.each([
    ['missing', (f: string) => rmSync(join(f, 'data_batch_3.bin')), /: data_batch_3\.bin is missing$/],
    [
      'truncated',
      (f: string) => truncateSync(join(f, 'data_batch_2.bin'), 5000),
      /data_batch_2\.bin: it has 5000 bytes/,
    ],
    [
      'empty',
      (f: string) => truncateSync(join(f, 'data_batch_2.bin'), 0),
      /data_batch_2\.bin: it is empty \(it has 0 bytes\)/,
    ],
    [
      'a label of 10',
      (f: string) => writeFileSync(join(f, 'data_batch_5.bin'), records(5).fill(10, 0, 1)),
      /label 10; labels are 0 to 9/,
    ],
  ])('%s', async (_, damage, message) => {
    const folder = binaryFolder();
    damage(folder);
    expect(await failureOf(load(folder))).toMatch(message);
  });

  it('an archive that lacks a batch, is truncated or corrupt, or is not an archive', async () => {
    const folder = binaryFolder();
    rmSync(join(folder, 'data_batch_4.bin'));
    expect(await failureOf(load(await archiveOf(dirname(folder), [BINARY])))).toMatch(
      /: data_batch_4\.bin is missing$/,
    );

    const whole = readFileSync(await archiveOf(dirname(binaryFolder()), [BINARY]));
    const broken = async (bytes: Uint8Array) => {
      const file = join(temporary(), 'broken.tar.gz');
      writeFileSync(file, bytes);
      return failureOf(load(file));
    };
    expect(await broken(whole.subarray(0, whole.length / 2))).toMatch(/truncated/);
    expect(await broken(Buffer.from('not gzip at all'))).toMatch(/it is text, not CIFAR-10/);
    expect(await broken(gzipSync(Buffer.from('no tar'.repeat(1000))))).toMatch(/what it holds is text/);
  });

  it('hostile archives: links, nested folders, huge entries, bombs', async () => {
    const parent = temporary();
    const folder = binaryFolder(parent);
    writeFileSync(join(parent, 'secret'), records(1));
    rmSync(join(folder, 'data_batch_1.bin'));
    symlinkSync(join(parent, 'secret'), join(folder, 'data_batch_1.bin'));
    expect(await failureOf(load(await archiveOf(parent, [BINARY])))).toMatch(/data_batch_1\.bin is missing/);

    const large = binaryFolder();
    truncateSync(join(large, 'data_batch_1.bin'), 40_000_000);
    expect(await failureOf(load(await archiveOf(dirname(large), [BINARY])))).toMatch(/more than a batch/);

    const bomb = binaryFolder();
    writeFileSync(join(bomb, 'zeros'), '');
    truncateSync(join(bomb, 'zeros'), 450_000_000);
    expect(await failureOf(load(await archiveOf(dirname(bomb), [BINARY])))).toMatch(
      /more than 400000000 bytes/,
    );

    const read = async (bytes: Uint8Array) => {
      const file = join(temporary(), 'bomb.tar.gz');
      writeFileSync(file, bytes);
      return failureOf(load(file));
    };
    const zeros = gzipSync(new Uint8Array(30_000_000), { level: 1 });
    const whole = readFileSync(await archiveOf(dirname(binaryFolder()), [BINARY]));
    const afterTheEnd = Buffer.concat([whole, ...Array<Uint8Array>(15).fill(zeros)]);
    expect(await read(afterTheEnd)).toMatch(/more than 400000000 bytes/);
    expect(await read(gzipSync(gzipSync(whole)))).toMatch(/compressed more than 2 times/);
  });
});

describe('the pickle reader', () => {
  const whole = pickle(records(1));
  const outcome = (bytes: Uint8Array): string => {
    try {
      readBatch(bytes, 'file');
      return 'read';
    } catch (error) {
      if (!(error instanceof CifarNormError)) throw error;
      return error.message;
    }
  };

  it('refuses opcodes and names that CIFAR-10 does not use', () => {
    expect(outcome(whole)).toBe('read');
    const system = Buffer.from('\x80\x02cos\nsystem\nU\x02ls\x85R.', 'latin1');
    expect(outcome(system)).toMatch(/calls os\.system, which no file of CIFAR-10 does/);
    const swapped = Buffer.from(
      Buffer.from(whole).toString('latin1').replace('_reconstruct', '_reconstrukt'),
      'latin1',
    );
    expect(outcome(swapped)).toMatch(/calls numpy\.core\.multiarray\._reconstrukt/);
    expect(outcome(Buffer.from('\x80\x02}i', 'latin1'))).toMatch(/opcode 0x69/);
  });

  it('mutated and random pickles are read or refused cleanly', () => {
    const mutated = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }).map(edits => {
      const bytes = whole.slice();
      for (const [at, value] of edits) bytes[at] = value;
      return bytes;
    });
    const cut = fc.nat(whole.length).map(length => whole.slice(0, length));
    const heads = fc
      .tuple(fc.nat(200), fc.nat(255))
      .map(([at, value]) => whole.slice().fill(value, at, at + 1));
    const random = fc.uint8Array({ maxLength: 200 }).map(bytes => Uint8Array.from([0x80, 2, ...bytes]));
    let count = 0;
    fc.assert(
      fc.property(fc.oneof(mutated, cut, heads, random), bytes => {
        count++;
        outcome(bytes);
      }),
      { numRuns: 2000 },
    );
    console.log(`pickle reader: ${count} inputs`);
  });
});

describe('the split', () => {
  it('the mean image is the exact sum, divided once', async () => {
    const { train } = await load(binaryFolder());
    const mean = meanImage(train, 7);
    for (const p of [0, 1, 3071]) {
      const sum = Array.from({ length: 7 }, (_, i) => train.pixels[i * IMAGE_SIZE + p]!).reduce(
        (a, b) => a + b,
      );
      expect(mean[p]).toBe(sum / 7);
    }
  });

  it('more images than the dataset has are refused', async () => {
    const dataset = await load(binaryFolder());
    expect(() => checkSplit(dataset, { numTraining: 10, numValidation: 5 })).not.toThrow();
    expect(() => checkSplit(dataset, { numTraining: 11, numValidation: 5 })).toThrow(
      /has 15 training images/,
    );
  });
});

describe.skipIf(!sharedFolder)('real CIFAR-10 (skipped where the shared folder is absent)', () => {
  it('shapes, labels and differences from the mean image equal those of NumPy', async () => {
    const { train, test } = await load(sharedPath('data', 'cifar-10-binary.tar.gz'));
    const golden = JSON.parse(readFileSync(sharedPath('truth', 'numpy-231.json'), 'utf8')).data;
    const mean = meanImage(train, 49_000);
    const first5 = ({ pixels }: { pixels: Uint8Array }, image: number) =>
      [0, 1, 2, 3, 4].map(p => pixels[image * IMAGE_SIZE + p]! - mean[p]!);
    expect([train.count, test!.count]).toEqual([50_000, 10_000]);
    expect(first5(train, 0)).toEqual(golden.X_train_first5);
    expect(first5(train, 49_000)).toEqual(golden.X_val_first5);
    expect(first5(test!, 0)).toEqual(golden.X_test_first5);
    expect([...train.labels.slice(0, 10)]).toEqual(golden.y_train_first10);
    expect([...train.labels.slice(49_000, 49_010)]).toEqual(golden.y_val_first10);
    expect([...test!.labels.slice(0, 10)]).toEqual(golden.y_test_first10);
  });

  it('the Python sample is read, and the error for its truncated file names it', async () => {
    const sample = sharedPath('data', 'python-format-sample');
    const { train } = await load(sample);
    expect(train.count).toBe(500);
    const folder = temporary();
    cpSync(sample, folder, { recursive: true });
    cpSync(join(sample, 'data_batch_1.truncated'), join(folder, 'data_batch_1'));
    expect(await failureOf(load(folder))).toMatch(/data_batch_1: it is truncated/);
  });
});
