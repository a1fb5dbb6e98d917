/** Runs trials in worker threads: one engine a thread, the images shared by all. */
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { TrainingImages } from '../../nn/solver.ts';
import type { Trial } from '../../plan/trial.ts';
import { type TrialRecord, trialRecordSchema } from '../../records/record.ts';
import { type Executor, failureText, type RunTrialOptions } from '../executor.ts';
import type { Programs } from '../run-trial.ts';
import { startThreads } from './thread-limits.ts';
import type { WorkerData, WorkerTask } from './worker.ts';

/** Threads load the built program, also when a test runs the sources. */
const built = (name: string) => new URL(`../../../dist/bundle/${name}.js`, import.meta.url);

/** How long a thread may take to load. */
const START_SECONDS = 60;

export interface ThreadOptions {
  readonly threads: number;
  /** The module whose `run` the threads call, if not worker.ts. */
  readonly entry?: URL | undefined;
}

export interface ThreadData extends WorkerData {
  /** URL of the module. */
  readonly entry: string;
}

const messageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({
    kind: z.literal('epochs'),
    epochs: z.array(
      z.object({ ...trialRecordSchema.shape.accuracies.element.shape, losses: z.array(z.number()) }),
    ),
  }),
  z.strictObject({ kind: z.literal('record'), record: trialRecordSchema }),
  z.strictObject({ kind: z.literal('failed'), error: z.string() }),
]);
/** What a thread sends: that it is ready; then, for each trial, epochs and a record, or why there is none. */
export type ThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'epochs'; readonly epochs: readonly unknown[] }
  | { readonly kind: 'record'; readonly record: unknown }
  | { readonly kind: 'failed'; readonly error: string };

/** @throws CifarNormError (run) if the system does not grant so many threads; then none is left */
export function threadExecutor(
  images: TrainingImages,
  programs: Programs,
  { threads: count, entry = built('worker') }: ThreadOptions,
): Executor {
  const data: ThreadData = { images, programs, entry: entry.href };
  const threads: (Thread | undefined)[] = startThreads(count, () => new Thread(data));
  const free = threads.map((_, place) => place);
  const waiting: ((place: number) => void)[] = [];
  let isClosed = false;

  const enter = async (): Promise<number> =>
    free.shift() ?? (await new Promise<number>(resolve => waiting.push(resolve)));
  const leave = (place: number) => {
    const next = waiting.shift();
    if (next) next(place);
    else free.push(place);
  };

  return {
    // Queue spare trials, so that threads keep working while records are flushed to disk.
    slots: 8 * count,
    async run(trial, { signal, onProgress }) {
      const place = await enter();
      try {
        if (isClosed) throw new Error('the executor is closed');
        threads[place] ??= new Thread(data);
        onProgress({ kind: 'started', worker: place + 1 });
        return await threads[place].run(trial, { signal, onProgress }, place + 1);
      } catch (error) {
        // The next trial starts another thread.
        void threads[place]?.end();
        threads[place] = undefined;
        throw error;
      } finally {
        leave(place);
      }
    },
    async close() {
      isClosed = true;
      await Promise.all(threads.map(thread => thread?.end()));
    },
  };
}

/** A thread that fails in any way, or is aborted, rejects its trial and is not used again. */
class Thread {
  readonly #worker: Worker;
  readonly #starting: NodeJS.Timeout;
  #failure: Error | undefined;
  #take: (message: z.output<typeof messageSchema>) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(workerData: ThreadData) {
    this.#worker = new Worker(built('thread'), {
      workerData,
      // Training makes little garbage, so a larger young generation takes memory and saves no time.
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
    })
      .on('message', (message: unknown) => this.#receive(message))
      .on('messageerror', ({ message }) => this.#fail(message))
      .on('error', (thrown: unknown) => this.#fail(failureText(thrown)))
      .on('exit', code => this.#fail(`its worker exited with code ${code}`));
    // Counts seconds in which the program runs: those for which it is stopped do not count.
    let seconds = 0;
    this.#starting = setInterval(() => {
      if (++seconds >= START_SECONDS) this.#fail(`its worker did not start within ${START_SECONDS} s`);
    }, 1000).unref();
  }

  async run(trial: Trial, { signal, onProgress }: RunTrialOptions, worker: number): Promise<TrialRecord> {
    const abort = () => this.#fail('aborted');
    signal.addEventListener('abort', abort);
    try {
      return await new Promise<TrialRecord>((resolve, reject) => {
        if (this.#failure) throw this.#failure;
        this.#reject = reject;
        this.#take = message => {
          if (message.kind === 'epochs')
            for (const epoch of message.epochs) onProgress({ kind: 'epoch', worker, ...epoch });
          if (message.kind === 'record') resolve(message.record);
        };
        this.#worker.postMessage({ trial } satisfies WorkerTask);
      });
    } finally {
      signal.removeEventListener('abort', abort);
      [this.#take, this.#reject] = [() => {}, () => {}];
    }
  }

  async end(): Promise<void> {
    clearInterval(this.#starting);
    await this.#worker.terminate();
  }

  #receive(message: unknown): void {
    const { data } = messageSchema.safeParse(message);
    if (!data) this.#fail('its worker sent an invalid message');
    else if (data.kind === 'ready') clearInterval(this.#starting);
    else if (data.kind === 'failed') this.#fail(data.error);
    else this.#take(data);
  }

  #fail(why: string): void {
    this.#failure ??= new Error(why);
    this.#reject(this.#failure);
  }
}
