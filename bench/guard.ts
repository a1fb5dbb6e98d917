/**
 * `npm run bench:guard -- REF`: whether the working tree is slower than the commit REF. Runs both in turn and compares the processor
 * seconds of each pair of runs (see README.md). Exit code 1 if a workload is slower, 2 if the speed cannot be measured.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Build, buildBoth } from './builds.ts';
import { measureProgram } from './process.ts';
import { FEWEST_PAIRS, type MedianInterval, medianInterval, spreadOf, verdictOf } from './timing.ts';

interface Workload {
  readonly what: string;
  /** How often each build runs it in a pair, in turn; short commands are noisier. */
  readonly times: number;
  /** The words of the command, which may keep a run in `out`. */
  words(out: string): readonly string[];
}

// 1 means slower.
process.once('uncaughtException', error => {
  tell(`error: ${error.message}`);
  process.exit(2);
});
const tell = (text: string) => void process.stderr.write(`${text}\n`);

const USAGE = `usage: npm run bench:guard -- REF [--pairs 15] [--only start,weight-scale,batch-size,tiny] [--data FOLDER]`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '15' },
    only: { type: 'string' },
    data: { type: 'string', default: 'synthetic' },
  },
});
const [reference] = positionals;
const pairs = Number(values.pairs);
if (reference === undefined || positionals.length > 1 || !Number.isInteger(pairs) || pairs < FEWEST_PAIRS)
  throw new Error(`${USAGE}\nREF is a commit; an interval needs at least ${FEWEST_PAIRS} pairs`);

const scratch = mkdtempSync(join(tmpdir(), 'cifar-norm-guard-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const data = values.data === 'synthetic' ? values.data : resolve(values.data);
const tiny = join(scratch, 'tiny.json');
const TINY_TRIALS = 2000;
writeFileSync(
  tiny,
  JSON.stringify({
    ...{ hiddenDims: [4], trainImages: 16, batchSize: 16, numTraining: 16, numValidation: 16, epochs: 1 },
    sweep: { weightScale: { logspace: [-3, 0, TINY_TRIALS] } },
  }),
);
const sweep = (experiment: string, out: string, ...set: readonly string[]) => [
  ...['sweep', experiment, '--data', data, '--out', out, '--workers', '1', '--quiet'],
  ...set.flatMap(change => ['--set', change]),
];
const WORKLOADS: Readonly<Record<string, Workload>> = {
  start: { what: 'sweep --help', times: 8, words: () => ['sweep', '--help'] },
  'weight-scale': {
    ...{ what: 'sweep weight-scale, 2 epochs', times: 1 },
    words: out => sweep('weight-scale', out, 'epochs=2'),
  },
  'batch-size': {
    ...{ what: 'sweep batch-size, 3 epochs', times: 1 },
    words: out => sweep('batch-size', out, 'epochs=3'),
  },
  tiny: { what: `${TINY_TRIALS} tiny trials`, times: 1, words: out => sweep(tiny, out) },
};
const names = values.only?.split(',') ?? Object.keys(WORKLOADS);
const unknown = names.filter(name => !(name in WORKLOADS));
if (unknown.length > 0) throw new Error(`there is no workload ${unknown.join(', ')}\n${USAGE}`);

const builds = await buildBoth(reference, scratch, tell);

/** Processor seconds of one run. */
async function measure({ words }: Workload, { program, folder }: Build): Promise<number> {
  const out = join(scratch, 'run');
  // Two versions may differ in how they cache the data.
  const env = { ...process.env, XDG_CACHE_HOME: `${folder}-cache` };
  try {
    return (await measureProgram(process.execPath, [program, ...words(out)], { env })).processorSeconds;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

interface Row {
  readonly what: string;
  /** Medians. */
  readonly before: number;
  readonly after: number;
  readonly ratio: MedianInterval;
}

async function compare(name: string): Promise<Row> {
  const workload = WORKLOADS[name]!;
  // The first run of each fills caches, those of the disk too.
  for (const build of builds) await measure(workload, build);
  const measured: (readonly [before: number, after: number])[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    const seconds: [number, number] = [0, 0];
    for (let run = 0; run < workload.times; run++) {
      // Each goes first in every second turn, so that a machine that slows down favours neither.
      const order = (pair + run) % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
      for (const which of order) seconds[which] += await measure(workload, builds[which]);
    }
    measured.push(seconds);
    tell(`${name}: pair ${pair} of ${pairs}, ${ratioOf(seconds).toFixed(3)}`);
  }
  return {
    what: workload.what,
    before: spreadOf(measured.map(([before]) => before)).median,
    after: spreadOf(measured.map(([, after]) => after)).median,
    ratio: medianInterval(measured.map(ratioOf)),
  };
}

const ratioOf = ([before, after]: readonly [number, number]): number => after / before;

const rows: Row[] = [];
for (const name of names) rows.push(await compare(name));
console.log(`| workload | ${builds[0].name} (s) | ${builds[1].name} (s) | ratio | its interval | verdict |
|---|---:|---:|---:|---|---|
${rows
  .map(({ what, before, after, ratio: { median, low, high } }) =>
    [
      ...[what, before.toFixed(2), after.toFixed(2), median.toFixed(3)],
      ...[`${low.toFixed(3)} to ${high.toFixed(3)}`, verdictOf({ low, high })],
    ].join(' | '),
  )
  .map(row => `| ${row} |`)
  .join('\n')}

Processor seconds of the whole command, user and system: medians of ${pairs} pairs of runs, and the median ratio of a pair with its interval (95 % or more).`);
if (rows.some(({ ratio }) => verdictOf(ratio) === 'slower')) process.exitCode = 1;
