/** Pickles as Python 2 and 3 with NumPy 1 and 2 write them: the same batch is read, anything else is refused and never run. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { readBatch } from '../../src/data/formats/cifar.ts';
import { CifarNormError } from '../../src/errors.ts';
import { PER_BATCH, pickle, pickles, records } from './fixtures.ts';

const all = [...(await pickles())];
const readable = all.filter(([name]) => / protocol \d/.test(name));
const foreign = all.filter(([name]) => name.includes(' refused '));

/** Labels and pixels in the form of binary batches. */
function recordsIn(bytes: Uint8Array): Buffer {
  const { labels, image } = readBatch(bytes, 'file');
  return Buffer.concat(
    Array.from(labels as number[], (label, i) => Buffer.concat([Uint8Array.of(label), image(i)])),
  );
}

function refusal(bytes: Uint8Array): CifarNormError {
  try {
    readBatch(bytes, 'file');
  } catch (error) {
    if (error instanceof CifarNormError) return error;
    throw error;
  }
  throw new Error('it was read');
}

it('there are pickles of every protocol by NumPy 1 and 2', () => {
  for (const numpy of ['NumPy 1', 'NumPy 2'])
    for (let protocol = 0; protocol <= 5; protocol++)
      expect(readable.filter(([name]) => name.startsWith(`${numpy} protocol ${protocol}`))).toHaveLength(5);
  expect(foreign.length).toBe(37);
});

it.each(readable)('%s is read', (_, bytes) => {
  expect(recordsIn(bytes).equals(records(1))).toBe(true);
});

describe('refused', () => {
  const reasons: Readonly<Record<string, RegExp>> = {
    'a call': /calls (posix|nt|os)\.system, which no file of CIFAR-10 does/,
    'a call under another key': /calls (posix|nt|os)\.system/,
    'an object': /calls (copy_reg\._reconstructor|__main__\.State)/,
    'another dict': /calls collections\.OrderedDict/,
    'a list': /it is not a dict/,
    'a set': /opcode 0x8f|calls __builtin__\.set/,
    'an array of objects': /no data array/,
    floats: /data array is f4 of shape \(3, 3072\); it must be u1 \(uint8\) of shape \(3, 3072\)/,
    'another shape': /data array is u1 of shape \(3, 32, 32, 3\)/,
    'no labels': /no list of labels/,
    'too few labels': /it must be u1 \(uint8\) of shape \(2, 3072\)/,
    'a label of 10': /image 2 has the label 10; labels are 0 to 9/,
    'buffers elsewhere': /opcode 0x97/,
  };

  it.each(foreign)('%s', (name, bytes) => {
    expect(refusal(bytes).message).toMatch(reasons[name.split(': ')[1]!]!);
    expect(existsSync('RAN')).toBe(false);
  });

  it.each(readable.filter((_, i) => i % 3 === 0))('%s, cut anywhere', (_, bytes) => {
    for (let length = 0; length < bytes.length; length += 37)
      expect(refusal(bytes.subarray(0, length)).message).toMatch(/^file: /);
  });
});

it('a memo of None, and numbers of every width', () => {
  const whole = Buffer.from(pickle(records(1))).toString('latin1');
  const before = (opcodes: string) =>
    Buffer.from(whole.replace('U\x06labels', `${opcodes}U\x06labels`), 'latin1');
  const pair = (value: string) => `U\x01x${value}`;
  for (const value of [
    'Nq\x08',
    'I01\n',
    'I-7\n',
    'L12L\n',
    'F1.5\n',
    'G?\xf8\0\0\0\0\0\0',
    '\x8a\x02\xff\xff',
    '(l',
    '(d',
    '(t',
    '\x88',
    "S'a\\x00\\n\\''\n",
  ])
    expect(recordsIn(before(pair(value))).length).toBe(PER_BATCH * (1 + IMAGE_SIZE));
});
