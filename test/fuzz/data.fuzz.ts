/** Whatever the bytes, the readers of data return images or throw a CifarNormError. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect } from 'vitest';
import { readArchive } from '../../src/data/archive.ts';
import { batchNames, type Layout, MAX_BATCH_BYTES, readBatch } from '../../src/data/batches.ts';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { pickle, records } from '../data/fixtures.ts';
import { mutated } from './mutations.ts';
import { isOrderly } from './orderly.ts';

/** Reads every image of a batch, as the loader does. */
function readWhole(layout: Layout, bytes: Uint8Array): void {
  const { labels, image } = readBatch(layout, bytes, 'file');
  for (let i = 0; i < labels.length; i++) {
    expect(labels[i]! >= 0 && labels[i]! <= 9).toBe(true);
    expect(image(i).length).toBe(IMAGE_SIZE);
  }
}

describe('the pickle reader', () => {
  const whole = [1, 2].map(number => pickle(records(number)));
  const opcodes = [...'(N\x88\x89KMJUT]})\x85\x86\x87tqrhjcaeuRb.0i}\x95\x8c'].map(char =>
    char.charCodeAt(0),
  );
  const opcode = fc.oneof(
    fc.constantFrom(...opcodes).map(code => [code]),
    fc.tuple(fc.constantFrom(...Buffer.from('KUqh')), fc.nat(4)).map(pair => [...pair]),
    fc
      .constantFrom(
        ...['U\x06labels', 'U\x04data', 'cnumpy\ndtype\n', 'cnumpy\nndarray\n', 'cos\nsystem\n', 'U\x02u1'],
        ...[
          'T\xff\xff\xff\xff',
          'j\xff\xff\xff\x7f',
          'r\xff\xff\xff\xff',
          'cnumpy.core.multiarray\n_reconstruct\n',
        ],
      )
      .map(text => [...Buffer.from(text, 'latin1')]),
  );

  /** Splits a pickle into opcodes with their arguments. */
  function stepsOf(bytes: Uint8Array): Uint8Array[] {
    const fixed: Record<string, number> = { '\x80': 1, K: 1, M: 2, J: 4, q: 1 };
    const steps: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += steps.at(-1)!.length) {
      const code = String.fromCharCode(bytes[at]!);
      let length = 1 + (fixed[code] ?? 0);
      if (code === 'U') length = 2 + bytes[at + 1]!;
      if (code === 'T') length = 5 + Buffer.from(bytes).readUInt32LE(at + 1);
      if (code === 'c') length = bytes.indexOf(0x0a, bytes.indexOf(0x0a, at) + 1) + 1 - at;
      steps.push(bytes.subarray(at, at + length));
    }
    return steps;
  }
  const wholeSteps = stepsOf(whole[0]!);
  const rearranged = fc
    .array(
      fc.tuple(fc.nat(wholeSteps.length - 1), fc.nat(2), fc.nat(wholeSteps.length - 1), fc.option(opcode)),
      { minLength: 1, maxLength: 3 },
    )
    .map(edits => {
      const steps = [...wholeSteps];
      for (const [at, removed, other, made] of edits)
        steps.splice(at, removed, made ? Uint8Array.from(made) : wholeSteps[other]!);
      return Buffer.concat(steps);
    });
  const program = fc
    .array(opcode, { maxLength: 60, size: 'max' })
    .map(codes => Uint8Array.from([0x80, 2, ...codes.flat(), 0x2e]));

  isOrderly(
    'mutated pickles',
    0.2,
    mutated(
      whole,
      opcode.map(codes => Uint8Array.from(codes)),
    ),
    bytes => readWhole('python', bytes),
  );
  isOrderly('pickles of rearranged opcodes', 0.05, rearranged, bytes => readWhole('python', bytes));
  isOrderly('pickles of random opcodes', 0.02, program, bytes => readWhole('python', bytes));
  isOrderly(
    'pickles of random bytes',
    0.04,
    fc.uint8Array({ maxLength: 300, size: 'max' }).map(bytes => Uint8Array.from([0x80, 2, ...bytes])),
    bytes => readWhole('python', bytes),
  );
  isOrderly(
    'pickles of repeated opcodes',
    0.005,
    fc
      .array(fc.tuple(opcode, fc.constantFrom(1, 2, 1000, 99_999, 300_000)), { maxLength: 5 })
      .map(runs =>
        Buffer.concat([
          Uint8Array.of(0x80, 2),
          ...runs.map(([codes, count]) => Buffer.alloc(codes.length * count, Uint8Array.from(codes))),
          Uint8Array.of(0x2e),
        ]),
      ),
    bytes => readWhole('python', bytes),
  );
});

describe('the binary reader', () => {
  const record = 1 + IMAGE_SIZE;
  const labelled = fc
    .array(fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.nat(9) }, fc.nat(255)), fc.nat(255)), {
      maxLength: 5,
    })
    .map(images => {
      const bytes = new Uint8Array(images.length * record);
      for (const [i, [label, pixel]] of images.entries()) {
        bytes.fill(pixel, i * record, (i + 1) * record);
        bytes[i * record] = label;
      }
      return bytes;
    });
  isOrderly('binary batches', 0.05, fc.oneof(labelled, mutated([records(1), records(2)])), bytes =>
    readWhole('binary', bytes),
  );
});

describe('the archive reader', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const layouts = new Map<string, Layout>();
  for (const layout of ['binary', 'python'] as const) {
    const { train, test } = batchNames(layout);
    for (const name of [...train, test]) layouts.set(name, layout);
  }

  async function readBytes(bytes: Uint8Array): Promise<void> {
    const file = join(folder, 'x.tar.gz');
    writeFileSync(file, bytes);
    const seen = new Set<string>();
    await readArchive(
      file,
      name => layouts.has(name),
      (_, size) => new Uint8Array(size),
      (name, content) => {
        expect(seen).not.toContain(name);
        expect(content.length).toBeLessThanOrEqual(MAX_BATCH_BYTES);
        readWhole(layouts.get(name)!, content);
        seen.add(name);
      },
    );
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
    const { train, test } = batchNames(layout);
    const batchOf = (number: number) => (layout === 'binary' ? records(number) : pickle(records(number)));
    return Buffer.concat([
      ...[...train, test].map((name, i) => entryOf(plain(`cifar/${name}`, batchOf(i + 1)))),
      new Uint8Array(1024),
    ]);
  });
  const packed = (bytes: Uint8Array) => gzipSync(bytes, { level: 1 });

  isOrderly('archives of odd entries', 0.02, entries.map(packed), readBytes);
  isOrderly('mutated tars', 0.01, mutated(wholes).map(packed), readBytes);
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
