/** `npm run bench [-- OPTIONS]` measures the speed of the program and of its peers, and prints tables (see README.md). */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchKernels } from './kernels.ts';
import { peersAt } from './peers.ts';
import { backEnds } from './programs.ts';
import { benchSteps } from './steps.ts';
import { benchSweeps } from './sweeps.ts';
import { kernelTables, stepTable, sweepTable, tinyLine } from './tables.ts';
import { benchTiny } from './tiny.ts';

const beside = fileURLToPath(new URL('../../../shared', import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    peers: { type: 'string', default: join(beside, 'peers') },
    python: { type: 'string' },
    numerics: { type: 'string', default: 'portable' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'kernels,steps,tiny,sweeps' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const tell = (text: string) => void process.stderr.write(`${text}\n`);
const print = (text: string) => {
  if (!values.json) console.log(text);
};

/** Whether to measure a part; reports parts that are skipped. */
function wants(part: string, needsData = false): boolean {
  const asked = values.only.split(',').includes(part);
  if (asked && (!needsData || values.data !== undefined)) return true;
  tell(`skipped: ${part}${asked ? '; give --data FOLDER, with data_batch_1.bin .. 5' : ''}`);
  return false;
}

const machine = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  gigabytes: Math.round(totalmem() / 2 ** 30),
  backEnds,
};
print(
  `${machine.date}, Node.js ${machine.node}, ${machine.cpu}, ${machine.cores} cores, ${machine.gigabytes} GB, back ends: ${backEnds.join(' ')}; figures are median (least..most)`,
);

const kernels = wants('kernels') ? await benchKernels(rounds * 2, tell) : undefined;
if (kernels) print(kernelTables(kernels, backEnds));

const steps = wants('steps') ? await benchSteps(rounds * 2) : undefined;
if (steps) print(stepTable(steps, backEnds));

const { data = '' } = values;
const tiny = wants('tiny', true) ? await benchTiny(rounds, data, tell) : undefined;
if (tiny) print(tinyLine(tiny));

const { numerics, python } = values;
const found = wants('sweeps', true) ? await peersAt({ folder: values.peers, python, tell }) : undefined;
const sweeps = found && (await benchSweeps(rounds, { data, numerics, peers: found.peers, tell }));
if (found && sweeps) {
  print(`\n${numerics} numerics; ${found.described.join('; ') || 'no peers'}`);
  for (const name of new Set(sweeps.map(({ sweep }) => sweep))) {
    print(
      sweepTable(
        name,
        sweeps.filter(({ sweep }) => sweep === name),
      ),
    );
  }
}

if (values.json) {
  const peers = found?.described;
  console.log(JSON.stringify({ machine, rounds, kernels, steps, tiny, peers, sweeps }, null, 2));
}
