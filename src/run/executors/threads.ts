/** Runs trials in worker threads: one engine a thread, the images shared by all. */
import { Piscina } from 'piscina';
import type { TrainingImages } from '../../nn/solver.ts';
import type { TrialRecord } from '../../records/record.ts';
import type { Executor } from '../executor.ts';
import type { Programs } from '../run-trial.ts';
import type { WorkerData, WorkerMessage, WorkerTask } from './worker.ts';

/** A thread loads the built program, also when the sources are run by a test. */
const WORKER = new URL('../../../dist/run/executors/worker.js', import.meta.url);

export interface ThreadOptions {
  readonly threads: number;
  /** What the threads run, if not worker.ts. */
  readonly entry?: URL | undefined;
}

export function threadExecutor(
  images: TrainingImages,
  programs: Programs,
  { threads, entry = WORKER }: ThreadOptions,
): Executor {
  const pool = new Piscina({
    filename: entry.href,
    name: 'run',
    minThreads: threads,
    maxThreads: threads,
    workerData: { images, programs } satisfies WorkerData,
  });
  const listeners = new Map<number, (message: WorkerMessage) => void>();
  pool.on('message', (message: WorkerMessage) => listeners.get(message.ticket)?.(message));
  let tickets = 0;
  return {
    // One spare trial per thread, so that none waits while a record is being stored.
    slots: 2 * threads,
    async run(trial, { signal, onProgress }) {
      const ticket = tickets++;
      // The pool may say that a trial is done before its last messages have arrived.
      const record = new Promise<TrialRecord>(resolve => {
        listeners.set(ticket, ({ progress, record }) => {
          for (const each of progress) onProgress(each);
          if (record) resolve(record);
        });
      });
      try {
        await pool.run({ trial, ticket } satisfies WorkerTask, { signal });
        return await record;
      } finally {
        listeners.delete(ticket);
      }
    },
    close: () => pool.destroy(),
  };
}
