/** What passes through the queue. Both ends check all that they receive. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { experimentSchema, settingsSchema } from '../../config/schema.ts';
import { contentHash } from '../../plan/ids.ts';
import { splitOf, type Trial } from '../../plan/trial.ts';
import { type TrialRecord, trialRecordSchema } from '../../records/record.ts';

/** Raised when older programs can no longer read jobs or results. */
const FORMAT = 1;

/** One queue for all that decides whether a worker can run a trial. */
export const queueNameOf = ({ numerics, fingerprint }: Pick<Trial, 'numerics' | 'fingerprint'>): string =>
  `format-${FORMAT}-${numerics}-${fingerprint.slice(0, 16)}`;

/** Two submitters of one run share its jobs; two runs do not. */
export const jobIdOf = (run: string, { id }: Pick<Trial, 'id'>): string => `${run}-${id}`;

/** Seconds that jobs and results are kept after they end. */
export const KEPT_SECONDS = 24 * 3600;

const images = z.int().positive().max(50_000);
const snapshotSchema = z.strictObject({
  /** 2496 bytes. */
  key: z.base64().length(3328),
  position: z.int().min(0).max(624),
  gauss: z.number().nullable(),
});
const trialSchema = z.strictObject({
  id: z.hex().length(20),
  index: z.int().nonnegative(),
  axes: z.partialRecord(
    z.enum(Object.keys(settingsSchema.shape)),
    z.union([z.number(), z.string().max(100), z.array(z.number()).max(1000)]),
  ),
  groups: z.array(z.string().max(100)).max(1000),
  seed: z.int(),
  settings: settingsSchema,
  split: z.strictObject({
    numTraining: images,
    numValidation: images,
    preprocessing: experimentSchema.shape.preprocessing.unwrap().exclude(['meanImage']).optional(),
  }),
  streams: z.strictObject({
    init: z.union([z.int().min(0).max(0xffff_ffff), snapshotSchema]),
    training: snapshotSchema.optional(),
  }),
  numerics: z.string().max(100),
  fingerprint: z.string().max(100),
});

/** A job names no file and no command. Its id says which run it belongs to. */
const jobSchema = z.strictObject({
  trial: trialSchema,
  /** Seconds that it may take, if limited. */
  timeout: z.number().positive().optional(),
});
export type QueueJob = { readonly trial: Trial; readonly timeout?: number | undefined };

/** @returns undefined if it is not a job */
export function parseJob(data: unknown): QueueJob | undefined {
  const { data: job } = jobSchema.safeParse(data);
  if (!job) return undefined;
  const { training, init } = job.trial.streams;
  const streams = training ? { init, training } : { init };
  const split = splitOf(job.trial.split);
  return { ...job, trial: { ...job.trial, axes: job.trial.axes as Trial['axes'], streams, split } };
}

/** Drops unknown keys, unlike the schemas of jobs and results. */
const epochSchema = z.object({
  ...trialRecordSchema.shape.accuracies.element.shape,
  losses: z.array(z.number()).max(10_000),
});

/** A worker's report while a trial runs: epochs in order, or that another worker had a different result. */
export const progressSchema = z.union([
  z.strictObject({ epochs: z.array(epochSchema).max(10_000) }),
  z.literal('disputed'),
]);
export type QueueProgress = z.output<typeof progressSchema>;

const MOST_BYTES = 1 << 30;
/** Bytes from which compressing pays: below, zlib takes longer than the network. */
const COMPRESSED_FROM = 32_768;
const isCompressed = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b;
const pack = promisify(gzip);
const unpack = promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(gunzip);

export interface PackedRecord {
  /** Hash of the result without its time. Two workers must agree on it. */
  readonly hash: string;
  readonly bytes: Buffer;
}

export async function packRecord(record: TrialRecord): Promise<PackedRecord> {
  const text = Buffer.from(JSON.stringify(record));
  return { hash: hashOf(record), bytes: text.length < COMPRESSED_FROM ? text : await pack(text) };
}

/** @returns undefined if the bytes are no record of this trial with this hash */
export async function unpackRecord(
  { hash, bytes }: PackedRecord,
  id: string,
): Promise<TrialRecord | undefined> {
  try {
    const text = isCompressed(bytes) ? await unpack(bytes, { maxOutputLength: MOST_BYTES }) : bytes;
    const record = trialRecordSchema.parse(JSON.parse(text.toString()));
    return record.id === id && record.status !== 'failed' && hashOf(record) === hash ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Hashes the losses separately, because canonical JSON is slow for long lists. */
const hashOf = ({ seconds: _, losses, ...others }: TrialRecord): string =>
  contentHash({ ...others, losses: JSON.stringify(losses) }, 32);
