/** Sweeps on a queue: real Redis, real workers, the bytes of a sweep in one thread. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trialId } from '../../src/plan/ids.ts';
import type { Trial } from '../../src/plan/trial.ts';
import { csvsOf, idsIn } from '../chaos/small.ts';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import {
  calmRun,
  hasRedis,
  holdsTrial,
  line,
  PASSWORD,
  startRedis,
  startWorker,
  sweepOf,
  type TestRedis,
  until,
} from './redis.ts';

const QUICK = 'hiddenDims: [10]\nepochs: 20\nsweep: { weightScale: { logspace: [-3, 0, 12] } }';
/** Some tenths of a second each. */
const SLOW = 'hiddenDims: [100, 100]\nepochs: 800\nsweep: { weightScale: { logspace: [-2, -1, 6] } }';

describe.skipIf(!hasRedis)('a queue', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const newOut = () => join(emptyFolder(), 'run');
  const sweep = (words: readonly string[], out = newOut(), url = redis.url) =>
    cifarNorm([...words, '--out', out], { env: { CIFAR_NORM_QUEUE: url } }).then(outcome => ({
      ...outcome,
      out,
    }));
  const journalOf = (out: string) => readFileSync(join(out, 'journal.jsonl'), 'utf8');
  const queue = async (...words: string[]) =>
    (await cifarNorm(['queue', ...words], { env: { CIFAR_NORM_QUEUE: redis.url } })).stdout;

  it('gives the bytes of one thread, tells no password, and is cleaned', async () => {
    const words = sweepOf(QUICK);
    const calm = await calmRun(words);
    const worker = await startWorker(redis.url);
    const { code, stderr, stdout, out } = await sweep([...words, '--queue']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/\[12\/12\] weightScale/);
    expect(csvsOf(out)).toEqual(csvsOf(calm));
    expect(await queue('status', '--json')).toMatch(
      /"workers": 1,\s+"waiting": 0,\s+"running": 0,\s+"completed": 12/,
    );
    // Another submitter of the same sweep finds what was done.
    const finished = worker.log().match(/finished/g)!.length;
    const again = await sweep([...words, '--queue', redis.url]);
    expect(csvsOf(again.out)).toEqual(csvsOf(calm));
    expect(worker.log().match(/finished/g)).toHaveLength(finished);
    worker.child.kill('SIGTERM');
    expect(await worker.ended()).toBe(0);
    const unreachable = await sweep([...words, '--queue'], newOut(), `redis://:${PASSWORD}@127.0.0.1:1`);
    expect(unreachable.code).toBe(1);
    expect(unreachable.stderr).toMatch(/error: cannot reach the queue at redis:\/\/127\.0\.0\.1:1: /);
    const refused = await sweep([...words, '--queue'], newOut(), redis.url.replace(PASSWORD, 'wrong-word'));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/WRONGPASS/);
    const written = [stderr, stdout, worker.log(), unreachable.stderr, refused.stderr, journalOf(out)];
    const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');
    written.push(manifest);
    // What this machine has says nothing of the workers.
    expect(manifest).not.toMatch(/"(workers|kernels)"/);
    expect(written.join()).not.toMatch(new RegExp(`${PASSWORD}|wrong-word`));
    expect(await queue('clean')).toMatch(/Removed 12 jobs/);
    expect(await queue('status')).toContain('There are no queues.');
  });

  it('that takes no writes is an error, and its connection is closed', async () => {
    const readOnly = await startRedis();
    const client = new Redis(readOnly.url);
    await client.replicaof('127.0.0.1', 1);
    const out = newOut();
    const { code, stderr } = await sweep([...sweepOf(QUICK), '--queue'], out, readOnly.url);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot write to the queue at redis:\/\/127\.0\.0\.1:\d+: READONLY/);
    expect(existsSync(out)).toBe(false);
    const worker = await startWorker(readOnly.url);
    expect(await worker.ended()).toBe(1);
    expect(worker.log()).toMatch(/cannot write to the queue/);
    client.disconnect();
    await readOnly.stop();
  });

  it('is shared by two submitters of one sweep, and another sweep does not mix with it', async () => {
    const [words, others] = [sweepOf(QUICK), sweepOf(QUICK.replace('epochs: 20', 'epochs: 21'))];
    const worker = await startWorker(redis.url);
    const [one, two, other] = await Promise.all(
      [words, words, others].map(each => sweep([...each, '--queue'])),
    );
    const calm = await calmRun(words);
    expect(csvsOf(one!.out)).toEqual(csvsOf(calm));
    expect(csvsOf(two!.out)).toEqual(csvsOf(calm));
    expect(csvsOf(other!.out)).toEqual(csvsOf(await calmRun(others)));
    expect(worker.log().match(/finished/g)).toHaveLength(24);
  });

  it('moves the trial of a worker that hangs, and of one that is cut off; both come back and agree', async () => {
    const words = sweepOf(SLOW);
    const cable = await line(redis.port);
    const [hanging, cutOff] = [await startWorker(redis.url), await startWorker(cable.url)];
    const running = sweep([...words, '--queue']);
    await until(() => /finished/.test(hanging.log()) && /finished/.test(cutOff.log()), 'both work');
    hanging.child.kill('SIGSTOP');
    cable.cut();
    const third = await startWorker(redis.url);
    const { code, stderr, out } = await running;
    expect(code).toBe(0);
    expect(stderr).toMatch(/lost its worker; another takes it/);
    expect(csvsOf(out)).toEqual(csvsOf(await calmRun(words)));
    cable.mend();
    hanging.child.kill('SIGCONT');
    await until(() => /is back/.test(cutOff.log()), 'the worker is back');
    for (const worker of [hanging, cutOff, third]) {
      worker.child.kill('SIGTERM');
      expect(await worker.ended()).toBe(0);
      expect(worker.log()).not.toMatch(/different/);
    }
    expect(cutOff.log()).toMatch(/lost the queue at redis:.*; waiting for it/);
  });

  it('fails a trial that takes too long; the others finish', async () => {
    await startWorker(redis.url);
    const long = await sweep([
      ...sweepOf('hiddenDims: [50]\nsweep: { epochs: [1000000, 1, 2, 3] }'),
      '--queue',
      '--timeout',
      '3',
    ]);
    expect(long.code).toBe(1);
    expect(long.stderr).toMatch(/1 of 4 trials failed, the first with: took longer than 3 s/);
    expect(long.stderr).not.toMatch(/retrying/);
  });

  it('fails a trial that takes longer than its worker allows', async () => {
    await startWorker(redis.url, ['--timeout', '1']);
    const { code, stderr } = await sweep([
      ...sweepOf('hiddenDims: [50]\nepochs: 1000000'),
      '--queue',
      '--timeout',
      '99',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/took longer than 1 s/);
    expect(stderr).not.toMatch(/retrying/);
  });

  it('gives back what it forgets, and keeps results for a day', async () => {
    const words = sweepOf(SLOW.replace('800', '803'));
    const client = new Redis(redis.url);
    const worker = await startWorker(redis.url);
    const running = sweep([...words, '--queue']);
    await until(() => /finished/.test(worker.log()), 'a trial is finished');
    const [result] = await client.keys('cifar-norm:result:*');
    expect(Math.ceil((await client.ttl(result!)) / 3600)).toBe(24);
    await client.flushall();
    const { code, out } = await running;
    expect(code).toBe(0);
    expect(csvsOf(out)).toEqual(csvsOf(await calmRun(words)));
    client.disconnect();
  });

  it('lets a worker that is told to stop finish its trial, and take no other', async () => {
    const client = new Redis(redis.url);
    const worker = await startWorker(redis.url);
    const running = sweep([...sweepOf(SLOW.replace('800', '8000').replace(' 6]', ' 2]')), '--queue']);
    await until(() => holdsTrial(client, worker), 'the worker holds a trial');
    worker.child.kill('SIGTERM');
    expect(await worker.ended()).toBe(0);
    expect(await holdsTrial(client, worker)).toBe(false);
    expect(worker.log()).toMatch(/stopping: no other trial starts\n.*trial \d+ finished\n$/);
    await startWorker(redis.url);
    const { code, stderr } = await running;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/lost its worker/);
    client.disconnect();
  });

  it('loses a worker at its second signal, and its trial to another', async () => {
    const client = new Redis(redis.url);
    const worker = await startWorker(redis.url);
    const running = sweep([...sweepOf('hiddenDims: [50]\nepochs: 1000000'), '--queue', '--timeout', '20']);
    await until(() => holdsTrial(client, worker), 'the worker holds a trial');
    worker.child.kill('SIGTERM');
    await until(() => /stopping/.test(worker.log()), 'the worker is stopping');
    worker.child.kill('SIGTERM');
    expect(await worker.ended()).toBe(143);
    await startWorker(redis.url, ['--timeout', '1']);
    const { stderr } = await running;
    expect(stderr).toMatch(/trial 0 lost its worker; another takes it\n[\s\S]*took longer than 1 s/);
    client.disconnect();
  });

  it('reports a second result that differs: the worker and the sweep say so', async () => {
    const client = new Redis(redis.url);
    const worker = await startWorker(redis.url);
    const words = sweepOf(SLOW.replace('800', '4000').replace(' 6]', ' 1]'));
    const running = sweep([...words, '--queue']);
    await until(() => holdsTrial(client, worker), 'the worker holds a trial');
    const [active] = await client.keys('cifar-norm:*:active');
    const [id] = await client.lrange(active!, 0, 0);
    await client.hset(`cifar-norm:result:${id}`, { first: 'x', x: 'another result' });
    const { code, stderr, out } = await running;
    expect(code).toBe(0);
    expect(stderr).toMatch(/two workers got different results for trial 0/);
    expect(worker.log()).toMatch(/another worker has a different result/);
    expect(csvsOf(out)).toEqual(csvsOf(await calmRun(words)));
    client.disconnect();
  });

  it('keeps the jobs of a sweep that is interrupted, for the next', async () => {
    const words = [...sweepOf(SLOW.replace('800', '802')), '--queue'];
    const out = newOut();
    const worker = await startWorker(redis.url);
    const env = { CIFAR_NORM_QUEUE: redis.url };
    const { code } = await cifarNorm([...words, '--out', out], {
      env,
      onStart: child =>
        void until(() => /finished/.test(worker.log()), 'a trial is finished').then(() =>
          child.kill('SIGINT'),
        ),
    });
    expect(code).toBe(130);
    await until(() => worker.log().match(/finished/g)?.length === 6, 'the worker trains the rest');
    worker.child.kill('SIGKILL');
    await worker.ended();
    expect((await sweep(words, out)).code).toBe(0);
    expect(idsIn(journalOf(out))).toHaveLength(6);
  });

  it('the submitter refuses a net too large for any machine, and a worker one too large for its own', async () => {
    await startWorker(redis.url, ['--concurrency', '1024']);
    const huge = await sweep([...sweepOf('sweep: { hiddenDims: [[65536, 4000], [2]] }'), '--queue']);
    expect(huge.code).toBe(2);
    expect(huge.stderr).toMatch(/WebAssembly can address/);
    const large = await sweep([...sweepOf('sweep: { hiddenDims: [[8000, 8000]] }'), '--queue']);
    expect(large.code).toBe(1);
    expect(large.stderr.match(/retrying trial 0 .*this worker gives a trial at most/g)).toHaveLength(1);
  });

  it('trusts no job and no result', async () => {
    const words = sweepOf(QUICK);
    const worker = await startWorker(redis.url);
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    const [name] = (await client.smembers('cifar-norm:queues')).filter(each => each.includes('portable'));
    const jobs = new Queue(name!, { connection: client, prefix: 'cifar-norm' });
    const first = await sweep([...words, '--queue']);
    const [done] = await jobs.getCompleted();
    const { trial } = done!.data as { trial: Trial };
    const endless = { ...trial, settings: { ...trial.settings, epochs: 1_000_000, batchSize: 1 } };
    const refusals: readonly (readonly [unknown, RegExp])[] = [
      [{ trial: { ...trial, file: '/etc/passwd' } }, /not a job/],
      [{ trial: { ...trial, settings: { ...trial.settings, epochs: -1 } } }, /not a job/],
      [
        { trial: { ...trial, settings: { ...trial.settings, epochs: 7 } } },
        /its id is not that of its content/,
      ],
      [{ trial: { ...endless, id: trialId(endless) } }, /it has more than 5000000 iterations/],
      [
        { trial: { ...trial, fingerprint: 'f'.repeat(64) } },
        /its data are ffffffffffff, and this worker has/,
      ],
      [
        { trial: { ...trial, numerics: 'fused-1' } },
        /its numerics are fused-1, and this worker has portable/,
      ],
    ];
    for (const [i, [data, reason]] of refusals.entries()) {
      const job = await jobs.add('trial', data, { jobId: `forged-${i}` });
      await until(async () => (await job.getState()) === 'failed', 'the worker refuses it');
      expect((await jobs.getJob(job.id!))!.failedReason).toMatch(reason);
    }
    // Results that are no records, and one that is disputed.
    const results = (await client.keys('cifar-norm:result:*')).filter(key =>
      idsIn(journalOf(first.out)).some(id => key.endsWith(id)),
    );
    expect(results).toHaveLength(12);
    for (const key of results.slice(1)) await client.hset(key, 'first', 'x', 'x', '{"id":"y"}');
    await client.hset(results[0]!, 'another', 'result');
    const again = await sweep([...words, '--queue']);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/two workers got different results for trial \d+/);
    expect(csvsOf(again.out)).toEqual(csvsOf(first.out));
    // A worker with other numerics leaves the trials to those that fit.
    worker.child.kill('SIGKILL');
    await worker.ended();
    const waiting = sweep([...sweepOf(QUICK.replace('20', '19')), '--queue']);
    await until(async () => (await jobs.getWaitingCount()) > 0, 'trials wait');
    const other = await startWorker(redis.url, ['--numerics', 'fused']);
    await until(() => /trials wait in format-1-portable/.test(other.log()), 'it says why');
    await startWorker(redis.url);
    expect((await waiting).code).toBe(0);
    await jobs.close();
    client.disconnect();
  });
});
