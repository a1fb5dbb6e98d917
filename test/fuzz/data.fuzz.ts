/** Whatever an archive, a folder or an entry of the cache holds, it is read, or is a CifarNormError. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { cachePaths, type Entry, writeEntry } from '../../src/data/cache/entry.ts';
import { GRANULARITY_MS } from '../../src/data/cache/identity.ts';
import { loadForRun, type RunData } from '../../src/data/cache/load-for-run.ts';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { loadDataset } from '../../src/data/load.ts';
import { locateData } from '../../src/data/locate.ts';
import { binaryFolder, pickle, records } from '../data/fixtures.ts';
import { mutated } from './mutations.ts';
import { isOrderly } from './orderly.ts';

describe('the archive reader', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const batches = [1, 2, 3, 4, 5].map(i => `data_batch_${i}`).concat('test_batch');
  const layouts = new Map<string, 'binary' | 'python'>(
    batches.flatMap(name => [[name, 'python'] as const, [`${name}.bin`, 'binary'] as const]),
  );

  const file = join(folder, 'x.tar.gz');
  /** Reads the file twice: the training batches, and all. */
  async function readBytes(bytes: Uint8Array): Promise<void> {
    writeFileSync(file, bytes);
    const { train } = await loadDataset({ kind: 'archive', path: file });
    expect(train.pixels.length).toBe(train.count * IMAGE_SIZE);
    await loadDataset({ kind: 'archive', path: file }, { test: true });
  }

  interface Entry {
    readonly name: string;
    readonly type: string;
    readonly content: Uint8Array;
    /** As the header states it. */
    readonly size: string;
    readonly link: string;
  }

  /** A tar entry with a valid header checksum, whatever else the header states. */
  function entryOf({ name, type, content, size, link }: Entry): Uint8Array {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, 'latin1');
    header.write('0000644\x000000000\x000000000\x00', 100);
    header.write(size, 124, 12, 'latin1');
    header.write('00000000000\x00        ', 136);
    header.write(type, 156, 1);
    header.write(link, 157, 100);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148);
    return Buffer.concat([header, content, new Uint8Array((512 - (content.length % 512)) % 512)]);
  }

  const folders = [
    '',
    './',
    '/',
    '../',
    'a/',
    './a/',
    'a/b/',
    'a/../',
    '../../',
    'C:\\',
    'x\x00/',
    `${'d'.repeat(80)}/`,
  ];
  const names = [...layouts.keys(), 'readme.html', '', '.', '..', 'batches.meta'];
  const pax = (text: string) => Buffer.from(`${text.length + 4} ${text}\n`);
  const content = fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    fc.constantFrom(records(1), pickle(records(2)), records(3).subarray(0, 3073)),
    fc.uint8Array({ maxLength: 1200 }),
    fc
      .constantFrom(
        'path=../data_batch_1',
        'path=a/data_batch_2.bin',
        'size=99999999999',
        'size=-1',
        'size=1.5',
        'linkpath=/etc/passwd',
        'size=31000000',
        '__proto__=1',
      )
      .map(pax),
  );
  const entry: fc.Arbitrary<Entry> = fc
    .tuple(
      fc.oneof({ weight: 2, arbitrary: fc.constantFrom('', 'cifar/') }, fc.constantFrom(...folders)),
      fc.constantFrom(...names),
      fc.oneof({ weight: 9, arbitrary: fc.constant('0') }, fc.constantFrom(...'1234567xgLKSDNX\x00A')),
      content,
      fc.oneof(
        { weight: 20, arbitrary: fc.constant(undefined) },
        fc.constantFrom(
          '77777777777\x00',
          '00000000000\x00',
          '00166666666\x00',
          '-0000000001\x00',
          '\x80\x00\x00\x00\x00\x00\x00\x00\x7f\xff\xff\xff',
          '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
          'no number',
          '',
        ),
      ),
      fc.constantFrom('', 'data_batch_1', '../../etc/passwd', '/etc/passwd'),
    )
    .map(([folder, name, type, made, size, link]) => {
      const content = made ?? (layouts.get(name) === 'python' ? pickle(records(2)) : records(1));
      return {
        name: folder + name,
        type,
        content,
        size: size ?? `${content.length.toString(8).padStart(11, '0')}\x00`,
        link: '12'.includes(type) ? link : '',
      };
    });
  const entries = fc
    .tuple(fc.array(entry, { maxLength: 6 }), fc.constantFrom(0, 512, 1024, 10_240))
    .map(([made, end]) => Buffer.concat([...made.map(entryOf), new Uint8Array(end)]));

  const plain = (name: string, bytes: Uint8Array): Entry => ({
    name,
    type: '0',
    content: bytes,
    size: `${bytes.length.toString(8).padStart(11, '0')}\x00`,
    link: '',
  });
  const wholes = (['binary', 'python'] as const).map(layout => {
    const batchOf = (number: number) => (layout === 'binary' ? records(number) : pickle(records(number)));
    const names = [...layouts.keys()].filter(name => layouts.get(name) === layout);
    return Buffer.concat([
      ...names.map((name, i) => entryOf(plain(`cifar/${name}`, batchOf(i + 1)))),
      new Uint8Array(1024),
    ]);
  });
  const packed = (bytes: Uint8Array) => gzipSync(bytes, { level: 1 });

  isOrderly('archives of odd entries', 0.04, entries.map(packed), readBytes);
  isOrderly('mutated tars', 0.02, mutated(wholes), readBytes);
  isOrderly('mutated tars, compressed', 0.01, mutated(wholes).map(packed), readBytes);
  isOrderly('mutated archives', 0.01, mutated(wholes.map(packed)), readBytes);
  isOrderly(
    'archives compressed twice, or several in one file',
    0.002,
    fc
      .tuple(fc.constantFrom(...wholes), fc.boolean(), mutated(wholes))
      .map(([whole, twice, other]) =>
        twice ? packed(packed(whole)) : Buffer.concat([packed(whole), packed(other)]),
      ),
    readBytes,
  );

  // Zeros compress a thousandfold, so a small file exceeds the limit. Built once, since it is slow.
  const zeros = gzipSync(new Uint8Array(30_000_000), { level: 1 });
  const bomb = Buffer.concat(Array<Uint8Array>(30).fill(zeros));
  const bombs = [bomb, gzipSync(bomb, { level: 1 }), zeros, Buffer.concat([packed(wholes[0]!), bomb])];
  isOrderly('gzip bombs', 0.0005, fc.constantFrom(...bombs), readBytes);
});

describe('places', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const nowhere = { environment: undefined, config: undefined, cacheFolder: undefined };
  /** Searches as a run does, and reads what is found. */
  async function search(cwd: string, option?: string): Promise<void> {
    const { place } = await locateData({ ...nowhere, option, cwd });
    if (place.kind !== 'synthetic') await loadDataset(place);
  }

  const pointers = [
    ...[
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
      '/annex/objects/SHA256E-s1--0\n',
    ],
    ...[
      'outs:\n- md5: 0\n  path: x\n',
      '<!DOCTYPE html>',
      '{"a": 1}',
      'PK\x03\x04',
      'PAR1',
      '\x89PNG\r\n',
      '\x1f\x8b',
    ],
    ...['\x1f\x8b\x08\0', '\0\0\0\0', 'ustar', '\xff\xfe', 'outs:\n', 'a: b\n', '\n', ' ', '-', '\r'],
  ];
  const piece = fc.oneof(fc.constantFrom(...pointers), fc.string({ unit: 'binary-ascii', maxLength: 4 }));
  const text = fc
    .array(fc.tuple(piece, fc.constantFrom(1, 1, 1, 2, 700, 20_000)), { maxLength: 6 })
    .map(parts =>
      Buffer.concat(parts.map(([part, count]) => Buffer.alloc(part.length * count, part, 'latin1'))),
    );
  const content = fc.oneof(
    text,
    fc.uint8Array({ maxLength: 3100 }),
    fc.constantFrom(
      records(1),
      pickle(records(2)),
      gzipSync(records(1)),
      new Uint8Array(3074),
      new Uint8Array(),
    ),
  );
  isOrderly('any file as --data', 0.06, content, async bytes => {
    const file = join(folder, 'file');
    writeFileSync(file, bytes);
    await search(folder, file);
  });

  const name = fc.constantFrom(
    ...[
      'data_batch_1',
      'data_batch_2',
      'data_batch_1.bin',
      'Data_Batch_3.BIN',
      'data_batch_4 (1)',
      'test_batch',
    ],
    ...[
      'data_batch_5.pkl',
      'cifar-10-python.tar.gz',
      'cifar-10-binary.tar(1).gz',
      'cifar10',
      'train',
      'x.dvc',
      'x.tgz',
    ],
    ...['cifar-10-batches-py-target_archive', '.hidden', 'a.part', 'readme.html', '1.png', '数据.tar'],
  );
  const path = fc
    .tuple(
      fc.array(fc.constantFrom('data', 'datasets', 'cs231n', 'cifar-10-batches-py', 'a'), { maxLength: 3 }),
      name,
    )
    .map(([folders, file]) => join(...folders, file));
  const files = fc.array(
    fc.tuple(
      path,
      fc.oneof(
        { weight: 5, arbitrary: content },
        fc.constantFrom('.', '..', 'missing', '../data', '.git/annex/objects/x'),
      ),
    ),
    { maxLength: 7 },
  );
  isOrderly('any tree of files and links as the working folder', 0.04, files, async made => {
    const cwd = join(folder, 'tree');
    rmSync(cwd, { recursive: true, force: true });
    for (const [file, what] of made) {
      const there = join(cwd, file);
      try {
        mkdirSync(dirname(there), { recursive: true });
        if (typeof what === 'string') symlinkSync(what, there);
        else writeFileSync(there, what);
      } catch {
        // A file is in the way.
      }
    }
    await search(cwd);
  });
});

describe('entries of the cache', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const place = { kind: 'folder', path: binaryFolder(), layout: 'binary' } as const;
  const need = { preprocessing: 'meanImage', numTraining: 10, numValidation: 4, trainImages: 4 } as const;
  const { entry: path } = cachePaths(folder, place.path);
  let truth: RunData;
  let whole: Buffer;
  beforeAll(async () => {
    await wait(GRANULARITY_MS + 100);
    truth = await loadForRun(place, need, folder);
    whole = readFileSync(path);
  });
  const read = async () => {
    const { dataset, statistics } = await loadForRun(place, need, folder);
    expect(dataset.train.count).toBe(truth.dataset.train.count);
    return { fingerprint: dataset.fingerprint, statistics };
  };
  const expected = () => ({ fingerprint: truth.dataset.fingerprint, statistics: truth.statistics });
  const sealedAsBefore = (json: string) => `${createHash('sha256').update(json).digest('hex')}\n${json}\n`;
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(20), fc.string({ unit: 'binary-ascii', maxLength: 6 })), {
    minLength: 1,
    maxLength: 3,
  });

  isOrderly(
    'edited entries, their checksum right or not',
    0.05,
    fc.tuple(edits, fc.boolean()),
    async ([changes, seal]) => {
      const text = changes.reduce(
        (old, [at, length, insert]) => {
          const start = at % old.length;
          return old.slice(0, start) + insert + old.slice(start + length);
        },
        seal ? whole.toString('latin1').split('\n')[1]! : whole.toString('latin1'),
      );
      writeFileSync(path, seal ? sealedAsBefore(text) : text, 'latin1');
      const isWhole = readFileSync(path).equals(whole);
      expect(isWhole || (await read())).toEqual(isWhole || expected());
    },
  );

  const mean = fc.oneof(
    fc
      .constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY, -1, 256, 1e308)
      .map(value => new Float64Array(IMAGE_SIZE).fill(value)),
    fc.nat(4000).map(length => new Float64Array(length).fill(100)),
  );
  const statistics = fc
    .tuple(mean, fc.oneof(fc.constant(new Float64Array()), mean))
    .map(([mean, deviation]) => ({ mean, deviation }));
  const base64 = ({ buffer }: Float64Array) => Buffer.from(buffer).toString('base64');
  isOrderly(
    'entries with impossible statistics, sealed as the program seals',
    0.02,
    statistics,
    async made => {
      const entry = JSON.parse(whole.toString('utf8').split('\n')[1]!) as Entry;
      const wrong = entry.statistics.map(row => ({
        ...row,
        mean: base64(made.mean),
        deviation: base64(made.deviation),
      }));
      await writeEntry(path, { ...entry, statistics: wrong }, truth.dataset.train);
      expect(await read()).toEqual(expected());
    },
  );
});
