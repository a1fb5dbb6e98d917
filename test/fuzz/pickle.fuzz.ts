/** Whatever the bytes, the reader of batches returns images or throws a CifarNormError. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { readBatch } from '../../src/data/formats/cifar.ts';
import { pickle, pickles, records } from '../data/fixtures.ts';
import { mutated } from './mutations.ts';
import { isOrderly } from './orderly.ts';

/** Reads every image of a batch, as the loader does. */
function readWhole(bytes: Uint8Array): void {
  const { labels, image } = readBatch(bytes, 'file');
  for (let i = 0; i < labels.length; i++) {
    expect(labels[i]! >= 0 && labels[i]! <= 9).toBe(true);
    expect(image(i).length).toBe(IMAGE_SIZE);
  }
}

describe('pickles', () => {
  const opcodes = [
    ...'(N\x88\x89KMJUT]})\x85\x86\x87tqrhjcaeuRb.0i}\x95\x8c012IFGLSVXBCdlspg\x8a\x8b\x8d\x8e\x93\x94\x96',
  ].map(char => char.charCodeAt(0));
  const words = [
    ...['U\x06labels', 'U\x04data', '\x8c\x06labels\x94', 'X\x04\0\0\0data', 'Vdata\n', 'cnumpy\ndtype\n'],
    ...['cnumpy\nndarray\n', 'cos\nsystem\n', '\x8c\x02os\x8c\x06system\x93', 'U\x02u1', 'T\xff\xff\xff\xff'],
    ...['j\xff\xff\xff\x7f', 'r\xff\xff\xff\xff', 'cnumpy.core.multiarray\n_reconstruct\n'],
    ...['cnumpy._core.numeric\n_frombuffer\n', 'cnumpy._core.multiarray\nscalar\n', 'c_codecs\nencode\n'],
    ...[
      '\x96\xff\xff\xff\xff\xff\xff\xff\xff',
      '\x8e\x04\0\0\0\0\0\0\0abcd',
      '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\xff',
    ],
    ...['I01\n', 'I-1\n', 'L9999999999L\n', 'F1e400\n', "S'\\x00\\n'\n", 'V\\u0041\\u0100\n', 'p0\n', 'g0\n'],
  ];
  const opcode = fc.oneof(
    fc.constantFrom(...opcodes).map(code => [code]),
    fc.tuple(fc.constantFrom(...Buffer.from('KUqh')), fc.nat(4)).map(pair => [...pair]),
    fc.constantFrom(...words).map(text => [...Buffer.from(text, 'latin1')]),
  );
  const asBytes = opcode.map(codes => Uint8Array.from(codes));

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
  const official = [1, 2].map(number => pickle(records(number)));
  const steps = stepsOf(official[0]!);
  const rearranged = fc
    .array(fc.tuple(fc.nat(steps.length - 1), fc.nat(2), fc.nat(steps.length - 1), fc.option(opcode)), {
      minLength: 1,
      maxLength: 3,
    })
    .map(edits => {
      const changed = [...steps];
      for (const [at, removed, other, made] of edits)
        changed.splice(at, removed, made ? Uint8Array.from(made) : steps[other]!);
      return Buffer.concat(changed);
    });
  const protocol = fc.constantFrom([0x80, 2], [0x80, 3], [0x80, 4], [0x80, 5], []);
  const program = fc
    .tuple(protocol, fc.array(opcode, { maxLength: 60, size: 'max' }))
    .map(([start, codes]) => Uint8Array.from([...start, ...codes.flat(), 0x2e]));
  const random = fc
    .tuple(protocol, fc.uint8Array({ maxLength: 300, size: 'max' }))
    .map(([start, bytes]) => Uint8Array.from([...start, ...bytes]));
  const repeated = fc
    .tuple(
      protocol,
      fc.array(fc.tuple(opcode, fc.constantFrom(1, 2, 1000, 99_999, 300_000)), { maxLength: 5 }),
    )
    .map(([start, runs]) =>
      Buffer.concat([
        Uint8Array.from(start),
        ...runs.map(([codes, count]) => Buffer.alloc(codes.length * count, Uint8Array.from(codes))),
        Uint8Array.of(0x2e),
      ]),
    );
  // A call costs nothing until its result is needed: neither does a long text that many calls name.
  const large = fc
    .tuple(
      fc.constantFrom('X', 'B', 'V'),
      fc.constantFrom(1e6, 3e7),
      fc.array(asBytes, { maxLength: 6 }),
      fc.nat(200_000),
    )
    .map(([code, length, tail, count]) => {
      const content = Buffer.alloc(length, code === 'V' ? '\\u0041' : 'a');
      const head = Buffer.from(code === 'V' ? 'V' : `${code}\0\0\0\0`, 'latin1');
      if (code !== 'V') head.writeUInt32LE(length, 1);
      const end = Buffer.from(code === 'V' ? '\nq\0' : 'q\0', 'latin1');
      const call = Buffer.from('c_codecs\nencode\nh\0U\x06latin1\x86Rq\x01h\x01', 'latin1');
      const calls = Buffer.alloc(call.length * Math.min(count, 2000), call);
      return Buffer.concat([
        ...[Buffer.from('\x80\x03}(', 'latin1'), head, content, end, calls, ...tail],
        Buffer.from('U\x06labelsh\x01U\x04datah\x01u.', 'latin1'),
      ]);
    });
  const inserts = fc.oneof(
    asBytes,
    fc.constantFrom(...words).map(word => Buffer.from(word, 'latin1')),
  );

  isOrderly('mutated official pickles', 0.1, mutated(official, inserts), readWhole);
  isOrderly('pickles of rearranged opcodes', 0.05, rearranged, readWhole);
  isOrderly('pickles of random opcodes', 0.04, program, readWhole);
  isOrderly('pickles of random bytes', 0.04, random, readWhole);
  isOrderly('pickles of repeated opcodes', 0.005, repeated, readWhole);
  isOrderly('pickles of long texts', 0.0005, large, readWhole);
});

describe('pickles of all Pythons', async () => {
  const wholes = [...(await pickles()).values()];
  isOrderly('mutated pickles of every protocol', 0.1, mutated(wholes), readWhole);
});

describe('binary batches', () => {
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
  isOrderly('binary batches', 0.04, fc.oneof(labelled, mutated([records(1), records(2)])), readWhole);
});
