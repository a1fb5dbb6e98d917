/**
 * A sweep on a queue whose workers are killed while they hold a trial, whose Redis is restarted and whose submitter is killed: every trial
 * is once in the journal, and the files are those of one thread. `npm run test:chaos -- --kills 20` kills more often.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { csvsOf, idsIn } from '../chaos/small.ts';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import {
  calmRun,
  hasRedis,
  holdsTrial,
  startRedis,
  startWorker,
  sweepOf,
  until,
  type Worker,
} from './redis.ts';

// Each kill costs the time until a lock expires, so there are fewer than elsewhere.
const KILLS = Math.ceil(Number(process.env.CHAOS_KILLS ?? 40) / 10);
const TRIALS = Math.max(16, 3 * KILLS);

it.skipIf(!hasRedis)(
  `${KILLS} kills of workers, one of the submitter and a restart of Redis lose nothing`,
  async () => {
    const words = sweepOf(
      `hiddenDims: [100, 100]\nepochs: 800\nsweep: { weightScale: { logspace: [-2, -1, ${TRIALS}] } }`,
    );
    const calm = await calmRun(words);
    const redis = await startRedis();
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    client.on('error', () => {});
    const out = join(emptyFolder(), 'run');
    const env = { CIFAR_NORM_QUEUE: redis.url };
    const journal = () => readFileSync(join(out, 'journal.jsonl'), 'utf8');

    const workers = await Promise.all([1, 2, 3].map(() => startWorker(redis.url)));
    let kills = 0;
    /** Stops the worker first: it then still holds its trial when it is killed. */
    const killsWhileHolding = async (worker: Worker) => {
      const { child } = worker;
      child.kill('SIGSTOP');
      const isHolding = await holdsTrial(client, worker);
      child.kill(isHolding ? 'SIGKILL' : 'SIGCONT');
      return isHolding;
    };
    // The killed trial waits for its lock to expire, so the sweep is still running at the next kill.
    const killOne = async () => {
      await until(async () => {
        for (let i = 0; i < workers.length; i++) {
          const at = (kills + i) % workers.length;
          const worker = workers[at]!;
          if (!(await holdsTrial(client, worker)) || !(await killsWhileHolding(worker))) continue;
          kills++;
          await worker.ended();
          workers[at] = await startWorker(redis.url);
          return true;
        }
        return false;
      }, 'a worker holds a trial');
    };
    const submit = () => {
      let child: ChildProcess | undefined;
      let stderr = '';
      const outcome = cifarNorm([...words, '--queue', '--out', out], {
        env,
        onStart: started => {
          child = started;
          child.stderr!.on('data', chunk => {
            stderr += chunk;
          });
        },
      });
      return { outcome, kill: () => child?.kill('SIGKILL'), stderr: () => stderr };
    };

    const first = submit();
    await until(() => workers.some(worker => /finished/.test(worker.log())), 'a trial is finished');
    for (const half = Math.floor(KILLS / 2); kills < half; ) await killOne();
    first.kill();
    expect((await first.outcome).code).toBe(null);
    const second = submit();
    await until(() => / finished; \d+ to run/.test(second.stderr()), 'the submitter goes on');
    await killOne();
    await redis.stop();
    await wait(1000);
    await redis.start();
    while (kills < KILLS) await killOne();
    const { code, stderr } = await second.outcome;
    expect(stderr).toMatch(/lost the queue at redis:.*; waiting for it\n[\s\S]*the queue at .* is back/);
    expect(code).toBe(0);
    expect(kills).toBe(KILLS);
    const ids = idsIn(journal());
    expect(ids).toHaveLength(TRIALS);
    expect(new Set(ids).size).toBe(TRIALS);
    expect(csvsOf(out)).toEqual(csvsOf(calm));
    client.disconnect();
    await redis.stop();
    console.log(
      `${kills} kills, each while the worker held a trial; ${TRIALS} trials, each once in the journal`,
    );
  },
  180_000 + KILLS * 30_000,
);
