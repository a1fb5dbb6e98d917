/** The notebook's experiments on real CIFAR-10, compared with NumPy on the same bytes and with published figures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedFolder, sharedPath } from '../shared.ts';
import { cifarNorm, emptyFolder, readCsv } from './cli.ts';

const archive = sharedPath('data', 'cifar-10-binary.tar.gz');
const read = (name: string) =>
  sharedFolder ? JSON.parse(readFileSync(sharedPath('truth', name), 'utf8')) : {};
const [golden, published] = [read('numpy-231.json'), read('published.json')];

type Row = Record<string, string>;

async function runOn(...words: string[]) {
  const out = emptyFolder();
  const { code, stderr } = await cifarNorm([...words, '--data', archive, '--out', out, '--quiet', '--json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const [trials, losses, accuracies] = ['trials', 'losses', 'accuracies'].map(name =>
    readCsv(join(out, `${name}.csv`)),
  );
  return { trials: trials!, losses: losses!, accuracies: accuracies! };
}

const column = (rows: Row[], name: string) => rows.map(row => Number(row[name]));
const worst = (values: number[], expected: number[], distance: (a: number, b: number) => number) => {
  expect(values.length).toBe(expected.length);
  return values.reduce((most, v, i) => Math.max(most, distance(v, expected[i]!)), 0);
};
const relative = (a: number, b: number) => Math.abs(a - b) / Math.abs(b);
const absolute = (a: number, b: number) => Math.abs(a - b);
const of = (rows: Row[], normalization: string) => rows.filter(row => row.normalization === normalization);

/**
 * Two trials are chaotic: a plain net at weight scale 0.234, on the edge of exploding, and batch norm on batches of 5.
 * There, NumPy diverges from itself on another BLAS: losses of the second agree to 1e-7 at iteration 100 and to 1e-4 at
 * 120, and final accuracies differ by 0.003. The tests therefore compare early losses closely, and late ones loosely.
 */
const isChaotic = ({ normalization, weightScale, batchSize }: Row) =>
  (normalization === 'none' && Math.abs(Number(weightScale) - 0.2336) < 1e-3) ||
  (normalization === 'batchnorm' && batchSize === '5');
const accuracyBound = (row: Row) => (isChaotic(row) ? 0.03 : 0.003);

describe.skipIf(!sharedFolder)('on real CIFAR-10 (skipped where the shared folder is absent)', () => {
  describe('train deep-net, float64', () => {
    let run: Awaited<ReturnType<typeof runOn>>;
    beforeAll(async () => {
      run = await runOn('train', 'deep-net', '--set', 'dtype=float64');
    });

    it('losses match to 1e-9 for the batch-norm net and to 1e-6 for the plain net', () => {
      for (const [name, bound] of [
        ['batchnorm', 1e-9],
        ['none', 1e-6],
      ] as const) {
        const losses = column(of(run.losses, name), 'loss');
        expect(losses.length).toBe(200);
        expect(worst(losses, golden.deep_net_float64[name].loss, relative)).toBeLessThan(bound);
      }
    });

    it('losses match the published float64 ones, up to iteration 200', () => {
      const losses = column(of(run.losses, 'batchnorm'), 'loss');
      const { loss, iteration_200 } = published.deep_net_log.batchnorm_float64;
      expect(
        worst(
          losses.filter((_, i) => i % 20 === 0),
          loss,
          absolute,
        ),
      ).toBeLessThan(1e-11);
      expect(losses.at(-1)).toBeCloseTo(iteration_200, 11);
    });

    it('accuracies are equal for batch norm, and match to 0.003 for the plain net', () => {
      for (const [name, bound] of [
        ['batchnorm', 0],
        ['none', 0.003],
      ] as const) {
        const rows = of(run.accuracies, name);
        const { train_accuracy, val_accuracy } = golden.deep_net_float64[name];
        expect(worst(column(rows, 'trainAccuracy'), train_accuracy, absolute)).toBeLessThanOrEqual(bound);
        expect(worst(column(rows, 'valAccuracy'), val_accuracy, absolute)).toBeLessThanOrEqual(bound);
      }
    });
  });

  it('train deep-net, float32: the published log of the first 21 iterations and of epoch 0', async () => {
    const { losses, accuracies } = await runOn('train', 'deep-net');
    const log = published.deep_net_log;
    const batchnorm = column(of(losses, 'batchnorm'), 'loss');
    expect(batchnorm[0]).toBeCloseTo(log.batchnorm.loss[0], 6);
    expect(Math.abs(batchnorm[20]! - log.batchnorm.loss[1])).toBeLessThan(2e-5);
    expect(column(of(losses, 'none'), 'loss')[0]).toBeCloseTo(log.none.loss[0], 6);
    const first = (name: string) => of(accuracies, name)[0]!;
    expect([first('batchnorm').trainAccuracy, first('batchnorm').valAccuracy]).toEqual(['0.107', '0.115']);
    expect([first('none').trainAccuracy, first('none').valAccuracy]).toEqual(['0.129', '0.131']);
  });

  it('sweep weight-scale, float64: first losses, best accuracies, final losses of all forty nets', async () => {
    const { trials, losses } = await runOn('sweep', 'weight-scale', '--set', 'dtype=float64');
    expect(trials.length).toBe(golden.weight_scale_float64.length);
    for (const [i, figures] of golden.weight_scale_float64.entries()) {
      const trial = trials[i]!;
      expect(trial.normalization).toBe(figures.normalization);
      expect(relative(Number(trial.weightScale), figures.weight_scale)).toBeLessThan(1e-15);
      const first = column(losses.filter(row => row.trial === String(i)).slice(0, 3), 'loss');
      expect(worst(first, figures.loss_first3, relative)).toBeLessThan(1e-9);
      expect(absolute(Number(trial.bestTrainAccuracy), figures.best_train_accuracy)).toBeLessThanOrEqual(
        accuracyBound(trial),
      );
      expect(absolute(Number(trial.bestValAccuracy), figures.best_val_accuracy)).toBeLessThanOrEqual(
        accuracyBound(trial),
      );
      if (figures.final_train_loss < 10) {
        expect(relative(Number(trial.finalTrainLoss), figures.final_train_loss)).toBeLessThan(0.01);
      }
    }
  });

  it('sweep batch-size, float64: losses and best accuracies of all seven nets', async () => {
    const { trials, losses, accuracies } = await runOn('sweep', 'batch-size', '--set', 'dtype=float64');
    expect(trials.length).toBe(7);
    for (const normalization of ['batchnorm', 'layernorm']) {
      for (const figures of golden[`batch_size_${normalization}_float64`]) {
        const isTrial = (row: Row) =>
          row.normalization === figures.normalization && Number(row.batchSize) === figures.batch_size;
        const trial = trials.filter(isTrial);
        expect(trial.length).toBe(1);
        const everyTwenty = column(losses.filter(isTrial), 'loss').filter((_, i) => i % 20 === 0);
        expect(relative(everyTwenty[0]!, figures.loss_every_20[0])).toBeLessThan(1e-9);
        const path = isChaotic(trial[0]!) ? 6 : everyTwenty.length;
        expect(
          worst(everyTwenty.slice(0, path), figures.loss_every_20.slice(0, path), relative),
        ).toBeLessThan(1e-6);
        expect(everyTwenty.length).toBe(figures.loss_every_20.length);
        const measured = accuracies.filter(isTrial);
        for (const [name, expected] of [
          ['trainAccuracy', figures.train_accuracy],
          ['valAccuracy', figures.val_accuracy],
        ]) {
          expect(absolute(Math.max(...column(measured, name)), Math.max(...expected))).toBeLessThanOrEqual(
            accuracyBound(trial[0]!),
          );
        }
      }
    }
  });
});
