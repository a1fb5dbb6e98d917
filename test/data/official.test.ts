/** What is recognized as CIFAR-10, and what is not. */
import { describe, expect, it } from 'vitest';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { loadDataset } from '../../src/data/load.ts';
import { isOfficial } from '../../src/data/official.ts';
import { sharedFolder, sharedPath } from '../shared.ts';
import { binaryFolder } from './fixtures.ts';

it('other images in the layout of CIFAR-10 are not official; of synthetic ones it is not asked', async () => {
  const { official } = await loadDataset({ kind: 'folder', path: binaryFolder(), layout: 'binary' });
  expect(official).toBe(false);
  expect((await loadDataset({ kind: 'synthetic' })).official).toBeUndefined();
});

describe.skipIf(!sharedFolder)('real CIFAR-10 (skipped where the shared folder is absent)', async () => {
  const path = sharedPath('data', 'cifar-10-binary.tar.gz');
  const { train, official } = await loadDataset({ kind: 'archive', path });

  it('is official', () => {
    expect(official).toBe(true);
  });

  it('is not with another label, another order or another image among the first thousand', () => {
    const changed = (change: (images: { pixels: Uint8Array; labels: Uint8Array }) => void): boolean => {
      const images = { labels: train.labels.slice(), pixels: train.pixels.slice(0, 1000 * IMAGE_SIZE) };
      change(images);
      return isOfficial({ count: train.count, ...images });
    };
    expect(changed(() => {})).toBe(true);
    expect(changed(({ labels }) => labels.set([(labels[49_999]! + 1) % 10], 49_999))).toBe(false);
    expect(changed(({ pixels }) => pixels.set([pixels[999 * IMAGE_SIZE]! ^ 1], 999 * IMAGE_SIZE))).toBe(
      false,
    );
    expect(changed(({ pixels }) => pixels.copyWithin(0, IMAGE_SIZE, 2 * IMAGE_SIZE))).toBe(false);
    const part = { count: 49_999, labels: train.labels.subarray(1), pixels: train.pixels };
    expect(isOfficial(part)).toBe(false);
  });
});
