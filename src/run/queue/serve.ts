/** A worker: takes trials from the queue that fits its data and numerics, and trains them in threads. */
import { hostname, totalmem } from 'node:os';
import type { Job } from 'bullmq';
import type { Dataset } from '../../data/dataset.ts';
import { ADDRESSABLE } from '../../kernels/engine.ts';
import { NUMERICS, type Numerics } from '../../kernels/numerics.ts';
import { AwakeClock } from '../awake.ts';
import { failureText } from '../executor.ts';
import type { Compile } from '../executors/choose.ts';
import { checkThreads } from '../executors/thread-limits.ts';
import { runWithin } from '../time-limit.ts';
import { connect, type Link, PREFIX } from './connect.ts';
import { createLanes } from './lanes.ts';
import { parseJob, type QueueJob, type QueueProgress, queueNameOf } from './protocol.ts';
import { queueNames, registerQueue } from './queues.ts';
import { refusalOf } from './refusal.ts';
import { hasResult, storeResult } from './results.ts';
import { epochTeller } from './tell-epochs.ts';

export interface ServeOptions {
  /** redis:// or rediss:// */
  readonly url: string;
  readonly numerics: Numerics;
  /** Trials to run at a time, each in a thread. */
  readonly concurrency: number;
  /** Seconds that any trial may take, whatever its job says. */
  readonly timeout: number;
  readonly compile: Compile;
  /** When it is aborted, running trials finish, and no other starts. */
  readonly signal: AbortSignal;
  notify(text: string): void;
}

/** A worker that is silent for longer loses its trial. Trials run in threads, so the worker always answers the queue. */
const LOCK_MS = 10_000;
/** How often a trial may lose its worker before it fails. */
const MOST_LOSSES = 3;
const LOOK_AROUND_MS = 30_000;

/**
 * Serves until the signal aborts and the running trials have finished.
 * @throws CifarNormError (usage) if the machine cannot do the numerics; (run) if the queue cannot be reached or written
 */
export async function serve(dataset: Dataset, options: ServeOptions): Promise<void> {
  const { url, numerics, concurrency, timeout, compile, signal, notify } = options;
  // Before any thread starts: flags of V8 must not change later.
  const programs = { float32: compile('float32', numerics), float64: compile('float64', numerics) };
  await checkThreads(concurrency, '--concurrency');
  const link = await connect(url, notify);
  const { bullmq, redis, place } = link;
  const lanes = createLanes(dataset.train, concurrency, { numerics, compile: dtype => programs[dtype] });
  const version = NUMERICS[numerics];
  const clock = new AwakeClock();
  const limits = { bytes: Math.min(totalmem() / concurrency, ADDRESSABLE) };
  const name = queueNameOf({ numerics: version, fingerprint: dataset.fingerprint });

  const run = async (job: Job): Promise<void> => {
    const asked = parseJob(job.data);
    const refusal = asked
      ? refusalOf(asked.trial, dataset, version, limits)
      : 'it is not a job of this version';
    if (!asked || refusal) {
      notify(`refused a trial: ${refusal}`);
      throw new bullmq.UnrecoverableError(`a worker on ${hostname()} refused it: ${refusal}`);
    }
    const { index } = asked.trial;
    try {
      await train(job, asked);
      notify(`trial ${index} finished`);
    } catch (error) {
      notify(`trial ${index} failed: ${failureText(error)}`);
      throw error;
    }
  };

  const train = async (job: Job, asked: QueueJob): Promise<void> => {
    const { trial } = asked;
    const id = job.id!;
    // The trial's earlier worker may have lost its connection after it finished.
    if (job.attemptsStarted > 1 && (await hasResult(redis, id))) return;
    const seconds = Math.min(asked.timeout ?? timeout, timeout);
    const tell = epochTeller(progress => job.updateProgress(progress));
    const record = await lanes.with(trial, executor => runWithin(seconds, clock, executor, trial, tell));
    if (await storeResult(redis, id, record)) return;
    notify(`trial ${trial.index} (${trial.id}): another worker has a different result`);
    await job.updateProgress('disputed' satisfies QueueProgress);
  };

  try {
    await registerQueue(link, name);
  } catch (error) {
    link.close();
    throw error;
  }
  const worker = new bullmq.Worker(name, run, {
    ...{ connection: redis, prefix: PREFIX, concurrency, name: `${hostname()}-${process.pid}` },
    ...{ lockDuration: LOCK_MS, stalledInterval: LOCK_MS / 2, maxStalledCount: MOST_LOSSES },
  });
  // Connections report their errors themselves; a lock that was lost means that another worker has the trial.
  worker.on('error', () => {});
  notify(`taking trials from ${place} (${name}), ${concurrency} at a time`);
  const lookAround = neighbours(link, name, notify);
  const timer = setInterval(lookAround, LOOK_AROUND_MS);
  lookAround();
  try {
    if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve));
    notify('stopping: no other trial starts');
    await worker.close();
  } finally {
    clearInterval(timer);
    clock.close();
    link.close();
    await lanes.close();
  }
}

/** Reports once each other queue where trials wait without a worker. This worker cannot run them. */
function neighbours({ redis, queue }: Link, own: string, notify: (text: string) => void): () => void {
  const told = new Set([own]);
  const look = async () => {
    for (const name of await queueNames(redis)) {
      if (told.has(name)) continue;
      const other = queue(name);
      const [waiting, workers] = [await other.getWaitingCount(), await other.getWorkersCount()];
      if (waiting > 0 && workers === 0) {
        told.add(name);
        notify(
          `trials wait in ${name} (${waiting}), and no worker serves it: this one serves ${own}. Start a worker with that format, numerics and data`,
        );
      }
      await other.close();
    }
  };
  return () => void look().catch(() => {});
}
