/** On a queue, every kind of trial has the same figures and output as on this machine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvsOf, idsIn } from '../chaos/small.ts';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { calmRun, hasRedis, startRedis, startWorker, sweepOf, type TestRedis, until } from './redis.ts';

describe.skipIf(!hasRedis)('a trial on a queue', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const newOut = () => join(emptyFolder(), 'run');

  it('has preprocessing, diagnostics and both number types', async () => {
    const words = sweepOf(
      'hiddenDims: [10]\nepochs: 5\npreprocessing: standardize\ndiagnostics: true\nsweep: { dtype: [float32, float64] }',
    );
    await startWorker(redis.url, ['--kernels', 'wasm', '--concurrency', '2']);
    const [calm, out] = [await calmRun(words), newOut()];
    const { code } = await cifarNorm([...words, '--out', out, '--queue', redis.url]);
    expect(code).toBe(0);
    expect(csvsOf(out)).toEqual(csvsOf(calm));
    const diagnostics = (folder: string) => readFileSync(join(folder, 'diagnostics.csv'), 'utf8');
    expect(diagnostics(out)).toBe(diagnostics(calm));
  });

  it('may belong to two sweeps that one worker trains at the same time', async () => {
    const sweeps = ['0.02, 0.03', '0.02, 0.04'].map(scales =>
      sweepOf(`hiddenDims: [100, 100]\nepochs: 400\nsweep: { weightScale: [${scales}] }`),
    );
    await startWorker(redis.url, ['--concurrency', '4']);
    const outs = sweeps.map(newOut);
    const ended = await Promise.all(
      sweeps.map((words, i) => cifarNorm([...words, '--out', outs[i]!, '--queue', redis.url])),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    for (const [i, words] of sweeps.entries()) expect(csvsOf(outs[i]!)).toEqual(csvsOf(await calmRun(words)));
  });

  it.each([
    ['', 5],
    [' of one iteration', 10],
  ])('is followed epoch by epoch%s by train, whose output is that of this machine', async (_, batchSize) => {
    const words = [
      ...['train', ...sweepOf('hiddenDims: [1000, 1000]\nepochs: 200').slice(1)],
      ...['--set', `batchSize=${batchSize}`],
    ];
    await startWorker(redis.url);
    const out = newOut();
    let shown = '';
    const running = cifarNorm([...words, '--out', out, '--queue', redis.url], {
      onStart: child => child.stdout!.on('data', chunk => (shown += chunk)),
    });
    await until(() => /\(Epoch 1 \/ 200\)/.test(shown), 'an epoch is shown');
    expect(idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'))).toEqual([]);
    const { stdout } = await running;
    expect(stdout).toBe((await cifarNorm([...words, '--workers', '1'])).stdout);
  });
});
