/** CIFAR-10 in the forms that people have it in, made by NumPy (skipped without NumPy, or where the shared folder is absent). */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasNumpy, python } from '../python.ts';
import { sharedFolder, sharedPath } from '../shared.ts';
import { cifarNorm, emptyFolder } from './cli.ts';

const made = emptyFolder();

async function info(place: string): Promise<string> {
  const { stdout, stderr } = await cifarNorm(['data', 'info', '--json', '--data', join(made, place)]);
  return stderr === '' ? JSON.parse(stdout).fingerprint : stderr;
}

describe.skipIf(!hasNumpy || !sharedFolder)('forms', () => {
  beforeAll(() => void python([sharedPath('cases', 'make_data.py'), made]));

  const repickled = [0, 1, 2, 3, 4, 5].flatMap(protocol => [`p${protocol}-str`, `p${protocol}-bytes`]);
  it.each([
    ...[
      'good',
      'good/cifar-10-python.tar.gz',
      'keras2',
      'keras2/datasets/cifar-10-batches-py.tar.gz',
      'keras3',
    ],
    'keras3/datasets/cifar-10-batches-py-target_archive',
    ...['chrome/cifar-10-python.tar (1).gz', 'safari/cifar-10-python.tar', 'safari2/cifar-10-python.tar.gz'],
    ...['safari3/cifar-10-python.tar.tar', 'doublegz/cifar-10-python.tar.gz', 'deeper/mine.tar.gz'],
    ...[
      'deeper2/mine.tgz',
      'mac/cifar-10-python.tar.gz',
      'course',
      'nested',
      'torch',
      'pkl',
      'bin',
      'bin-upper',
    ],
    'bin-tar/cifar-10-binary.tar.gz',
    ...[...repickled, 'labels-array', 'fortran'].map(name => `repickled/${name}`),
  ])('%s is read', async place => {
    expect(await info(place)).toBe(await info('good/cifar-10-batches-py'));
  });

  it.each([
    ['html/cifar-10-python.tar.gz', /web page/],
    ['lfs', /Git LFS.*\n.*git lfs pull/],
    ['lfs2', /Git LFS.*\n.*git lfs pull/],
    ['kaggle', /zip archive\n.*unpack it/],
    ['first', /it holds only data_batch_1\n.*all batches are needed/],
    ['cifar100', /it is CIFAR-100\n.*CIFAR-10 is needed/],
    ['cifar100/cifar-100-python', /it is CIFAR-100\n.*CIFAR-10 is needed/],
    ['cifar100/cifar-100-python.tar.gz', /it is CIFAR-100\n.*CIFAR-10 is needed/],
    ['cifar100/cifar-100-binary.tar.gz', /it is CIFAR-100\n.*CIFAR-10 is needed/],
    ['png', /no batches of CIFAR-10 in it: it holds PNG images/],
    ['parquet', /Parquet file\n.*data download/],
    ['crlf-pickle', /line endings were converted.*\n.*copy it again as binary/],
  ])('%s is called by its name', async (place, message) => {
    expect(await info(place)).toMatch(message);
  });
});
