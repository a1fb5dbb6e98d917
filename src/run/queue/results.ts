/**
 * Results in Redis: a hash for each job, with the name of the first result and every different result by its name. The
 * queue may run a trial more than once; trials are deterministic, so a second name means that two workers disagree.
 */
import type { Redis } from 'ioredis';
import type { TrialRecord } from '../../records/record.ts';
import { PREFIX } from './connect.ts';
import { KEPT_SECONDS, type PackedRecord, packRecord, unpackRecord } from './protocol.ts';

const FIRST = 'first';
export const RESULT_KEYS = `${PREFIX}:result:`;
const keyOf = (jobId: string) => RESULT_KEYS + jobId;

/** @returns whether it agrees with what was stored before */
export async function storeResult(redis: Redis, jobId: string, record: TrialRecord): Promise<boolean> {
  const { hash, bytes } = await packRecord(record);
  const key = keyOf(jobId);
  const replies = await redis
    .multi()
    .hsetnx(key, FIRST, hash)
    .hsetnx(key, hash, bytes)
    .expire(key, KEPT_SECONDS)
    .hlen(key)
    .exec();
  return replies?.at(-1)?.[1] === 2;
}

export async function hasResult(redis: Redis, jobId: string): Promise<boolean> {
  return (await redis.exists(keyOf(jobId))) === 1;
}

export interface StoredResult {
  /** The first; undefined if it cannot be used, and then it has been removed. */
  readonly record: TrialRecord | undefined;
  /** Whether a worker had another result. */
  readonly isDisputed: boolean;
}

/** @returns undefined if there is none */
export async function readResult(
  redis: Redis,
  jobId: string,
  trialId: string,
): Promise<StoredResult | undefined> {
  const fields = await redis.hgetallBuffer(keyOf(jobId));
  const hash = fields[FIRST]?.toString();
  if (hash === undefined) return undefined;
  const packed: PackedRecord = { hash, bytes: fields[hash] ?? Buffer.alloc(0) };
  const record = await unpackRecord(packed, trialId);
  if (!record) await redis.del(keyOf(jobId));
  return { record, isDisputed: Object.keys(fields).length > 2 };
}
