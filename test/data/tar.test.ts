/** Archives of every format that GNU tar and node-tar write, and archives that are damaged or hostile. */
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import { TarError, TarReader } from '../../src/data/formats/tar.ts';
import { temporary } from './fixtures.ts';

const LONG = `${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(99)}`;
const files: Readonly<Record<string, string>> = {
  data_batch_1: 'one',
  'a/b/c/data_batch_2.bin': 'x'.repeat(512),
  'a/empty': '',
  'a/größe 数据.txt': 'y'.repeat(1025),
};
const folder = temporary();
function put(name: string, content: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}
for (const [name, content] of Object.entries(files)) put(name, content);
put(LONG, 'long');
symlinkSync('data_batch_1', join(folder, 'link'));
linkSync(join(folder, 'data_batch_1'), join(folder, 'z-hard-link'));

/** The files of an archive, written to the reader in pieces. */
function read(bytes: Uint8Array, piece: number): Record<string, string> {
  const found: Record<string, string> = {};
  const reader = new TarReader(({ folder, name, size }) => {
    const path = folder === '' ? name : `${folder}/${name}`;
    let content = '';
    return {
      write: chunk => {
        content += Buffer.from(chunk).toString('latin1');
      },
      end: () => {
        expect(content.length).toBe(size);
        found[path] = content;
      },
    };
  });
  for (let at = 0; at < bytes.length; at += piece) reader.write(bytes.subarray(at, at + piece));
  reader.end();
  return found;
}

const isGnu = spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout?.includes('GNU tar');
const gnu = (format: string, names: readonly string[]) =>
  spawnSync('tar', ['-c', `--format=${format}`, '-C', folder, ...names], { maxBuffer: 1 << 24 }).stdout;

describe('every format', () => {
  it.skipIf(!isGnu).each(['v7', 'oldgnu', 'gnu', 'ustar', 'posix'])(
    'GNU tar, %s (skipped without it)',
    format => {
      const all = format === 'v7' || format === 'ustar' ? files : { ...files, [LONG]: 'long' };
      const top = [...new Set(Object.keys(all).map(name => name.split('/')[0]!)), 'link', 'z-hard-link'];
      for (const piece of [1 << 20, 511, 100]) expect(read(gnu(format, top), piece)).toEqual(all);
    },
  );

  it.each([true, false])('node-tar, portable: %s', async portable => {
    const file = join(temporary(), 'made.tar');
    await create({ cwd: folder, file, portable }, ['data_batch_1', 'a', 'd'.repeat(90), 'link']);
    expect(read(readFileSync(file), 1000)).toEqual({ ...files, [LONG]: 'long' });
  });

  it.skipIf(!isGnu)('a sparse file is no batch', () => {
    const sparse = spawnSync('sh', ['-c', 'truncate -s 1M holes && echo end >> holes'], { cwd: folder });
    expect(sparse.status).toBe(0);
    for (const format of ['gnu', 'posix'])
      expect(Object.keys(read(gnu(format, ['--sparse', 'holes', 'data_batch_1']), 4096))).toEqual([
        'data_batch_1',
      ]);
  });

  it('absolute paths, detours and backslashes', () => {
    const places: string[] = [];
    const header = Buffer.alloc(512);
    const reader = new TarReader(({ folder, name }) => void places.push(`${folder}|${name}`));
    for (const path of ['/home/a/b', './a/./b', '../../b', 'C:\\a\\b', 'b']) {
      header.fill(0).write(path);
      header.write('0000000', 124);
      header.write('        0', 148);
      header.write(
        header
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0'),
        148,
      );
      reader.write(header);
    }
    expect(places).toEqual(['home/a|b', 'a|b', '|b', 'C:/a|b', '|b']);
  });
});

describe.skipIf(!isGnu)('damaged', () => {
  const whole = gnu('posix', ['data_batch_1', 'a']);

  it('cut anywhere but between files: truncated', () => {
    const end = whole.findLastIndex(byte => byte > 0);
    for (let length = 1; length < end; length += 97)
      if (length % 512 !== 0)
        expect(() => read(whole.subarray(0, length), 4096)).toThrow(/truncated|damaged/);
  });

  it('a byte more or less: no header where one must be', () => {
    for (const bytes of [
      Buffer.concat([whole.subarray(0, 600), whole.subarray(601)]),
      Buffer.concat([Buffer.from('x'), whole]),
    ])
      expect(() => read(bytes, 4096)).toThrow(TarError);
  });
});
