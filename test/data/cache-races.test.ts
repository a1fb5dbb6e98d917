/** A file that changes while the cache reads it is not remembered, and what was read of it is not used. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { cachePaths, readEntry } from '../../src/data/cache/entry.ts';
import { GRANULARITY_MS } from '../../src/data/cache/identity.ts';
import { loadForRun } from '../../src/data/cache/load-for-run.ts';
import { loadDataset } from '../../src/data/load.ts';
import type { Need } from '../../src/data/need.ts';
import { binaryFolder } from './fixtures.ts';

/** Called when all has been read, on a miss and on a hit. */
const reading = vi.hoisted(() => ({ hasRead: () => {} }));

vi.mock('../../src/data/load.ts', async original => {
  const real = await original<typeof import('../../src/data/load.ts')>();
  const loadDataset: typeof real.loadDataset = async (...args) => {
    const dataset = await real.loadDataset(...args);
    reading.hasRead();
    return dataset;
  };
  return { ...real, loadDataset };
});
vi.mock('../../src/data/cache/partial.ts', async original => {
  const real = await original<typeof import('../../src/data/cache/partial.ts')>();
  const readFromBatches: typeof real.readFromBatches = async (...args) => {
    const images = await real.readFromBatches(...args);
    reading.hasRead();
    return images;
  };
  return { ...real, readFromBatches };
});

const need: Need = { preprocessing: 'meanImage', numTraining: 10, numValidation: 4, trainImages: 4 };

it('on a miss it is not remembered, and on a hit all is read again', async () => {
  const place = { kind: 'folder', path: binaryFolder(), layout: 'binary' } as const;
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-cache-'));
  const batch = join(place.path, 'data_batch_1.bin');
  const changeOnce = () => {
    reading.hasRead = () => {};
    const bytes = readFileSync(batch);
    bytes[100]! ^= 1;
    writeFileSync(batch, bytes);
  };
  const entry = () => readEntry(cachePaths(folder, place.path).entry);

  await wait(GRANULARITY_MS);
  reading.hasRead = changeOnce;
  await loadForRun(place, need, folder);
  expect(await entry()).toBeUndefined();

  await wait(GRANULARITY_MS);
  await loadForRun(place, need, folder);
  expect(await entry()).toBeDefined();
  reading.hasRead = changeOnce;
  const { dataset } = await loadForRun(place, need, folder);
  const whole = await loadDataset(place);
  expect(dataset.fingerprint).toBe(whole.fingerprint);
  expect(dataset.train.pixels).toEqual(whole.train.pixels);
});
