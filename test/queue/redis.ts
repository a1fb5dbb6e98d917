/** A Redis of the tests' own, real worker processes, and a line to Redis that can be cut. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { binaryFolder } from '../data/fixtures.ts';
import { cifarNorm, emptyFolder, entry } from '../e2e/cli.ts';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) {
  if (process.env.CIFAR_NORM_REQUIRE_REDIS) throw new Error('redis-server is not installed');
  console.log('skipped: everything about queues (redis-server is not installed)');
}

export const PASSWORD = 'sesame-of-the-tests';

export interface TestRedis {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface RedisOptions {
  /** Another address to listen on. */
  readonly address?: string;
  /** Serves only TLS, with this certificate and key. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** Keeps its data on disk, so that it can be restarted. */
export async function startRedis({ address, tls }: RedisOptions = {}): Promise<TestRedis> {
  const [port, dir] = [await freePort(), emptyFolder()];
  let server: ChildProcess | undefined;
  const host = address ?? '127.0.0.1';
  const url = tls ? `rediss://default:${PASSWORD}@${host}:${port}` : `redis://:${PASSWORD}@${host}:${port}`;
  const listening = tls
    ? [
        ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
        ...['--tls-cert-file', tls.certificate, '--tls-key-file', tls.key],
        ...['--tls-ca-cert-file', tls.certificate],
      ]
    : ['--port', String(port)];
  const redis: TestRedis = {
    port,
    url,
    async start() {
      const words = [
        ...[...listening, '--bind', '127.0.0.1', ...(address ? [address] : [])],
        ...['--dir', dir, '--requirepass', PASSWORD],
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
      ];
      server = spawn('redis-server', words, { stdio: 'ignore' });
      // Stops it even if a test fails first.
      process.once('exit', () => server?.kill('SIGKILL'));
      while (!(await accepts(port))) await wait(20);
    },
    async stop() {
      const ended = new Promise(resolve => server?.once('exit', resolve));
      server?.kill('SIGTERM');
      await ended;
    },
  };
  await redis.start();
  return redis;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise(resolve => server.close(resolve));
  return port;
}

const accepts = (port: number) =>
  new Promise<boolean>(resolve => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

export interface Worker {
  readonly child: ChildProcess;
  /** What it has said so far. */
  log(): string;
  ended(): Promise<number | null>;
}

export const dataFolder = binaryFolder();

interface WorkerOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** A command that runs the rest of the line. */
  readonly within?: readonly string[];
}

/** A worker process with one thread; it is killed when the test ends. */
export async function startWorker(
  url: string,
  words: readonly string[] = [],
  { env, within = [] }: WorkerOptions = {},
): Promise<Worker> {
  const [command, ...args] = [
    ...[...within, process.execPath, entry, 'worker', '--concurrency', '1', '--data', dataFolder],
    ...words,
  ];
  const child = spawn(command!, args, {
    env: { ...process.env, CIFAR_NORM_QUEUE: url, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr!.on('data', chunk => {
    log += chunk;
  });
  const ended = new Promise<number | null>(resolve => child.once('close', resolve));
  const worker = { child, log: () => log, ended: () => ended };
  onTestFinished(() => void child.kill('SIGKILL'));
  await until(() => log.includes('taking trials') || child.exitCode !== null, 'the worker has started');
  return worker;
}

/** Whether it has begun a trial that it has not finished, as Redis sees it. */
export async function holdsTrial(client: Redis, { child }: Worker): Promise<boolean> {
  for (const key of await client.keys('cifar-norm:*:active'))
    for (const id of await client.lrange(key, 0, -1)) {
      const by = await client.hget(key.replace(/active$/, id), 'pb');
      if (by?.endsWith(`-${child.pid}`)) return true;
    }
  return false;
}

export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const start = performance.now(); !(await holds()); await wait(20))
    if (performance.now() - start > 60_000) throw new Error(`waited a minute in vain: ${what}`);
}

/** A line to a port: `cut` breaks connections and refuses others, `mend` ends that. */
export async function line(to: number): Promise<{ url: string; cut(): void; mend(): void }> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server: Server = createServer(near => {
    if (isCut) return near.destroy();
    const far = createConnection(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => other.destroy());
      one.pipe(other);
    }
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { readonly port: number };
  return {
    url: `redis://:${PASSWORD}@127.0.0.1:${port}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    mend() {
      isCut = false;
    },
  };
}

const EXPERIMENT = `
numTraining: 10
numValidation: 5
trainImages: 10
batchSize: 5
`;

/** The words of a sweep, all but `--out` and `--queue`. */
export function sweepOf(text: string): string[] {
  const file = join(emptyFolder(), 'queued.yaml');
  writeFileSync(file, EXPERIMENT + text);
  return ['sweep', file, '--data', dataFolder];
}

/** Runs it on this machine, in one thread. */
export async function calmRun(words: readonly string[]): Promise<string> {
  const out = join(emptyFolder(), 'calm');
  await cifarNorm([...words, '--out', out, '--workers', '1', '--quiet']);
  return out;
}
