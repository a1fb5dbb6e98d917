/** Workers that throw, exit or run out of memory are replaced, and their trials are retried; a run that ends starts no trial. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.ts';
import { loadDataset } from '../../src/data/load.ts';
import { planTrials } from '../../src/plan/plan.ts';
import type { TrialRecord } from '../../src/records/record.ts';
import { conduct } from '../../src/run/conduct.ts';
import type { Executor, TrialEvent } from '../../src/run/executor.ts';
import { executorFactory } from '../../src/run/executors/choose.ts';
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

interface Attempt {
  readonly retries: number;
  readonly workers?: number;
  readonly entry?: URL;
}

async function executorOf({ workers = 2, entry }: Omit<Attempt, 'retries'>): Promise<Executor> {
  const place = { kind: 'folder', path: binaryFolder(), layout: 'binary' } as const;
  const { train } = await loadDataset(place, { test: false });
  const { create } = await executorFactory(train, trials, { workers, ...(entry && { entry }) });
  return create(trials);
}

async function eventsOf({ retries, ...means }: Attempt): Promise<TrialEvent[]> {
  const executor = await executorOf(means);
  const signal = new AbortController().signal;
  const events: TrialEvent[] = [];
  for await (const happened of conduct(trials, executor, { retries, timeout: undefined, signal }))
    events.push(...happened);
  return events;
}

function recordsIn(events: readonly TrialEvent[]): TrialRecord[] {
  const records = events.flatMap(event => (event.kind === 'finished' ? [event.record] : []));
  return records.map(record => ({ ...record, seconds: 0 })).sort((a, b) => a.id.localeCompare(b.id));
}
const retriesIn = (events: readonly TrialEvent[]) =>
  events.flatMap(event => (event.kind === 'retried' ? [event.error] : []));

it('the calling thread and worker threads give the same records and the same epochs', async () => {
  const [inline, threads] = [
    await eventsOf({ retries: 0, workers: 0 }),
    await eventsOf({ retries: 0, workers: 2 }),
  ];
  expect(recordsIn(threads)).toEqual(recordsIn(inline));
  for (const events of [inline, threads]) {
    for (const { id } of trials) {
      const own = events.filter(({ trial }) => trial.id === id);
      const reports = own.filter(event => event.kind === 'epoch');
      const finished = own.find(event => event.kind === 'finished')!;
      expect(own[0]!.kind).toBe('started');
      expect(reports.flatMap(({ losses }) => losses)).toEqual(finished.record.losses);
      expect(
        reports.map(({ epoch, trainAccuracy, valAccuracy }) => ({ epoch, trainAccuracy, valAccuracy })),
      ).toEqual(finished.record.accuracies);
    }
  }
});

it('trials of equal cost start in plan order', async () => {
  const started = (await eventsOf({ retries: 0, workers: 0 })).filter(({ kind }) => kind === 'started');
  expect(started.map(({ trial }) => trial.index)).toEqual(trials.map(({ index }) => index));
});

it('a trial whose worker failed gives the same bits when retried', async () => {
  process.env.CHAOS_FOLDER = emptyFolder();
  const calm = await eventsOf({ retries: 0 });
  const broken = await eventsOf({ retries: 1, entry: breaking });
  expect(recordsIn(broken)).toEqual(recordsIn(calm));
  const errors = retriesIn(broken);
  expect(errors).toHaveLength(4);
  expect(errors.join()).toMatch(/throws/);
  expect(errors.join()).toMatch(/exited/);
  expect(errors.join()).toMatch(/memory/);
});

it('a trial that fails at every attempt is recorded with its error, and the others finish', async () => {
  process.env.CHAOS_FOLDER = emptyFolder();
  process.env.CHAOS_DOOMED = '5';
  const events = await eventsOf({ retries: 2, entry: breaking });
  delete process.env.CHAOS_DOOMED;
  const records = recordsIn(events);
  expect(records.filter(({ status }) => status === 'completed')).toHaveLength(11);
  const [failed] = records.filter(({ status }) => status === 'failed');
  expect(failed!.id).toBe(trials[5]!.id);
  expect(failed!.error).toMatch(/exited/);
  expect(retriesIn(events)).toHaveLength(4 + 2);
});

it('closing ends the trials that run, and starts none of those that wait', async () => {
  const started = emptyFolder();
  process.env.CHAOS_FOLDER = started;
  const executor = await executorOf({ entry: new URL('./sleeping-worker.js', import.meta.url) });
  const { signal } = new AbortController();
  const runs = trials.map(trial => executor.run(trial, { signal, onProgress: () => void executor.close() }));
  const outcomes = await Promise.allSettled(runs);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
  expect(readdirSync(started).length).toBeLessThanOrEqual(2);
  // The pool is done with closing, and would take trials again.
  await executor.close();
  await expect(executor.run(trials[0]!, { signal, onProgress: () => {} })).rejects.toThrow('closed');
});
