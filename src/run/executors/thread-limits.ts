/** Threads that the system does not grant. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CifarNormError } from '../../errors.ts';

/** Processes and threads that a run needs beside its workers: flock(1) takes the lock of its folder. */
const SPARE = 2;

type Option = '--workers' | '--concurrency';

interface Ending {
  end(): Promise<void>;
}

/**
 * Starts a number of threads, or none.
 * @param option what asked for them
 * @throws CifarNormError (run) if the system does not grant so many threads
 */
export function startThreads<Started extends Ending>(
  count: number,
  start: () => Started,
  option: Option = '--workers',
): Started[] {
  const started: Started[] = [];
  try {
    while (started.length < count) started.push(start());
    return started;
  } catch (error) {
    for (const each of started) void each.end();
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_INIT_FAILED') throw error;
    throw tooFewError(started.length, count, option);
  }
}

/**
 * Checks that the system grants so many threads, by starting and ending them.
 * @throws CifarNormError as startThreads
 */
export async function checkThreads(count: number, option: Option): Promise<void> {
  const start = (): Ending => {
    const thread = new Worker('', { eval: true });
    return { end: async () => void (await thread.terminate()) };
  };
  await Promise.all(startThreads(count, start, option).map(thread => thread.end()));
}

function tooFewError(granted: number, wanted: number, option: Option): CifarNormError {
  return new CifarNormError(
    'run',
    `the system grants this program only ${granted} of ${wanted} worker threads`,
    // Without threads, the calling thread can train.
    `use ${option} ${Math.max(option === '--workers' ? 0 : 1, granted - SPARE)}, or raise the limit on processes and threads${tightestLimit()}`,
  );
}

/** The lower of the limits of the user and of the container, in words; empty if neither is known. */
function tightestLimit(): string {
  const [, user] = /^Max processes +(\d+)/m.exec(content('/proc/self/limits')) ?? [];
  const limits = [
    { name: 'ulimit -u', most: Number(user ?? Number.NaN) },
    { name: 'pids.max of the container', most: pidsMax() },
  ];
  const [tightest] = limits.filter(({ most }) => most > 0).sort((a, b) => a.most - b.most);
  return tightest ? `: ${tightest.name} is ${tightest.most}` : '';
}

/** Of the cgroup of this process, versions 1 and 2; NaN if there is none, or no limit. */
function pidsMax(): number {
  const files = content('/proc/self/cgroup')
    .split('\n')
    .flatMap(line => {
      const [, controller, path] = /^\d+:(pids|):(.*)$/.exec(line) ?? [];
      if (path === undefined) return [];
      const root = join('/sys/fs/cgroup', controller!);
      // In a container, the path may be that outside.
      return [join(root, path, 'pids.max'), join(root, 'pids.max')];
    });
  return Number(files.map(content).find(text => /^\d+\n$/.test(text)) ?? Number.NaN);
}

function content(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
