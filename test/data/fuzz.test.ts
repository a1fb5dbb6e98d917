/** Whatever is in a file of data, reading it ends in a batch or a CifarNormError. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { readArchive } from '../../src/data/archive.ts';
import { readBatch } from '../../src/data/batches.ts';
import { damaged, FUZZ_TIMEOUT, fuzz } from '../fuzzing.ts';
import { archiveOf, binaryFolder, pickle, records } from './fixtures.ts';

const whole = pickle(records(1));
/** Where its opcodes are; the rest is pixels. */
const OPCODES = 250;

describe('the readers of data are orderly', { timeout: FUZZ_TIMEOUT }, () => {
  it('with damaged pickles', () =>
    fuzz('pickle: damaged', 0.2, damaged(whole, OPCODES), bytes => readBatch('python', bytes, 'x')));

  it('with opcodes of any kind', () => {
    const opcode = fc.constantFrom(
      ...'(NKMJUT]})tqrhjcaueRb.\x85\x86\x87\x88\x89',
      ...'oiP0123\x82\x92\x93\x8c\x95Vl',
    );
    const words = fc.array(
      fc.oneof(
        opcode.map(c => Buffer.from(c, 'latin1')),
        fc.uint8Array({ maxLength: 5 }),
      ),
      {
        maxLength: 40,
      },
    );
    const made = words.map(parts =>
      Uint8Array.from(Buffer.concat([Buffer.from([0x80, 2]), ...parts, Buffer.from('.')])),
    );
    return fuzz('pickle: any opcodes', 0.1, made, bytes => readBatch('python', bytes, 'x'));
  });

  it('with damaged binary batches', () =>
    fuzz('binary: damaged', 0.1, damaged(records(1), 5), bytes => readBatch('binary', bytes, 'x')));

  it('with damaged archives, packed and unpacked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-fuzz-'));
    const packed = readFileSync(await archiveOf(dirname(binaryFolder()), ['cifar-10-batches-bin']));
    const tar = gunzipSync(packed);
    const archives = fc.oneof(
      damaged(packed),
      damaged(tar, 512).map(bytes => gzipSync(bytes, { level: 1 })),
    );
    const file = join(folder, 'x.tar.gz');
    await fuzz('archive: damaged', 0.04, archives, async bytes => {
      writeFileSync(file, bytes);
      await readArchive(
        file,
        name => name.endsWith('.bin'),
        (name, content) => readBatch('binary', content, name),
      );
    });
  });
});
