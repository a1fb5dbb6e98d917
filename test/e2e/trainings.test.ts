/** The built command trains as NumPy does, from an experiment's file and images on disk to the CSV files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMAGE_SIZE } from '../../src/data/dataset.ts';
import { truth } from '../shared.ts';
import { madeUpImages } from '../truth/made-up.ts';
import { cifarNorm, emptyFolder, readCsv } from './cli.ts';

interface Case {
  what: string;
  experiment: Record<string, unknown>;
  trials: { losses: number[]; accuracies: { trainAccuracy: number; valAccuracy: number }[] }[];
}
/** Between them they set almost every key. */
const CASES =
  /^(Adam with|momentum with|RMSProp with|SGD on|factors of|the notebook's|images .* standardize)/;
const cases = (JSON.parse(truth('trainings-231.json')).cases as Case[]).filter(({ what }) =>
  CASES.test(what),
);

/** The made-up images as five binary batches, and a sixth for testing. */
function batches(): string {
  const folder = join(emptyFolder(), 'cifar-10-batches-bin');
  mkdirSync(folder);
  const { count, pixels, labels } = madeUpImages();
  const records = Array.from({ length: count }, (_, i) =>
    Buffer.concat([labels.subarray(i, i + 1), pixels.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE)]),
  );
  const each = count / 5;
  for (const i of [0, 1, 2, 3, 4])
    writeFileSync(
      join(folder, `data_batch_${i + 1}.bin`),
      Buffer.concat(records.slice(i * each, (i + 1) * each)),
    );
  writeFileSync(join(folder, 'test_batch.bin'), Buffer.concat(records.slice(0, each)));
  return folder;
}

describe('the built command', () => {
  const data = batches();

  it.each(cases)('$what', async ({ experiment, trials }) => {
    const out = emptyFolder();
    const file = join(out, 'experiment.yaml');
    writeFileSync(file, JSON.stringify(experiment));
    const run = join(out, 'run');
    const { code, stderr } = await cifarNorm(['sweep', file, '--data', data, '--out', run, '--quiet']);
    expect([code, stderr]).toEqual([0, '']);
    const [losses, accuracies] = [readCsv(join(run, 'losses.csv')), readCsv(join(run, 'accuracies.csv'))];
    expect(new Set(losses.map(row => row.trial)).size).toBe(trials.length);
    for (const [index, expected] of trials.entries()) {
      const own = <Row extends Record<string, string>>(row: Row) => row.trial === String(index);
      const loss = losses.filter(own).map(row => Number(row.loss));
      expect(loss.length).toBe(expected.losses.length);
      const apart = loss.map((value, i) => Math.abs(value - expected.losses[i]!));
      expect(Math.max(...apart)).toBeLessThan(1e-9 * Math.max(...expected.losses));
      const accuracy = accuracies
        .filter(own)
        .map(row => ({ trainAccuracy: Number(row.trainAccuracy), valAccuracy: Number(row.valAccuracy) }));
      expect(accuracy).toMatchObject(
        expected.accuracies.map(({ trainAccuracy, valAccuracy }) => ({ trainAccuracy, valAccuracy })),
      );
    }
  });
});
