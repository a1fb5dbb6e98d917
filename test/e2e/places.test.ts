/** Where CIFAR-10 is searched, in which forms it is found, and what is said about everything else, as users see it. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { beforeAll, describe, expect, it } from 'vitest';
import { BINARY, binaryFolder, PYTHON, pickle, pickles, pythonFolder, records } from '../data/fixtures.ts';
import { cifarNorm, emptyFolder, entry } from './cli.ts';

const python = pythonFolder();
const binary = binaryFolder();
let tar: Buffer;
let fingerprint: string;

async function tarOf(cwd: string, ...names: string[]): Promise<Buffer> {
  const file = join(emptyFolder(), 'made.tar');
  await create({ cwd, file, portable: true }, names);
  return readFileSync(file);
}

async function info(place: string | undefined, circumstances: Parameters<typeof cifarNorm>[1] = {}) {
  const words = ['data', 'info', '--json', ...(place === undefined ? [] : ['--data', place])];
  const { code, stdout, stderr } = await cifarNorm(words, circumstances);
  expect(stderr).not.toMatch(/^\s+at /m);
  return { code, stderr, found: code === 0 ? JSON.parse(stdout) : undefined };
}

/** A file with a content in a new folder. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(emptyFolder(), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A new folder that holds a copy of `from` at a path. */
function folder(from: string, ...parts: string[]): string {
  const parent = emptyFolder();
  cpSync(from, join(parent, ...parts), { recursive: true });
  return parent;
}

beforeAll(async () => {
  tar = await tarOf(dirname(python), PYTHON);
  fingerprint = (await info(binary)).found.fingerprint;
});

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

describe('by its bytes, not its name', () => {
  const gz = () => gzipSync(tar);
  const renamed = (from: string, rename: (name: string) => string): string => {
    const copy = folder(from, 'x');
    for (const name of readdirSync(join(copy, 'x')))
      renameSync(join(copy, 'x', name), join(copy, 'x', rename(name)));
    return join(copy, 'x');
  };

  it.each<[string, () => string | Promise<string>]>([
    ['a tar', () => file('cifar-10-python.tar', tar)],
    ['no extension', () => file('download', gz())],
    ["the name of Keras's archive", () => file('cifar-10-batches-py-target_archive', gz())],
    ['the folder of that archive', () => dirname(file('cifar-10-batches-py-target_archive', gz()))],
    ['a browser that counts', () => file('cifar-10-binary.tar(1).gz', gz())],
    ['the folder of that file', () => dirname(file('cifar-10-binary.tar(1).gz', gz()))],
    ['a .tar.gz that is not compressed', () => file('cifar-10-python.tar.gz', tar)],
    ['a .tar.gz that is compressed twice', () => file('cifar-10-python.tar.gz', gzipSync(gz()))],
    ['an archive of another name in a folder', () => dirname(file('a/mine.tgz', gz()))],
    ['a zip in name only', () => file('cifar.zip', gz())],
    ['upper case', () => renamed(binary, name => name.toUpperCase())],
    ['.pkl', () => renamed(python, name => `${name}.pkl`)],
    ['copies of a browser', () => renamed(binary, name => name.replace('.bin', ' (1).bin'))],
    ['pickles named .bin', () => renamed(python, name => `${name}.bin`)],
    ['deep in a folder', () => folder(python, 'assignment2', 'cs231n', 'datasets', PYTHON)],
    ['a folder in a folder', () => folder(binary, BINARY, BINARY)],
    [
      'deep in an archive',
      async () => {
        const parent = folder(binary, 'home', 'me', 'course', BINARY);
        return file('all.tgz', gzipSync(await tarOf(parent, 'home')));
      },
    ],
    [
      'behind an incomplete copy, in an archive',
      async () => {
        const parent = folder(python, 'b', PYTHON);
        cpSync(join(python, 'data_batch_2'), join(parent, 'a', 'data_batch_2'));
        return file('all.tar', await tarOf(parent, 'a', 'b'));
      },
    ],
    [
      'behind an incomplete copy, in a folder',
      () => {
        const parent = folder(python, 'b', 'c', PYTHON);
        cpSync(join(python, 'data_batch_2'), join(parent, 'data_batch_2'));
        return parent;
      },
    ],
    [
      'folders that are links to each other',
      () => {
        const parent = folder(binary, 'a', BINARY);
        symlinkSync('..', join(parent, 'a', 'above'));
        symlinkSync('a', join(parent, '0'));
        return parent;
      },
    ],
  ])('%s', async (_, make) => {
    const { found, stderr } = await info(await make());
    expect(stderr).toBe('');
    expect(found.fingerprint).toBe(fingerprint);
  });

  it('batches that different versions of Python and NumPy wrote', async () => {
    const all = [...(await pickles())].filter(([name]) => / protocol \d/.test(name));
    const step = 13;
    for (const first of [0, 5, 10]) {
      const place = emptyFolder();
      for (const number of [1, 2, 3, 4, 5])
        writeFileSync(join(place, `data_batch_${number}`), all[(first + number * step) % all.length]![1]);
      writeFileSync(join(place, 'test_batch'), pickle(records(6)));
      const { found } = await info(place);
      expect(found.splits[1].labels).toEqual([0, 5, 5, 5, 0, 0, 0, 0, 0, 0]);
    }
  });

  it('a sweep trains on them, and again from the cache', async () => {
    const [cache, out] = [emptyFolder(), emptyFolder()];
    const experiment = file(
      'small.yaml',
      'numTraining: 10\nnumValidation: 5\ntrainImages: 6\nbatchSize: 3\nhiddenDims: [4]\nepochs: 1\n',
    );
    const losses = [];
    for (const [i, place] of [binary, file('x', gzipSync(tar)), folder(python, 'a', 'b')].entries())
      for (const again of [0, 1]) {
        const run = join(out, `${i}-${again}`);
        const words = ['sweep', experiment, '--data', place, '--out', run, '--quiet', '--workers', '0'];
        const { stderr } = await cifarNorm(words, { env: { XDG_CACHE_HOME: cache } });
        expect(stderr).toBe('');
        losses.push(readFileSync(join(run, 'losses.csv'), 'utf8'));
      }
    expect(new Set(losses).size).toBe(1);
  });
});

describe('what is something else is called by its name', () => {
  const crlf = (bytes: Uint8Array) =>
    Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n'), 'latin1');

  const damaged = (name: string, change: (bytes: Buffer) => Uint8Array | string): string => {
    const copy = join(folder(python, PYTHON), PYTHON);
    writeFileSync(join(copy, name), change(readFileSync(join(copy, name))));
    return copy;
  };
  const cifar100 = (): string => {
    const place = emptyFolder();
    for (const name of ['train.bin', 'test.bin'])
      writeFileSync(join(place, name), new Uint8Array(3074 * 20).fill(3));
    return place;
  };

  it.each<[string, () => string | Promise<string>, RegExp]>([
    [
      'a web page',
      () => file('cifar-10-python.tar.gz', '<!DOCTYPE html><html>503</html>'),
      /it is a web page/,
    ],
    ['JSON', () => file('cifar-10-python.tar.gz', '{"message": "Not Found"}'), /it is JSON/],
    ['text', () => file('cifar-10-python.tar.gz', '404: Not Found'), /it is text/],
    ['an empty file', () => file('cifar-10-python.tar.gz', ''), /it is empty \(it has 0 bytes\)/],
    ['zeros', () => file('cifar-10-binary.tar.gz', new Uint8Array(9999)), /filled with zeros/],
    ['a zip', () => file('cifar-10.zip', 'PK\x03\x04....'), /a zip archive\n.*unpack it/],
    [
      'the folder of a zip',
      () => dirname(file('cifar-10-python.zip', 'PK\x03\x04....')),
      /a zip archive\n.*unpack it/,
    ],
    [
      'xz',
      () => file('cifar-10.tar.xz', Buffer.from('\xfd7zXZ\0', 'latin1')),
      /compressed with xz\n.*unpack it/,
    ],
    [
      'Parquet',
      () => dirname(file('train-00000-of-00001.parquet', 'PAR1....PAR1')),
      /which is a Parquet file\n.*data download/,
    ],
    ['NumPy', () => file('cifar10.npy', Buffer.from('\x93NUMPY\x01\0', 'latin1')), /an array of NumPy/],
    [
      'a Git LFS pointer',
      () => file('a.tar.gz', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
      /pointer of Git LFS.*\n.*git lfs pull/,
    ],
    [
      'LFS pointers as batches',
      () => damaged('data_batch_3', () => 'version https://git-lfs.github.com/spec/v1\n'),
      /data_batch_3: it is a pointer of Git LFS.*\n.*git lfs pull/,
    ],
    [
      'a git-annex pointer',
      () => file('a.tar.gz', '/annex/objects/SHA256E-s170498071--6d95.tar.gz\n'),
      /pointer of git-annex.*\n.*git annex get/,
    ],
    [
      'a DVC pointer',
      () => file('cifar.dvc', 'outs:\n- md5: c58f3010\n  size: 170498071\n  path: cifar-10-python.tar.gz\n'),
      /pointer of DVC.*\n.*dvc pull/,
    ],
    [
      'data of DVC that were not pulled',
      () => file('cifar.tar.gz.dvc', 'outs:\n').slice(0, -'.dvc'.length),
      /kept by DVC and has not been fetched\n.*dvc pull .*cifar\.tar\.gz\.dvc/,
    ],
    [
      'PNG images',
      async () =>
        file('cifar10.tgz', gzipSync(await tarOf(dirname(dirname(file('train/cat/1.png', PNG))), 'cat'))),
      /no batches of CIFAR-10 in it: it holds PNG images, such as cat\/1\.png/,
    ],
    [
      'a folder of PNG images',
      () => dirname(dirname(file('train/cat/1.png', PNG))),
      /neither batches of CIFAR-10 nor an archive of them: it holds PNG images/,
    ],
    ['CIFAR-100', () => cifar100(), /it is CIFAR-100\n.*CIFAR-10 is needed/],
    [
      'CIFAR-100 in an archive',
      async () => file('x.tgz', gzipSync(await tarOf(cifar100(), 'train.bin', 'test.bin'))),
      /it is CIFAR-100\n.*CIFAR-10 is needed/,
    ],
    [
      'CIFAR-100 as a batch',
      () =>
        damaged('data_batch_4', bytes =>
          Buffer.from(bytes.toString('latin1').replace('U\x06labels', 'U\x0bfine_labels'), 'latin1'),
        ),
      /data_batch_4: it is CIFAR-100/,
    ],
    [
      'the MATLAB version',
      () => dirname(file('data_batch_1.mat', 'MATLAB 5.0 MAT-file, Platform')),
      /the MATLAB version/,
    ],
    [
      'one batch',
      () => join(python, 'data_batch_1'),
      /is a pickle, and all batches of CIFAR-10 are needed\n.*name the folder/,
    ],
    [
      'one binary batch',
      () => join(binary, 'data_batch_1.bin'),
      /is a binary batch, and all batches of CIFAR-10 are needed\n.*name the folder/,
    ],
    [
      'a folder of one batch',
      () => dirname(file('cifar-10-batches-py/data_batch_1', pickle(records(1)))),
      /it holds only data_batch_1\n.*all batches are needed/,
    ],
    [
      'two batches missing',
      () => {
        const copy = join(folder(binary, 'x'), 'x');
        for (const name of ['data_batch_2.bin', 'data_batch_5.bin']) rmSync(join(copy, name));
        return copy;
      },
      /data_batch_2\.bin, data_batch_5\.bin are missing/,
    ],
    [
      'line endings of an archive',
      () => file('cifar-10-python.tar.gz', crlf(gzipSync(Buffer.concat([tar, randomBytes(50_000)])))),
      /its line endings were converted.*LF to CRLF.*\n.*copy it again as binary/,
    ],
    [
      'line endings of a tar',
      () => file('cifar-10-python.tar', crlf(tar)),
      /its line endings were converted/,
    ],
    [
      'line endings of pickles',
      () =>
        damaged('data_batch_2', bytes =>
          crlf(Buffer.concat([bytes, ...Array.from({ length: 9 }, (_, i) => records(i))])),
        ),
      /data_batch_2: it is damaged: its line endings were converted/,
    ],
    [
      'bytes as UTF-8',
      () => file('cifar-10-python.tar.gz', gzipSync(tar).toString('latin1')),
      /it was converted to UTF-8/,
    ],
    [
      '> of PowerShell',
      () => file('cifar-10-python.tar.gz', Buffer.from(`\ufeff${'\x1f'.repeat(99)}`, 'utf16le')),
      /converted to UTF-16/,
    ],
    [
      'a truncated archive',
      () => file('cifar-10-python.tar.gz', gzipSync(tar).subarray(0, -99)),
      /it is truncated/,
    ],
    ['a truncated tar', () => file('cifar-10-python.tar', tar.subarray(0, 30_000)), /it is truncated/],
    [
      'a compressed batch',
      () => file('data_batch_1.gz', gzipSync(records(1))),
      /it is a single batch, compressed with gzip\n.*unpack all batches with gunzip, and name their folder/,
    ],
    [
      'a pickle that calls a name',
      () => damaged('data_batch_1', () => "cos\nsystem\n(S'touch RAN'\ntR."),
      /calls os\.system, which no file of CIFAR-10 does/,
    ],
  ])('%s', async (_, make, message) => {
    const { code, stderr } = await info(await make());
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]+\n {2}hint: [^\n]+\n$/);
    expect(code).toBe(2);
  });

  it('an archive without batches says what it holds', async () => {
    const { stderr } = await info(file('x.tar', await tarOf(dirname(file('a.pdf', '%PDF')), 'a.pdf')));
    expect(stderr).toMatch(/there are no batches of CIFAR-10 in it: it holds (other files, such as )?a\.pdf/);
  });
});

describe('where it is searched', () => {
  const places = [
    ...['data', PYTHON, BINARY, 'datasets', 'cs231n/datasets', 'data/cifar10'],
    ...['cache/cifar-norm', 'home/.keras/datasets'],
  ];

  it('data info lists the places in order', async () => {
    const cwd = emptyFolder();
    const env = { HOME: join(cwd, 'home'), XDG_CACHE_HOME: join(cwd, 'cache') };
    const { stdout } = await cifarNorm(['data', 'info'], { cwd, env });
    const listed = stdout.split('\n').filter(line => line.startsWith('  '));
    expect(listed.map(line => line.trim().split(': ')[0])).toEqual([
      ...['--data', 'CIFAR_NORM_DATA', "the experiment's data"],
      ...places.map(place => join(cwd, place)),
    ]);
    expect(stdout).toMatch(/Using synthetic images/);
  });

  it('the first place that has it counts', async () => {
    const cwd = emptyFolder();
    const env = { HOME: join(cwd, 'home'), XDG_CACHE_HOME: join(cwd, 'cache') };
    for (const place of places.toReversed()) {
      // ./data is searched at any depth: what is below it is found there.
      cpSync(binary, join(cwd, place), { recursive: true });
      const { found } = await info(undefined, { cwd, env });
      expect(found.source).toBe(join(cwd, place));
      if (place === 'data/cifar10') rmSync(join(cwd, 'data'), { recursive: true });
    }
    const other = folder(python, 'x');
    expect((await info(undefined, { cwd, env: { ...env, CIFAR_NORM_DATA: other } })).found.source).toBe(
      join(other, 'x'),
    );
    const named = await info(python, { cwd, env: { ...env, CIFAR_NORM_DATA: '/none' } });
    expect(named.found.source).toBe(python);
  });

  it('what else is there is passed over, and said', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'data', 'mnist'), { recursive: true });
    writeFileSync(join(cwd, 'data', 'mnist', '1.png'), PNG);
    writeFileSync(join(cwd, 'data', 'cifar10.py'), 'import torch\n');
    writeFileSync(join(cwd, 'data', 'cifar10-resnet.pth'), 'PK\x03\x04');
    writeFileSync(
      join(cwd, 'data', 'backup.tar.gz'),
      gzipSync(await tarOf(dirname(file('x.txt', 'x')), 'x.txt')),
    );
    writeFileSync(join(cwd, 'data', 'cifar-10-python.tar.gz.part'), gzipSync(tar).subarray(0, 100));
    writeFileSync(join(cwd, 'datasets'), 'a file');
    symlinkSync('/mnt/none', join(cwd, 'data', 'photos'));
    const { found } = await info(undefined, { cwd });
    expect(found.kind).toBe('synthetic');
    expect(JSON.stringify(found.looked)).toMatch(
      /data.*neither batches of CIFAR-10 nor an archive of them: cifar-10-python\.tar\.gz\.part is a download that has not ended/,
    );
  });

  it("a relative path in an experiment belongs to the experiment's folder, one of --set to the working folder", async () => {
    const project = folder(binary, 'images');
    const cwd = folder(binary, 'here');
    const experiment = join(project, 'small.yaml');
    const small =
      'numTraining: 10\nnumValidation: 5\ntrainImages: 6\nbatchSize: 3\nhiddenDims: [4]\nepochs: 1\n';
    writeFileSync(experiment, `${small}data: images\n`);
    for (const [words, source] of [
      [[], join(project, 'images')],
      [['--set', 'data=here'], join(cwd, 'here')],
    ] as const) {
      const out = join(emptyFolder(), 'run');
      const { stderr } = await cifarNorm(
        ['sweep', experiment, '--out', out, '--quiet', '--workers', '0', ...words],
        { cwd },
      );
      expect(stderr).toBe('');
      expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')).dataSource).toBe(source);
    }
    writeFileSync(experiment, `${small}data: nowhere\n`);
    const { stderr } = await cifarNorm(['sweep', experiment], { cwd });
    expect(stderr).toMatch(/the experiment's data is nowhere: there is no such file or folder/);
  });

  it.each(['--data', 'the experiment'])('an empty name of %s is refused', async how => {
    const experiment = file('x.yaml', 'epochs: 1\ndata: ""\n');
    const words = how === '--data' ? ['data', 'info', '--data', ''] : ['sweep', experiment];
    const { code, stderr } = await cifarNorm(words);
    expect(stderr).toMatch(
      /'--data <place>' argument '' is invalid. It is empty|data: expected at least 1 character/,
    );
    expect(code).toBe(2);
  });
});

describe('found, and an error, never synthetic', () => {
  const sweep = (cwd: string, env: NodeJS.ProcessEnv = {}) =>
    cifarNorm(['sweep', 'weight-scale', '--set', 'epochs=1', '--quiet'], { cwd, env });

  it.each<[string, (cwd: string) => void, RegExp]>([
    [
      'a link to nothing',
      cwd => symlinkSync('/mnt/none', join(cwd, 'data')),
      /data: there is no such file or folder: it is a link to \/mnt\/none, which is missing\n.*--data; for made-up images, use --data synthetic\n/,
    ],
    [
      'a folder on the way that is a link to nothing',
      cwd => symlinkSync('/mnt/gone', join(cwd, 'cs231n')),
      /cs231n\/datasets: .*cs231n is a link to \/mnt\/gone, which is missing\n {2}hint: name another place with --data; for made-up images, use --data synthetic\n/,
    ],
    [
      'a link to itself',
      cwd => symlinkSync('data', join(cwd, 'data')),
      /data: its links lead in a circle \(ELOOP\): it is a link to data, which leads back to it/,
    ],
    [
      'a link of git-annex',
      cwd => symlinkSync('.git/annex/objects/aa/bb/SHA256E-s1--00/SHA256E-s1--00', join(cwd, 'data')),
      /is a link to \.git\/annex\/objects.*, which is missing\n.*git annex get/,
    ],
    [
      'a folder of such links',
      cwd => {
        mkdirSync(join(cwd, 'data'));
        symlinkSync('../.git/annex/objects/x/x', join(cwd, 'data', 'a.tar.gz'));
      },
      /data\/a\.tar\.gz: .*is a link to \.\.\/\.git\/annex\/objects\/x\/x, which is missing\n.*git annex get/,
    ],
    [
      'batches that are such links',
      cwd => {
        mkdirSync(join(cwd, 'data'));
        for (const i of [1, 2, 3, 4, 5])
          symlinkSync(`../.git/annex/objects/${i}`, join(cwd, 'data', `data_batch_${i}`));
      },
      /data_batch_1: .*is a link to .*, which is missing\n.*git annex get/,
    ],
    [
      'a link named as CIFAR-10',
      cwd => {
        mkdirSync(join(cwd, 'data'));
        symlinkSync('/mnt/none', join(cwd, 'data', PYTHON));
      },
      /cifar-10-batches-py: .*it is a link to \/mnt\/none, which is missing/,
    ],
    [
      'a folder of DVC',
      cwd => writeFileSync(join(cwd, 'data.dvc'), 'outs:\n- md5: 0.dir\n  path: data\n'),
      /data: it is kept by DVC and has not been fetched\n.*dvc pull .*data\.dvc/,
    ],
    [
      'an empty folder of DVC',
      cwd => {
        mkdirSync(join(cwd, 'data'));
        writeFileSync(join(cwd, 'data.dvc'), 'outs:\n- md5: 0.dir\n  path: data\n');
      },
      /kept by DVC and has not been fetched/,
    ],
    [
      'a file of DVC',
      cwd => {
        mkdirSync(join(cwd, 'data'));
        writeFileSync(join(cwd, 'data', 'x.tar.gz.dvc'), 'outs:\n- md5: 0\n  path: x.tar.gz\n');
      },
      /x\.tar\.gz\.dvc: its content is kept by DVC/,
    ],
    [
      'an LFS pointer',
      cwd => {
        mkdirSync(join(cwd, 'data'));
        writeFileSync(
          join(cwd, 'data', 'cifar-10-python.tar.gz'),
          'version https://git-lfs.github.com/spec/v1\n',
        );
      },
      /cifar-10-python\.tar\.gz is a pointer of Git LFS/,
    ],
    [
      'a damaged batch',
      cwd => {
        cpSync(binary, join(cwd, 'datasets', BINARY), { recursive: true });
        writeFileSync(join(cwd, 'datasets', BINARY, 'data_batch_3.bin'), 'x');
      },
      /data_batch_3\.bin: it is text/,
    ],
    [
      'a missing batch',
      cwd => {
        cpSync(binary, join(cwd, BINARY), { recursive: true });
        rmSync(join(cwd, BINARY, 'data_batch_3.bin'));
      },
      /data_batch_3\.bin is missing/,
    ],
    [
      'an archive of images',
      async cwd => {
        mkdirSync(join(cwd, 'data'));
        writeFileSync(
          join(cwd, 'data', 'cifar10.tgz'),
          gzipSync(await tarOf(dirname(file('1.png', PNG)), '1.png')),
        );
      },
      /cifar10\.tgz: there are no batches of CIFAR-10 in it: it holds PNG images/,
    ],
  ])('%s', async (_, make, message) => {
    const cwd = emptyFolder();
    await make(cwd);
    const { code, stdout, stderr } = await sweep(cwd);
    expect(stderr).toMatch(message);
    expect([code, stdout, readdirSync(cwd).includes('results')]).toEqual([2, '', false]);
  });

  it('a long name is the system’s reason', async () => {
    const { stderr } = await info('x'.repeat(300));
    expect(stderr).toMatch(/the name is too long \(ENAMETOOLONG\)\n {2}hint: use a shorter one/);
    const below = await info(join(file('a', 'b'), 'c'));
    expect(below.stderr).toMatch(/a part of the path is not a folder \(ENOTDIR\): .*a is a file/);
  });
});

describe.skipIf(process.getuid?.() !== 0)('without permission (skipped for users other than root)', () => {
  /** Runs the command as a user who owns nothing. */
  function asStranger(words: readonly string[], cwd: string) {
    const env = { ...process.env, HOME: '', XDG_CACHE_HOME: '', CIFAR_NORM_DATA: '' };
    const options = { cwd, env, uid: 65_534, gid: 65_534, encoding: 'utf8' } as const;
    return spawnSync(process.execPath, [entry, ...words], options);
  }
  const open = (path: string) => {
    chmodSync(path, 0o755);
    return path;
  };
  const locked = folder(binary, BINARY);
  chmodSync(locked, 0o700);

  it.each<[string, string, RegExp]>([
    ['a folder below', join(locked, BINARY), /permission denied \(EACCES\): .* may not be entered/],
    [
      'the folder',
      locked,
      /permission denied \(EACCES\)\n {2}hint: look at owner and permissions with ls -ld/,
    ],
  ])('--data: %s', (_, place, message) => {
    const { status, stderr } = asStranger(['data', 'info', '--data', place], open(emptyFolder()));
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it.each<[string, (cwd: string) => void]>([
    ['./data that links there', cwd => symlinkSync(locked, join(cwd, 'data'))],
    ['./data itself', cwd => chmodSync(folderAt(cwd, 'data'), 0o700)],
    ['a folder in ./data', cwd => chmodSync(folderAt(cwd, 'data/cifar10'), 0o700)],
    [
      'batches',
      cwd => {
        for (const name of readdirSync(folderAt(cwd, 'datasets')))
          chmodSync(join(cwd, 'datasets', name), 0o600);
      },
    ],
    [
      'an archive',
      cwd => {
        mkdirSync(join(cwd, 'data'));
        writeFileSync(join(cwd, 'data', 'cifar-10-python.tar.gz'), gzipSync(tar), { mode: 0o600 });
      },
    ],
  ])('%s is an error', (_, make) => {
    const cwd = open(emptyFolder());
    make(cwd);
    const { status, stdout, stderr } = asStranger(['data', 'info'], cwd);
    expect(stderr).toMatch(/^error: .*(permission denied|may not be entered).*\n {2}hint: .*\n$/);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('lost+found of a disk is passed over', () => {
    const cwd = open(emptyFolder());
    mkdirSync(join(cwd, 'data', 'lost+found'), { recursive: true, mode: 0o755 });
    chmodSync(join(cwd, 'data', 'lost+found'), 0o700);
    expect(asStranger(['data', 'info'], cwd).stdout).toMatch(/Using synthetic images/);
  });

  const folderAt = (cwd: string, path: string) => {
    cpSync(binary, join(cwd, path), { recursive: true });
    return join(cwd, path);
  };
});

it('data verify and data download say what to do', async () => {
  const damaged = join(folder(binary, BINARY), BINARY);
  writeFileSync(join(damaged, 'data_batch_1.bin'), 'version https://git-lfs.github.com/spec/v1\n');
  const verified = await cifarNorm(['data', 'verify', '--data', damaged]);
  expect(verified.stdout).toMatch(
    /Damaged: .*data_batch_1\.bin: it is a pointer of Git LFS.*\n {2}hint: .*git lfs pull/,
  );
  const cache = file('taken', '');
  const { code, stderr } = await cifarNorm(['data', 'download', '--from', file('x', 'x')], {
    env: { XDG_CACHE_HOME: cache },
  });
  expect(stderr).toMatch(/^error: /);
  expect(code).toBe(2);
  expect(basename(cache)).toBe('taken');
});
