/** A worker in its own network, whose only link to the queue silently drops packets and then comes back. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { csvsOf, idsIn } from '../chaos/small.ts';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { calmRun, hasRedis, holdsTrial, startRedis, startWorker, sweepOf, until } from './redis.ts';

const NAME = `cn${process.pid}`;
const [NEAR, FAR] = ['10.83.114.1', '10.83.114.2'];
const ip = (...words: string[]) => spawnSync('ip', words).status === 0;
const mayPartition = hasRedis && ip('netns', 'add', NAME) && ip('netns', 'delete', NAME);
if (hasRedis && !mayPartition)
  console.log('skipped: a partitioned network (network namespaces need root and ip)');

it.skipIf(!mayPartition)(
  'a worker that is cut off loses its trial to another, comes back, and the trial counts once',
  async () => {
    onTestFinished(() => void ip('netns', 'delete', NAME));
    const inside = ['ip', 'netns', 'exec', NAME] as const;
    const isLinked =
      ip('netns', 'add', NAME) &&
      ip('link', 'add', NAME, 'type', 'veth', 'peer', 'name', 'far', 'netns', NAME) &&
      ip('addr', 'add', `${NEAR}/30`, 'dev', NAME) &&
      ip('link', 'set', NAME, 'up') &&
      ip('-n', NAME, 'addr', 'add', `${FAR}/30`, 'dev', 'far') &&
      ip('-n', NAME, 'link', 'set', 'far', 'up');
    expect(isLinked).toBe(true);
    const redis = await startRedis({ address: NEAR });
    const client = new Redis(redis.url);
    const words = sweepOf(
      'hiddenDims: [100, 100]\nepochs: 800\nsweep: { weightScale: { logspace: [-2, -1, 8] } }',
    );
    const out = join(emptyFolder(), 'run');
    const cutOff = await startWorker(redis.url, [], { within: inside });
    let said = '';
    const running = cifarNorm([...words, '--out', out, '--queue', redis.url], {
      onStart: child => child.stderr!.on('data', chunk => (said += chunk)),
    });
    await until(() => holdsTrial(client, cutOff), 'the worker holds a trial');
    // Packets vanish, and neither end gets an error.
    ip('-n', NAME, 'link', 'set', 'far', 'down');
    const before = cutOff.log().length;
    const other = await startWorker(redis.url);
    await until(() => /trial \d+ lost its worker; another takes it/.test(said), 'the trial moves on');
    ip('-n', NAME, 'link', 'set', 'far', 'up');
    expect((await running).code).toBe(0);
    await until(() => /finished/.test(cutOff.log().slice(before)), 'its result arrives too');
    for (const worker of [cutOff, other]) {
      expect(worker.log()).not.toMatch(/different/);
      worker.child.kill('SIGTERM');
      expect(await worker.ended()).toBe(0);
    }
    const ids = idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'));
    expect(ids).toHaveLength(8);
    expect(new Set(ids).size).toBe(8);
    expect(csvsOf(out)).toEqual(csvsOf(await calmRun(words)));
    client.disconnect();
    await redis.stop();
  },
  600_000,
);
