/**
 * `npm run bench:queue`: how a submitter, Redis and the journal scale, with workers that sleep instead of train. Starts a Redis of its
 * own on loopback, four processes of sleepers, and one submitter for each measurement. Needs redis-server.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, PREFIX } from '../dist/run/queue/connect.js';
import { parseJob, queueNameOf } from '../dist/run/queue/protocol.js';
import { storeResult } from '../dist/run/queue/results.js';
import { runExperiment } from '../dist/run/run-experiment.js';

const PORT = 16390;
const url = `redis://127.0.0.1:${PORT}`;
const fingerprint = 'e'.repeat(64);
const PROCESSES = 4;

/** Sleepers, seconds of sleep, iterations of a trial (what its history holds), trials. */
const POINTS = [
  [10, 1, 200, 200],
  [50, 1, 200, 1000],
  [200, 1, 200, 2000],
  [200, 0, 200, 4000],
  [200, 0, 10, 4000],
  [200, 0, 5000, 1000],
];

const [mode, ...words] = process.argv.slice(2);
if (mode === 'sleep') await sleepers(...words.map(Number));
else if (mode === 'submit') await submit(...words.map(Number));
else await measureAll();

async function sleepers(count, seconds) {
  const { bullmq, redis } = await connect(url);
  const run = async job => {
    const { trial } = parseJob(job.data);
    await wait(seconds * 1000);
    const { epochs, trainImages, batchSize } = trial.settings;
    const losses = Array.from({ length: (epochs * trainImages) / batchSize }, (_, i) =>
      Math.sin(i + trial.index),
    );
    const accuracies = Array.from({ length: epochs }, (_, epoch) => ({
      epoch,
      trainAccuracy: 0.5,
      valAccuracy: 0.4,
    }));
    const record = {
      id: trial.id,
      status: 'completed',
      iterations: losses.length,
      losses,
      accuracies,
      seconds,
    };
    await storeResult(redis, job.id, record);
  };
  const name = queueNameOf({ numerics: 'portable-1', fingerprint });
  const worker = new bullmq.Worker(name, run, { connection: redis, prefix: PREFIX, concurrency: count });
  worker.on('error', () => {});
}

async function submit(trials, iterations) {
  const count = 15;
  const image = new SharedArrayBuffer(count * 3072);
  const train = {
    count,
    pixels: new Uint8Array(image),
    labels: new Uint8Array(new SharedArrayBuffer(count)),
  };
  const data = { source: 'nothing', kind: 'synthetic', train, test: undefined, fingerprint };
  const sizes = { numTraining: 10, numValidation: 5, trainImages: 10, batchSize: 1 };
  // An epoch has ten iterations; more need more epochs.
  const experiment = {
    ...sizes,
    epochs: iterations / 10,
    sweep: { weightScale: { logspace: [-3, 0, trials] } },
  };
  const out = join(mkdtempSync(join(tmpdir(), 'cifar-norm-bench-')), 'run');
  const start = performance.now();
  const run = await runExperiment(experiment, { data, out, queue: url });
  const seconds = (performance.now() - start) / 1000;
  await run.close();
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  const journal = statSync(join(out, 'journal.jsonl')).size;
  console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6, memory: maxRSS * 1024, journal }));
}

async function measureAll() {
  const columns = [
    'sleepers',
    'sleep (s)',
    'iterations',
    'trials',
    'trials/s',
    'sleepers allow',
    'submitter CPU/trial (ms)',
  ];
  columns.push('Redis CPU/trial (ms)', 'submitter memory (MB)', 'Redis memory (MB)', 'journal (MB)');
  console.log(`| ${columns.join(' | ')} |\n|${columns.map(() => '---:|').join('')}`);
  for (const [count, seconds, iterations, trials] of POINTS) {
    const redis = spawn('redis-server', ['--port', String(PORT), '--bind', '127.0.0.1', '--save', ''], {
      stdio: 'ignore',
    });
    await wait(500);
    const children = Array.from({ length: PROCESSES }, () => start('sleep', count / PROCESSES, seconds));
    await wait(2000);
    const { redis: client, close } = await connect(url);
    const text = await new Promise(resolve => {
      let printed = '';
      const child = start('submit', trials, iterations);
      child.stdout.on('data', chunk => (printed += chunk));
      child.on('close', () => resolve(printed));
    });
    const result = JSON.parse(text);
    const info = await client.info();
    const figure = name => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)[1]);
    const cells = [count, seconds, iterations, trials, (trials / result.seconds).toFixed(0)];
    cells.push(seconds === 0 ? '' : (count / seconds).toFixed(0), ((result.cpu * 1000) / trials).toFixed(2));
    cells.push((((figure('used_cpu_user') + figure('used_cpu_sys')) * 1000) / trials).toFixed(2));
    cells.push(
      (result.memory / 1e6).toFixed(0),
      (figure('used_memory_peak') / 1e6).toFixed(0),
      (result.journal / 1e6).toFixed(1),
    );
    console.log(`| ${cells.join(' | ')} |`);
    close();
    for (const child of [...children, redis]) child.kill('SIGKILL');
    await wait(300);
  }
}

function start(...args) {
  return spawn(process.execPath, [fileURLToPath(import.meta.url), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
