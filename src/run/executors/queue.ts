/** Runs trials on whichever machines take them from a queue (BullMQ on Redis); see `serve` for the other end. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Job, Queue, QueueEvents } from 'bullmq';
import { scheduleOf } from '../../config/schedule.ts';
import type { Trial } from '../../plan/trial.ts';
import type { TrialRecord } from '../../records/record.ts';
import type { Executor, RunTrialOptions } from '../executor.ts';
import { connect, type Link, PREFIX } from '../queue/connect.ts';
import { jobIdOf, KEPT_SECONDS, progressSchema, type QueueJob, queueNameOf } from '../queue/protocol.ts';
import { registerQueue } from '../queue/queues.ts';
import { readResult } from '../queue/results.ts';
import { TimedOut, TOOK_TOO_LONG } from '../time-limit.ts';

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
/** Events report changes of a job at once. Looking again finds changes that were missed while the queue was unreachable. */
const LOOK_AGAIN_MS = 10_000;
const CLOSE_MS = 500;

interface Waiting extends Pick<RunTrialOptions, 'onProgress'> {
  readonly trial: Trial;
  /** When this attempt began, in milliseconds. */
  readonly since: number;
  isStarted: boolean;
  /** The next epoch to report. A trial that starts again repeats earlier epochs. */
  epoch: number;
  resolve(record: TrialRecord): void;
  reject(error: Error): void;
}

interface Open {
  readonly link: Link;
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly timer: NodeJS.Timeout;
}

/** Jobs outlive the executor: a later executor of the same run finds them and their results. */
export function queueExecutor(
  trials: readonly Trial[],
  { url, run, timeout, notify }: QueueOptions,
): Executor {
  const name = queueNameOf(trials[0]!);
  const waiting = new Map<string, Waiting>();
  const disputed = new Set<string>();
  let isWorkerMissed = false;

  const submit = async ({ queue }: Open, id: string, trial: Trial): Promise<void> => {
    const data: QueueJob = timeout === undefined ? { trial } : { trial, timeout };
    const kept = { age: KEPT_SECONDS };
    await queue.add('trial', data, { jobId: id, removeOnComplete: kept, removeOnFail: kept });
  };

  const collect = async ({ link }: Open, id: string, job: Waiting): Promise<boolean> => {
    const result = await readResult(link.redis, id, job.trial.id);
    if (!result) return false;
    if (result.isDisputed) tellDispute(id);
    if (result.record) job.resolve(result.record);
    else job.reject(new Error('its result is malformed'));
    return true;
  };

  /** @param isEarlier whether a failure is that of an earlier attempt, so that the trial runs again */
  const look = async (open: Open, id: string, isEarlier = false): Promise<void> => {
    const job = waiting.get(id);
    if (!job || (await collect(open, id, job))) return;
    const { queue } = open;
    const state = await queue.getJobState(id);
    if (state === 'failed' && !isEarlier) job.reject(reasonOf(await queue.getJob(id)));
    else if (state === 'active' && !job.isStarted) tellStart(job);
    else if (['completed', 'failed', 'unknown'].includes(state)) {
      // The trial may have finished since.
      if (state === 'completed' && (await collect(open, id, job))) return;
      await queue.remove(id);
      // `queue clean`, or a Redis that kept nothing, may have forgotten the queue too.
      await registerQueue(open.link, name);
      await submit(open, id, job.trial);
    }
  };

  const lookAgain = async (open: Open): Promise<void> => {
    const before = performance.now() - LOOK_AGAIN_MS;
    const old = [...waiting].filter(([, { since }]) => since < before);
    await Promise.all(old.map(([id]) => look(open, id)));
    if (waiting.size === 0 || isWorkerMissed || (await open.queue.getWorkersCount()) > 0) return;
    isWorkerMissed = true;
    const { numerics, fingerprint } = trials[0]!;
    notify(
      `no worker has joined: start cifar-norm worker where the data are the same (${fingerprint.slice(0, 12)}, ${numerics})`,
    );
  };

  const tellStart = (job: Waiting | undefined) => {
    if (!job) return;
    job.isStarted = true;
    job.onProgress({ kind: 'started', worker: 0 });
  };

  const tellProgress = (id: string, data: unknown) => {
    const { data: progress } = progressSchema.safeParse(data);
    if (progress === 'disputed') return tellDispute(id);
    const job = waiting.get(id);
    for (const report of (job && progress?.epochs) ?? []) {
      if (report.epoch !== job!.epoch) continue;
      job!.epoch++;
      job!.onProgress({ kind: 'epoch', worker: 0, ...report });
    }
  };

  const tellDispute = (id: string) => {
    const trial = trials.find(each => jobIdOf(run, each) === id);
    if (!trial || disputed.has(id)) return;
    disputed.add(id);
    notify(
      `two workers got different results for trial ${trial.index}: one of them computes wrongly. The first result is kept; check it with cifar-norm verify`,
    );
  };

  let link: Link | undefined;
  const opening = (async (): Promise<Open> => {
    // It was reachable a moment ago.
    const connected = await connect(url, notify, { patient: true });
    link = connected;
    const { redis, bullmq } = connected;
    const [seconds, micros] = await redis.time();
    const events = new bullmq.QueueEvents(name, {
      connection: redis,
      prefix: PREFIX,
      lastEventId: `${Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)}-0`,
    });
    const unlessAway = (looking: Promise<void>) => void looking.catch(() => {});
    const again = () => unlessAway(lookAgain(open));
    const timer = setInterval(again, LOOK_AGAIN_MS);
    const open: Open = { link: connected, queue: connected.queue(name), events, timer };
    events.on('active', ({ jobId }) => tellStart(waiting.get(jobId)));
    events.on('progress', ({ jobId, data }) => tellProgress(jobId, data));
    events.on('completed', ({ jobId }) => unlessAway(look(open, jobId)));
    events.on('failed', ({ jobId }) => unlessAway(look(open, jobId)));
    // The queue already had the job.
    events.on('duplicated', ({ jobId }) => unlessAway(look(open, jobId, true)));
    events.on('stalled', ({ jobId }) => {
      const job = waiting.get(jobId);
      if (job) notify(`trial ${job.trial.index} lost its worker; another takes it`);
    });
    events.on('error', () => {});
    redis.on('ready', again);
    return open;
  })();
  opening.catch(() => {});

  let closing: Promise<void> | undefined;
  const close = async () => {
    // A queue that is away does not answer.
    const open = await Promise.race([opening.catch(() => undefined), wait(CLOSE_MS)]);
    link?.close();
    if (!open) return;
    clearInterval(open.timer);
    await Promise.race([Promise.allSettled([open.events.close(), open.queue.close()]), wait(CLOSE_MS)]);
  };

  return {
    slots: SLOTS,
    async run(trial, { signal, onProgress }) {
      const id = jobIdOf(run, trial);
      try {
        return await new Promise<TrialRecord>((resolve, reject) => {
          const since = performance.now();
          // See Solver: epoch 0 is the first iteration, unless that is the whole of epoch 1.
          const epoch = scheduleOf(trial.settings).perEpoch === 1 ? 1 : 0;
          waiting.set(id, { trial, since, isStarted: false, epoch, onProgress, resolve, reject });
          signal.addEventListener('abort', () => reject(new Error('aborted')));
          opening.then(open => submit(open, id, trial)).catch(reject);
        });
      } finally {
        waiting.delete(id);
      }
    },
    close: () => (closing ??= close()),
  };
}

function reasonOf(job: Job | undefined): Error {
  const reason = job?.failedReason ?? 'failed';
  return reason.startsWith(TOOK_TOO_LONG) ? new TimedOut(reason) : new Error(reason);
}
