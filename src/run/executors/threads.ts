/** Runs trials in worker threads: one engine a thread, the images shared by all. */
import { Piscina } from 'piscina';
import type { TrainingImages } from '../../nn/solver.ts';
import type { TrialRecord } from '../../records/record.ts';
import type { Executor } from '../executor.ts';
import type { Programs } from '../run-trial.ts';
import type { WorkerData, WorkerMessage, WorkerTask } from './worker.ts';

/** A thread loads the built program, also when the sources are run by a test. */
const WORKER = new URL('../../../dist/bundle/worker.js', import.meta.url);

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
    // Training makes little garbage, so a larger young generation takes memory and saves no time.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  });
  const listeners = new Map<number, (message: WorkerMessage) => void>();
  pool.on('message', (message: WorkerMessage) => listeners.get(message.ticket)?.(message));
  let tickets = 0;
  // The pool does not keep its queue in order, so it is never given more trials than it has threads.
  let idle = threads;
  let closed = false;
  const waiting: (() => void)[] = [];
  const enter = async () => {
    if (idle > 0) idle--;
    else await new Promise<void>(resolve => waiting.push(resolve));
  };
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else idle++;
  };
  return {
    // Queue spare trials, so that threads keep working while records are flushed to disk.
    slots: 8 * threads,
    async run(trial, { signal, onProgress }) {
      const ticket = tickets++;
      const record = new Promise<TrialRecord>(resolve => {
        listeners.set(ticket, ({ progress, record }) => {
          for (const each of progress) onProgress(each);
          if (record) resolve(record);
        });
      });
      try {
        await enter();
        try {
          // A destroyed pool starts a new thread for each trial that it is given.
          if (closed) throw new Error('the executor is closed');
          await pool.run({ trial, ticket } satisfies WorkerTask, { signal });
        } finally {
          leave();
        }
        return await arrival(record);
      } finally {
        listeners.delete(ticket);
      }
    },
    close() {
      closed = true;
      return pool.destroy();
    },
  };
}

/** Longest wait for the record of a trial that is done. */
const LATE_MS = 60_000;

/**
 * The pool may say that a trial is done before its last messages have arrived. From then on its threads do not keep the process
 * alive; the timer does, so that Node does not exit between the two.
 */
function arrival(record: Promise<TrialRecord>): Promise<TrialRecord> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('its worker sent no record')), LATE_MS);
    void record.then(arrived => {
      clearTimeout(timer);
      resolve(arrived);
    });
  });
}
