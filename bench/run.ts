/**
 * `npm run bench [-- --peers] [--data FOLDER] [--rounds N] [--only kernels,steps,sweeps] [--json]` measures speed, also of
 * the peers, and prints tables or, with --json, every measurement to stdout.
 */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { benchKernels } from './kernels.ts';
import { benchSteps } from './steps.ts';
import { benchSweeps, type SweepRow } from './sweeps.ts';
import { spreadText } from './timing.ts';

const { values } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    data: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'kernels,steps,sweeps' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const wanted = values.only.split(',');
const tell = (text: string) => void process.stderr.write(`${text}\n`);

const machine = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  gigabytes: Math.round(totalmem() / 2 ** 30),
};
if (!wanted.includes('kernels')) tell('skipped: kernels');
const kernels = wanted.includes('kernels') ? await benchKernels(rounds * 3) : undefined;
const steps = wanted.includes('steps') ? await benchSteps(rounds * 3) : undefined;
const sweeps =
  wanted.includes('sweeps') && values.data
    ? await benchSweeps(rounds, values.data, values.peers, tell)
    : undefined;
if (wanted.includes('sweeps') && !values.data)
  tell('skipped: sweeps; give --data, the folder of data_batch_1.bin .. 5');

if (values.json) console.log(JSON.stringify({ machine, rounds, kernels, steps, sweeps }, null, 2));
else {
  console.log(Object.values(machine).join(', '), '; median (least..most)');
  if (kernels) {
    console.log(`\nGFLOP/s on one core; registers alone, without FMA: ${spreadText(kernels.peak, 0)}`);
    const rows = kernels.rows.map(({ kernel, dtype, numerics, gflops }) => [
      kernel,
      dtype,
      numerics,
      spreadText(gflops, 1),
    ]);
    print(['product m x n x k', 'dtype', 'numerics', 'GFLOP/s'], rows);
  }
  if (steps) {
    console.log('\nOne training step with Adam, microseconds');
    const rows = steps.map(({ net, normalization, batchSize, dtype, numerics, microseconds }) => [
      net,
      normalization,
      batchSize,
      dtype,
      numerics,
      spreadText(microseconds, 0),
    ]);
    print(['hidden', 'normalization', 'batch', 'dtype', 'numerics', 'us'], rows);
  }
  for (const sweep of new Set(sweeps?.map(row => row.sweep)))
    printSweep(
      sweep,
      sweeps!.filter(row => row.sweep === sweep),
    );
}

function printSweep(sweep: string, rows: readonly SweepRow[]): void {
  console.log(`\n${sweep}, seconds of training`);
  const peers = rows.filter(({ who }) => !who.startsWith('cifar-norm'));
  const cells = rows.map(({ who, seconds }) => [
    who,
    spreadText(seconds, 1),
    ...peers.map(peer => `${(peer.seconds.median / seconds.median).toFixed(2)} x`),
  ]);
  print(['program', 'seconds', ...peers.map(({ who }) => `vs ${who}`)], cells);
}

function print(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map(row => [...row]));
  console.log(table.toString());
}
