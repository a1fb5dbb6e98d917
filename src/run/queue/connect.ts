/** A connection to Redis, with the packages that it takes, which are loaded when a queue is used. */
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { addressOf, ESCAPES } from '../../data/address.ts';
import { CifarNormError } from '../../errors.ts';

export interface Link {
  readonly bullmq: typeof import('bullmq');
  readonly redis: Redis;
  /** The queue's place without user and password, for messages. */
  readonly place: string;
  /** The queue of a name, on this connection. */
  queue(name: string): Queue;
  close(): void;
}

export const PREFIX = 'cifar-norm';
const CONNECT_MS = 5000;
/** Longer than any command blocks: a connection that is silent for so long is dead, and another is opened. */
const SILENCE_MS = 30_000;
const MOST_PAUSE_MS = 2000;

/**
 * Connects. If the connection is lost later, connects again and repeats the commands sent meanwhile; `notify` reports both.
 * @param url redis:// or rediss:// (TLS), with user and password if the server needs them
 * @param patient if true, returns at once, and commands wait for the server
 * @throws CifarNormError (usage) if the URL or a package is missing; (run) if the server cannot be reached
 */
export async function connect(
  url: string,
  notify: (text: string) => void = () => {},
  { patient = false }: { readonly patient?: boolean } = {},
): Promise<Link> {
  const place = placeOf(url);
  const [bullmq, ioredis] = await packages();
  let isUp = patient;
  let problem: Error | undefined;
  const redis = new ioredis.Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxRetriesPerRequest: null,
    retryStrategy: times => (isUp ? Math.min(times * 100, MOST_PAUSE_MS) : null),
  });
  let isLost = false;
  redis
    .on('error', error => {
      problem = error;
    })
    .on('close', () => {
      if (isUp && !isLost) notify(`lost the queue at ${place}; waiting for it`);
      isLost ||= isUp;
    })
    .on('ready', () => {
      if (isLost) notify(`the queue at ${place} is back`);
      isLost = false;
    });
  const connected = redis.connect();
  try {
    if (patient) connected.catch(() => {});
    else await connected.then(() => redis.ping());
  } catch (error) {
    redis.disconnect();
    const reason = reasonOf(problem ?? (error as Error));
    throw new CifarNormError('run', `cannot reach the queue at ${place}: ${reason}`, CHECK);
  }
  isUp = true;
  return {
    bullmq,
    redis,
    place,
    queue(name) {
      const queue = new bullmq.Queue(name, { connection: redis, prefix: PREFIX });
      // The connection reports its own errors.
      queue.on('error', () => {});
      return queue;
    },
    close() {
      isUp = false;
      redis.disconnect();
    },
  };
}

const CHECK = 'check that Redis runs there, and the user and password in the URL';

/** Redis names the user who may not run a command; messages do not. */
export const reasonOf = ({ message }: Error): string =>
  message.replace(/\bUser \S+ has no/, 'the user has no');

/** @throws CifarNormError (usage) */
function placeOf(url: string): string {
  const address = addressOf(url, ['redis', 'rediss']);
  if (address) return address.shown.replace(/\/$/, '');
  // The text is not repeated: it may hold a password.
  throw new CifarNormError(
    'usage',
    'the queue must be a URL of Redis',
    `give redis://HOST:PORT, or rediss://USER:PASSWORD@HOST:PORT with TLS, to --queue or in CIFAR_NORM_QUEUE; ${ESCAPES}`,
  );
}

async function packages() {
  try {
    return await Promise.all([import('bullmq'), import('ioredis')]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CifarNormError(
      'usage',
      'a queue needs the packages bullmq and ioredis, and they are not installed',
      'npm install bullmq@6 ioredis@6',
    );
  }
}
