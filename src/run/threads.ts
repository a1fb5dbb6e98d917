/** Runs trials in worker threads: one engine a worker, the images shared by all. */
import { Piscina } from 'piscina';
import { IMAGE_SIZE, type Images } from '../data/dataset.ts';
import { meanImage } from '../data/split.ts';
import { compileProgram } from '../kernels/choose-backend.ts';
import type { Numerics } from '../kernels/numerics.ts';
import { costOf } from '../plan/cost.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from './record.ts';
import type { Programs } from './run-trial.ts';
import type { WorkerData } from './worker.ts';

export interface ThreadOptions {
  readonly numerics: Numerics;
  readonly workers: number;
  /** How often a trial is tried again whose worker threw, ran out of memory or ended. */
  readonly retries: number;
  /** Seconds that a trial may take; it is not tried again. */
  readonly timeout: number | undefined;
  /** When it is aborted, running trials are dropped and no more are started. */
  readonly signal: AbortSignal;
  onRetry(trial: Trial, error: string): void;
  /** What the threads run, if not src/run/worker.ts. */
  readonly entry?: URL;
}

const WORKER = new URL('../../dist/run/worker.js', import.meta.url);

/**
 * Yields each trial's record as it is finished; a failure is a record too. The trials share one split of the training images. The costliest trials start first, so that none
 * of them is left for the end.
 */
export async function* runInThreads(
  trials: readonly Trial[],
  train: Images,
  { numerics, workers, retries, timeout, signal, onRetry, entry = WORKER }: ThreadOptions,
): AsyncGenerator<TrialRecord> {
  const [first] = trials;
  if (!first) return;
  const threads = Math.min(workers, trials.length);
  const programs = programsOf(trials, numerics);
  const mean = new Float64Array(new SharedArrayBuffer(IMAGE_SIZE * Float64Array.BYTES_PER_ELEMENT));
  const images = { pixels: train.pixels, labels: train.labels, mean };
  const pool = new Piscina({
    filename: entry.href,
    name: 'run',
    minThreads: threads,
    maxThreads: threads,
    workerData: { images, programs } satisfies WorkerData,
  });
  // While the threads start.
  mean.set(meanImage(train, first.split.numTraining));
  let ended = false;
  const attempt = async (trial: Trial): Promise<TrialRecord> => {
    for (let left = retries; ; left--) {
      const limit = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
      try {
        return await pool.run(trial, { signal: limit ?? null });
      } catch (error) {
        const message = limit?.aborted ? `took longer than ${timeout} s` : messageOf(error);
        if (left === 0 || limit?.aborted || ended) return failedRecord(trial, message);
        onRetry(trial, message);
      }
    }
  };
  // One more than runs is handed over for each thread, so that none waits while a record is being stored; but a trial's
  // time must not go by while it waits.
  const most = timeout === undefined ? 2 * threads : threads;
  const costs = new Map(trials.map(trial => [trial.id, costOf(trial)]));
  const waiting = [...trials].sort((a, b) => costs.get(a.id)! - costs.get(b.id)!);
  const running = new Map<string, Promise<TrialRecord>>();
  const stop = () => {
    ended = true;
    return pool.destroy();
  };
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted && (waiting.length > 0 || running.size > 0)) {
      while (running.size < most && waiting.length > 0) {
        const trial = waiting.pop()!;
        running.set(trial.id, attempt(trial));
      }
      const record = await Promise.race(running.values());
      running.delete(record.id);
      if (!signal.aborted) yield record;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await stop();
  }
}

/**
 * The kernels that the trials need, compiled once a process.
 * @throws CifarNormError (usage) if they are to be fused and this machine does not fuse
 */
export function programsOf(trials: readonly Trial[], numerics: Numerics): Programs {
  const dtypes = new Set(trials.map(({ settings }) => settings.dtype));
  return Object.fromEntries([...dtypes].map(dtype => [dtype, compileProgram(dtype, numerics)]));
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function failedRecord({ id }: Trial, error: string): TrialRecord {
  return { id, status: 'failed', iterations: 0, losses: [], accuracies: [], seconds: 0, error };
}
