/** What text-mode transfers do to bytes, in the ways that programs do it, and what they do not. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBatch } from '../../src/data/formats/cifar.ts';
import { conversionOf } from '../../src/data/formats/recognize.ts';
import { CifarNormError } from '../../src/errors.ts';
import { sharedFolder, sharedPath } from '../shared.ts';

type Convert = (text: string) => string;
const conversions: readonly (readonly [string, Convert, RegExp])[] = [
  [
    'git, or FTP to Windows',
    text => text.replaceAll('\n', '\r\n'),
    /line endings were converted.* \(LF to CRLF\)/,
  ],
  ['FTP from Windows', text => text.replaceAll('\r\n', '\n'), /line endings were converted.* \(CRLF to LF\)/],
  ['dos2unix', text => text.replaceAll('\r', ''), /line endings were converted/],
  ['an old Macintosh', text => text.replaceAll('\r', '\n'), /line endings were converted/],
  ['an editor that writes UTF-8', text => Buffer.from(text).toString('latin1'), /converted to UTF-8/],
];

/** Images as smooth as photographs: each byte is near the one before it. */
function smooth(length: number): Buffer {
  const bytes = randomBytes(length);
  for (let i = 1, value = 20; i < length; i++) {
    value = Math.max(0, Math.min(63, value + (bytes[i]! % 9) - 4));
    bytes[i] = value + (i % 30_000 < 10_000 ? 128 : 0);
  }
  return bytes;
}

describe.each<[string, Buffer]>([
  ['compressed', deflateSync(randomBytes(2_000_000))],
  ['images', smooth(500_000)],
  ['noise', randomBytes(2_000_000)],
])('%s', (_, bytes) => {
  it.each(conversions)('%s', (_, convert, message) => {
    const converted = Buffer.from(convert(bytes.toString('latin1')), 'latin1');
    expect(conversionOf(converted)?.words).toMatch(message);
  });

  it('as they are, cut, or with a hole: nothing', () => {
    for (const sound of [
      bytes,
      bytes.subarray(0, 300_000),
      Buffer.concat([bytes.subarray(0, 4000), bytes.subarray(9000)]),
    ])
      expect(conversionOf(sound)).toBeUndefined();
  });
});

describe.skipIf(!sharedFolder)('batches of real images (skipped where the shared folder is absent)', () => {
  const text = sharedFolder
    ? readFileSync(sharedPath('data', 'python-format-sample', 'data_batch_1'), 'latin1')
    : '';
  const refusal = (changed: string): string => {
    try {
      readBatch(Buffer.from(changed, 'latin1'), 'file');
    } catch (error) {
      if (error instanceof CifarNormError) return error.message;
    }
    return 'read';
  };

  it.each(conversions.filter(([name]) => name !== 'an old Macintosh'))('%s', (_, convert, message) => {
    expect(refusal(convert(text))).toMatch(message);
  });

  it('a byte lost in the middle, and a cut', () => {
    expect(refusal(text.slice(0, 5000) + text.slice(5001))).toMatch(
      /bytes are missing from it or were inserted/,
    );
    for (const part of [0.1, 0.5, 0.9])
      expect(refusal(text.slice(0, text.length * part))).toMatch(/it is truncated/);
  });
});
