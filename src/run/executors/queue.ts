/** Runs trials on whichever machines take them from a queue (BullMQ on Redis); see `serve` for the other end. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Queue, QueueEvents } from 'bullmq';
import type { Trial } from '../../plan/trial.ts';
import type { TrialRecord } from '../../records/record.ts';
import { type Executor, type RunTrialOptions, TimedOut } from '../executor.ts';
import { connect, type Link, PREFIX } from '../queue/connect.ts';
import { jobIdOf, KEPT_SECONDS, type QueueJob, queueNameOf, TOOK_TOO_LONG } from '../queue/protocol.ts';
import { registerQueue } from '../queue/queues.ts';
import { readResult } from '../queue/results.ts';

export interface QueueOptions {
  /** redis:// or rediss:// */
  readonly url: string;
  /** Hash of the run that the trials belong to. */
  readonly run: string;
  /** Seconds that a trial may take; its worker ends it. */
  readonly timeout: number | undefined;
  notify(text: string): void;
}

/** Jobs in the queue at a time: more than workers take, few enough to be watched. */
const SLOTS = 1000;
/** Events tell at once what happened to a job; looking again finds what was missed while the queue was away. */
const LOOK_AGAIN_MS = 10_000;
const CLOSE_MS = 500;

interface Waiting extends Pick<RunTrialOptions, 'onProgress'> {
  readonly trial: Trial;
  resolve(record: TrialRecord): void;
  reject(error: Error): void;
}

interface Open {
  readonly link: Link;
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly timer: NodeJS.Timeout;
}

/** Jobs outlive the executor: a later one of the same run finds them, and what was done meanwhile. */
export function queueExecutor(
  trials: readonly Trial[],
  { url, run, timeout, notify }: QueueOptions,
): Executor {
  const name = queueNameOf(trials[0]!);
  const waiting = new Map<string, Waiting>();
  let isWorkerMissed = false;

  const collect = async ({ link }: Open, id: string): Promise<boolean> => {
    const job = waiting.get(id);
    if (!job) return true;
    const result = await readResult(link.redis, id, job.trial.id);
    if (!result) return false;
    if (result.isDisputed) tellDispute(id);
    if (result.record) job.resolve(result.record);
    else job.reject(new Error('its result is malformed'));
    return true;
  };

  const submit = async ({ queue }: Open, id: string, trial: Trial): Promise<void> => {
    const data: QueueJob = timeout === undefined ? { trial } : { trial, timeout };
    const kept = { age: KEPT_SECONDS };
    await queue.add('trial', data, { jobId: id, removeOnComplete: kept, removeOnFail: kept });
  };

  const fail = (id: string, reason: string) => {
    const error = reason.startsWith(TOOK_TOO_LONG) ? new TimedOut(reason) : new Error(reason);
    waiting.get(id)?.reject(error);
  };

  const lookAgain = async (open: Open): Promise<void> => {
    const { queue } = open;
    await Promise.all(
      [...waiting].map(async ([id, { trial }]) => {
        if (await collect(open, id)) return;
        const state = await queue.getJobState(id);
        if (state === 'failed') fail(id, (await queue.getJob(id))?.failedReason ?? 'failed');
        else if (state === 'unknown') await submit(open, id, trial);
      }),
    );
    if (waiting.size === 0 || isWorkerMissed || (await queue.getWorkersCount()) > 0) return;
    isWorkerMissed = true;
    const { numerics, fingerprint } = trials[0]!;
    notify(
      `no worker has joined: start cifar-norm worker where the data are the same (${fingerprint.slice(0, 12)}, ${numerics})`,
    );
  };

  const tellDispute = (id: string) => {
    const trial = trials.find(each => jobIdOf(run, each) === id);
    notify(
      `two workers trained trial ${trial?.index} to different results: one of them computes wrongly. The first result is kept; find out with cifar-norm verify`,
    );
  };

  const opening = (async (): Promise<Open> => {
    // It was reachable a moment ago.
    const link = await connect(url, notify, { patient: true });
    const { redis, bullmq } = link;
    await registerQueue(redis, name);
    const [seconds, micros] = await redis.time();
    const events = new bullmq.QueueEvents(name, {
      connection: redis,
      prefix: PREFIX,
      lastEventId: `${Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)}-0`,
    });
    const again = () => void lookAgain(open).catch(() => {});
    const open: Open = { link, queue: link.queue(name), events, timer: setInterval(again, LOOK_AGAIN_MS) };
    events.on('active', ({ jobId }) => waiting.get(jobId)?.onProgress({ kind: 'started', worker: 0 }));
    events.on('completed', ({ jobId }) => void collect(open, jobId).catch(() => {}));
    events.on('failed', ({ jobId, failedReason }) => fail(jobId, failedReason));
    events.on('progress', ({ jobId, data }) => data === 'disputed' && waiting.size && tellDispute(jobId));
    events.on('stalled', ({ jobId }) => {
      const job = waiting.get(jobId);
      if (job) notify(`trial ${job.trial.index} lost its worker; another takes it`);
    });
    events.on('error', () => {});
    redis.on('ready', again);
    return open;
  })();
  opening.catch(() => {});

  const start = async (id: string, trial: Trial): Promise<void> => {
    const open = await opening;
    if (await collect(open, id)) return;
    const state = await open.queue.getJobState(id);
    // It may have finished since.
    if (state === 'completed' && (await collect(open, id))) return;
    // Of an earlier attempt, or a job whose result has expired.
    if (state === 'failed' || state === 'completed') await open.queue.remove(id);
    await submit(open, id, trial);
  };

  let closing: Promise<void> | undefined;
  const close = async () => {
    // A queue that is away does not answer.
    const open = await Promise.race([opening.catch(() => undefined), wait(CLOSE_MS)]);
    if (!open) return;
    clearInterval(open.timer);
    open.link.close();
    await Promise.race([Promise.allSettled([open.events.close(), open.queue.close()]), wait(CLOSE_MS)]);
  };

  return {
    slots: SLOTS,
    async run(trial, { signal, onProgress }) {
      const id = jobIdOf(run, trial);
      try {
        return await new Promise<TrialRecord>((resolve, reject) => {
          waiting.set(id, { trial, onProgress, resolve, reject });
          signal.addEventListener('abort', () => reject(new Error('aborted')));
          start(id, trial).catch(reject);
        });
      } finally {
        waiting.delete(id);
      }
    },
    close: () => (closing ??= close()),
  };
}
