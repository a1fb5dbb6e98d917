/** The queues that a Redis holds: what `queue status` shows and `queue clean` empties. */
import type { Redis } from 'ioredis';
import { CifarNormError } from '../../errors.ts';
import { connect, type Link, PREFIX, reasonOf } from './connect.ts';
import { RESULT_KEYS } from './results.ts';

const QUEUES = `${PREFIX}:queues`;

/** @throws CifarNormError (run) if the server takes no data: a replica, a user who may only read, memory that is full */
export async function registerQueue({ redis, place }: Link, name: string): Promise<void> {
  try {
    await redis.sadd(QUEUES, name);
  } catch (error) {
    throw new CifarNormError(
      'run',
      `cannot write to the queue at ${place}: ${reasonOf(error as Error)}`,
      'name a Redis that takes writes, and a user who may write',
    );
  }
}

/** Sorted by name. */
export async function queueNames(redis: Redis): Promise<string[]> {
  return (await redis.smembers(QUEUES)).sort();
}

export interface QueueStatus {
  /** Names the format, numerics and fingerprint. */
  readonly name: string;
  readonly workers: number;
  readonly waiting: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
}

/** @throws CifarNormError (run) if the server cannot be reached */
export async function queueStatuses(url: string): Promise<QueueStatus[]> {
  const link = await connect(url);
  try {
    const statuses: QueueStatus[] = [];
    for (const name of await queueNames(link.redis)) {
      const queue = link.queue(name);
      const { waiting = 0, active: running = 0, completed = 0, failed = 0 } = await queue.getJobCounts();
      const workers = await queue.getWorkersCount();
      statuses.push({ name, workers, waiting, running, completed, failed });
      await queue.close();
    }
    return statuses;
  } finally {
    link.close();
  }
}

const EVERY_JOB = 0;

/**
 * Removes jobs that wait and jobs and results that are finished; running jobs stay. A sweep that is under way submits its
 * own again.
 * @returns how many jobs it removed
 * @throws CifarNormError (run) if the server cannot be reached
 */
export async function cleanQueues(url: string): Promise<number> {
  const link = await connect(url);
  try {
    let removed = 0;
    for (const name of await queueNames(link.redis)) {
      const queue = link.queue(name);
      removed += await queue.getJobCountByTypes('waiting', 'completed', 'failed');
      await queue.drain();
      for (const state of ['completed', 'failed'] as const) await queue.clean(0, EVERY_JOB, state);
      if ((await queue.getWorkersCount()) === 0 && (await queue.getActiveCount()) === 0) {
        await queue.obliterate();
        await link.redis.srem(QUEUES, name);
      }
      await queue.close();
    }
    for await (const keys of link.redis.scanStream({ match: `${RESULT_KEYS}*`, count: 1000 }))
      if (keys.length > 0) await link.redis.unlink(keys);
    return removed;
  } finally {
    link.close();
  }
}
