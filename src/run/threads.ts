/** Runs trials in worker threads: one engine a worker, the images shared by all. */
import { Piscina } from 'piscina';
import type { Numerics } from '../kernels/numerics.ts';
import { compileKernels } from '../kernels/wasm.ts';
import type { TrainingImages } from '../nn/solver.ts';
import { costOf } from '../plan/cost.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from './record.ts';
import type { WorkerData } from './worker.ts';

export interface ThreadOptions {
  readonly numerics: Numerics;
  readonly workers: number;
  /** When it is aborted, running trials are dropped and no more are started. */
  readonly signal: AbortSignal;
}

/** Yields each trial's record as it is finished. The costliest start first, so that none of them is left for the end. */
export async function* runInThreads(
  trials: readonly Trial[],
  images: TrainingImages,
  { numerics, workers, signal }: ThreadOptions,
): AsyncGenerator<TrialRecord> {
  if (trials.length === 0) return;
  const threads = Math.min(workers, trials.length);
  const dtypes = new Set(trials.map(({ settings }) => settings.dtype));
  const modules = Object.fromEntries([...dtypes].map(dtype => [dtype, compileKernels(dtype, numerics)]));
  const pool = new Piscina({
    filename: new URL('../../dist/run/worker.js', import.meta.url).href,
    name: 'run',
    minThreads: threads,
    maxThreads: threads,
    workerData: { images, modules } satisfies WorkerData,
  });
  const costs = new Map(trials.map(trial => [trial.id, costOf(trial)]));
  const waiting = [...trials].sort((a, b) => costs.get(a.id)! - costs.get(b.id)!);
  const running = new Map<string, Promise<TrialRecord>>();
  const stop = () => void pool.destroy();
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted && (waiting.length > 0 || running.size > 0)) {
      // One more than runs is handed over for each thread, so that none waits while a record is being stored.
      while (running.size < 2 * threads && waiting.length > 0) {
        const trial = waiting.pop()!;
        running.set(
          trial.id,
          pool.run(trial).catch(error => failedRecord(trial, error)),
        );
      }
      const record = await Promise.race(running.values());
      running.delete(record.id);
      if (!signal.aborted) yield record;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await pool.destroy();
  }
}

function failedRecord({ id }: Trial, error: unknown): TrialRecord {
  const message = error instanceof Error ? error.message : String(error);
  return { id, status: 'failed', iterations: 0, losses: [], accuracies: [], error: message };
}
