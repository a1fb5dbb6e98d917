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
  readonly timeout?: number;
  /** How many of the trials run. */
  readonly count?: number;
  readonly workers?: number;
  readonly entry?: URL;
}

async function executorOf({
  workers = 2,
  count,
  entry,
}: Omit<Attempt, 'retries' | 'timeout'>): Promise<Executor> {
  const place = { kind: 'folder', path: binaryFolder(), layout: 'binary' } as const;
  const { train } = await loadDataset(place, { test: false });
  const { create } = await executorFactory(train, trials, { workers, ...(entry && { entry }) });
  return create(trials.slice(0, count));
}

async function eventsOf({ retries, timeout, ...means }: Attempt): Promise<TrialEvent[]> {
  const executor = await executorOf(means);
  const signal = new AbortController().signal;
  const events: TrialEvent[] = [];
  for await (const happened of conduct(trials.slice(0, means.count), executor, {
    ...{ retries, timeout, signal },
  }))
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

const REPORTS = 'import { parentPort } from "node:worker_threads";';
const odd: readonly (readonly [string, string, string])[] = [
  ['exits while it loads', 'process.exit(3)', 'its worker exited with code 3'],
  ['throws while it loads', 'throw new Error("no engine")', 'no engine'],
  ['throws null while it loads', 'throw null', 'its worker threw null'],
  ['waits for ever while it loads', 'await new Promise(() => {})', 'its worker exited with code 13'],
  ['has nothing to run', 'export const other = 1', 'the worker module exports no function run'],
  ['throws null', 'export function run() { throw null }', 'its worker threw null'],
  [
    'throws what cannot be sent',
    'export function run() { throw { f() {} } }',
    'its worker threw [object Object]',
  ],
  [
    'throws null later',
    'export const run = () => new Promise(() => setImmediate(() => { throw null }))',
    'its worker threw null',
  ],
  [
    'closes its port',
    `${REPORTS} export function run() { parentPort.close() }`,
    'its worker closed its port',
  ],
  [
    'sends what is no message',
    `${REPORTS} export const run = () => parentPort.postMessage(null)`,
    'its worker sent an invalid message',
  ],
  [
    'reports what are no epochs',
    'export const run = (_, report) => report([null])',
    'its worker sent an invalid message',
  ],
  ['returns nothing', 'export function run() {}', 'its worker sent an invalid message'],
  ['returns what cannot be sent', 'export const run = () => () => {}', '() => {} could not be cloned.'],
  [
    'returns the record of another trial',
    'export const run = () => ({ id: "x", status: "completed", iterations: 0, losses: [], accuracies: [], seconds: 0 })',
    "its worker returned another trial's record",
  ],
  [
    'returns a record without its losses',
    'export const run = ({ trial: { id } }) => ({ id, status: "completed", iterations: 6, losses: [], accuracies: [], seconds: 0 })',
    'its record says 6 iterations, and has 0 losses',
  ],
];

it.each(odd)('a worker that %s: a retry, then a failed trial with the reason', async (_, code, reason) => {
  const entry = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const events = await eventsOf({ retries: 1, count: 2, entry });
  expect(retriesIn(events)).toEqual([reason, reason]);
  expect(recordsIn(events).map(({ status, error }) => [status, error])).toEqual([
    ['failed', reason],
    ['failed', reason],
  ]);
});

const block = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
it.each([
  ['while it loads', block],
  ['while it runs', `export function run() { ${block} }`],
])('the time limit ends a worker that hangs %s', async (_, code) => {
  const entry = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const records = recordsIn(await eventsOf({ retries: 1, timeout: 0.5, count: 2, entry }));
  expect(records.map(({ error }) => error)).toEqual(['took longer than 0.5 s', 'took longer than 0.5 s']);
});

it('the time limit ends a trial in the calling thread after an epoch', async () => {
  const [record] = recordsIn(await eventsOf({ retries: 1, timeout: 1e-6, count: 1, workers: 0 }));
  expect(record).toMatchObject({ status: 'failed', error: 'took longer than 0.000001 s', losses: [] });
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
  await executor.close();
  await expect(executor.run(trials[0]!, { signal, onProgress: () => {} })).rejects.toThrow('closed');
});
