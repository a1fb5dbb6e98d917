/** How long the commands that read a finished run take, by its number of trials. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { megabytesIn, program, reportingMemory } from './commands.ts';
import { digits } from './dimensions.ts';
import { measureProgram } from './process.ts';

/** Every trial is one of ten seeds of a cell; half of the cells have batch norm. */
const SEEDS = 10;
const TRIALS = [2000, 20_000, 50_000] as const;
const ROUNDS = 2;

/** Below a folder with `results/run`, and `out` for what they write. */
const READERS: readonly (readonly string[])[] = [
  ['show', 'run'],
  ['show', 'run', '--json'],
  ['compare', 'run'],
  ['report', 'run', '--out', 'out.html'],
  ['report', 'run', '--format', 'md', '--out', 'out.md'],
  ['report', 'run', '--format', 'svg', '--out', 'out'],
  ['export', 'run'],
  ['status', 'run'],
  ['runs'],
  ['verify', 'run', '--trials', '1'],
];

interface Row {
  readonly command: string;
  /** Processor seconds, for each number of trials. */
  readonly seconds: readonly number[];
  readonly megabytes: number;
}

/** @param data where CIFAR-10 lies */
export async function readersSection(data: string, tell: (text: string) => void): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-bench-'));
  try {
    const places: string[] = [];
    for (const trials of TRIALS) places.push(await train(join(folder, String(trials)), trials, data, tell));
    const rows: Row[] = [];
    for (const words of READERS) {
      const command = words
        .filter(word => word !== 'run' && !word.startsWith('out') && word !== '--out')
        .join(' ');
      const points = [];
      for (const [i, cwd] of places.entries()) {
        points.push(await measure([...words, ...(words[0] === 'verify' ? ['--data', data] : [])], cwd));
        tell(`${command}, ${TRIALS[i]} trials: ${points.at(-1)!.seconds.toFixed(2)} s`);
      }
      rows.push({
        command,
        seconds: points.map(({ seconds }) => seconds),
        megabytes: points.at(-1)!.megabytes,
      });
    }
    const finding = statSync(join(places.at(-1)!, 'results/run/finding.json')).size;
    return section(rows, finding);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @returns the folder above its `results` */
async function train(
  cwd: string,
  trials: number,
  data: string,
  tell: (text: string) => void,
): Promise<string> {
  tell(`training ${trials} tiny nets`);
  const experiment = {
    ...{ hiddenDims: [4], trainImages: 16, batchSize: 16, numTraining: 16, numValidation: 16, epochs: 1 },
    replicates: SEEDS,
    sweep: {
      weightScale: { logspace: [-3, 0, trials / SEEDS / 2] },
      normalization: ['batchnorm', 'none'],
    },
  };
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'tiny.json'), JSON.stringify(experiment));
  const words = ['sweep', './tiny.json', '--data', data, '--out', 'results/run', '--quiet'];
  await measureProgram(process.execPath, [program, ...words], { cwd });
  return cwd;
}

/** The shortest of several runs, and their greatest peak. */
async function measure(words: readonly string[], cwd: string) {
  const runs = [];
  for (let round = 0; round < ROUNDS; round++)
    runs.push(await measureProgram(process.execPath, [...reportingMemory, program, ...words], { cwd }));
  return {
    seconds: Math.min(...runs.map(({ processorSeconds }) => processorSeconds)),
    megabytes: Math.max(...runs.map(({ stderr }) => megabytesIn(stderr))),
  };
}

function section(rows: readonly Row[], findingBytes: number): string {
  const [, middle, last] = TRIALS;
  const secondsOf = (command: string, at: number) => rows.find(row => row.command === command)!.seconds[at]!;
  const growthOf = ({ seconds: [, before, after] }: Row) => after! / before!;
  const steepest = rows.reduce((most, row) => (growthOf(row) > growthOf(most) ? row : most));
  const show = secondsOf('show', 1);
  const times = (command: string) => digits(secondsOf(command, 1) / show);
  return `## Readers

Commands that read a finished run of tiny nets: ${SEEDS} seeds of each cell, half of the cells with batch norm. Processor seconds of the whole
command, the shorter of ${ROUNDS} runs, and its peak memory with ${last} trials.

| command | ${TRIALS.map(trials => `${trials} trials (s)`).join(' | ')} | MB |
|---|${TRIALS.map(() => '---:|').join('')}---:|
${rows.map(({ command, seconds, megabytes }) => `| ${command} | ${seconds.map(each => each.toPrecision(3)).join(' | ')} | ${megabytes.toFixed(0)} |`).join('\n')}

From ${middle} to ${last} trials, ${digits(last / middle)} times as many, \`${steepest.command}\` grows most: it takes ${digits(growthOf(steepest))} times as long.
With ${middle} trials in ${middle / SEEDS} cells, \`compare\` takes ${times('compare')} times as long as \`show\`, and \`report\` ${times('report')} times.
With ${last} trials, finding.json has ${digits(findingBytes / 1024)} KB.`;
}
