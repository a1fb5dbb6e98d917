/** Workers that throw, end or run out of memory are replaced, and their trials tried again. */
import { expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.ts';
import { loadDataset } from '../../src/data/load.ts';
import { planTrials } from '../../src/plan/plan.ts';
import type { TrialRecord } from '../../src/records/record.ts';
import { runInThreads } from '../../src/run/executors/threads.ts';
import { binaryFolder } from '../data/fixtures.ts';
import { emptyFolder } from '../e2e/cli.ts';

const experiment = experimentSchema.parse({
  numTraining: 10,
  numValidation: 5,
  trainImages: 10,
  batchSize: 5,
  hiddenDims: [10],
  epochs: 3,
  sweep: { weightScale: { logspace: [-3, 0, 12] } },
});
const trials = planTrials(experiment, { fingerprint: '', numerics: '' });
const breaking = new URL('./breaking-worker.js', import.meta.url);

async function recordsOf(options: {
  retries: number;
  entry?: URL;
  timeout?: number;
}): Promise<{ records: TrialRecord[]; retried: string[] }> {
  const dataset = await loadDataset(
    { kind: 'folder', path: binaryFolder(), layout: 'binary' },
    { test: false },
  );
  const records: TrialRecord[] = [];
  const retried: string[] = [];
  const threads = runInThreads(trials, dataset.train, {
    numerics: 'portable',
    workers: 2,
    timeout: undefined,
    signal: new AbortController().signal,
    onRetry: (_, error) => void retried.push(error),
    ...options,
  });
  for await (const record of threads) records.push({ ...record, seconds: 0 });
  return { records: records.sort((a, b) => a.id.localeCompare(b.id)), retried };
}

it('a trial whose worker broke down gives the same bits when it is tried again', async () => {
  process.env.CHAOS_FOLDER = emptyFolder();
  const calm = await recordsOf({ retries: 0 });
  const { records, retried } = await recordsOf({ retries: 1, entry: breaking });
  expect(records).toEqual(calm.records);
  expect(retried).toHaveLength(4);
  expect(retried.join()).toMatch(/throws/);
  expect(retried.join()).toMatch(/exited/);
  expect(retried.join()).toMatch(/memory/);
});

it('a trial that fails at every attempt is recorded with its error, and the rest goes on', async () => {
  process.env.CHAOS_FOLDER = emptyFolder();
  process.env.CHAOS_DOOMED = '5';
  const { records, retried } = await recordsOf({ retries: 2, entry: breaking });
  delete process.env.CHAOS_DOOMED;
  expect(records.filter(({ status }) => status === 'completed')).toHaveLength(11);
  const [failed] = records.filter(({ status }) => status === 'failed');
  expect(failed!.id).toBe(trials[5]!.id);
  expect(failed!.error).toMatch(/exited/);
  expect(retried.length).toBe(4 + 2);
});
