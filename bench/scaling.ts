/**
 * `npm run bench:scaling -- DATA > docs/scaling.md`: how time and memory grow with images, width, depth, batch and number
 * of trials, one after the other, on one worker.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { renderChart } from 'cifar-norm';
import { runProgram } from './process.ts';
import { spreadOf } from './timing.ts';

interface Dimension {
  readonly title: string;
  readonly label: string;
  readonly what: string;
  readonly values: readonly number[];
  /** Work relative to the value: what a straight line would be. */
  overrides(value: number): readonly string[];
  readonly why: string;
}

const dimensions: readonly Dimension[] = [
  {
    title: 'Images',
    label: 'trainImages',
    what: 'one epoch, five hidden layers of 100, minibatches of 50',
    values: [1000, 3000, 10_000, 20_000, 49_000],
    overrides: value => [`trainImages=${value}`],
    why: 'Linear from some 10,000 images on, at about 70 microseconds an image. Below, what every run costs shows: the worker has to start and the mean image to be made (0.3 s), and two accuracy checks take 1,000 validation and up to 1,000 training images each. Memory is flat: the images are bytes that all workers share, and a minibatch is made float when it is gathered.',
  },
  {
    title: 'Width',
    label: 'hiddenDims=[w, w]',
    what: '1,000 images, one epoch, two hidden layers of w',
    values: [50, 100, 256, 512, 1024, 2048, 4096],
    overrides: value => [`hiddenDims=[${value}, ${value}]`],
    why: 'Weights are 3072 w + w^2 + 10 w, so time grows like w while w is far below 3,072 and towards w^2 above; the last doubling takes 2.8 times as long. The products keep their rate, for they go block by block; the update with Adam reads and writes three numbers a weight and is bound by memory once they no longer fit into the caches, from w = 512 on. Memory is about five numbers a weight: weights, best weights, two moments, and the copy that is made while they are drawn.',
  },
  {
    title: 'Depth',
    label: 'hidden layers of 50',
    what: '1,000 images, one epoch',
    values: [1, 2, 5, 10, 20, 50, 100],
    overrides: value => [`hiddenDims=[${Array(value).fill(50).join(', ')}]`],
    why: 'The first layer has 3072 x 50 weights, each further one 50 x 50: a sixtieth. So time is flat up to twenty layers or so, within what varies from run to run, and linear beyond, where a layer costs more than its products: normalization and the calls themselves.',
  },
  {
    title: 'Batch',
    label: 'batchSize',
    what: '1,000 images, one epoch, five hidden layers of 100',
    values: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    overrides: value => [`batchSize=${value}`],
    why: 'The products of an epoch are the same for every batch size; the updates are one for each batch. With batches of 1 the update (bound by memory and by square roots) is more than half of the time; from 20 on it no longer shows beside the 0.3 s that every run costs. A thousand images are one step.',
  },
  {
    title: 'Trials',
    label: 'trials',
    what: '16 images, one hidden layer of 4, one epoch',
    values: [1, 10, 100, 1000, 10_000],
    overrides: value => [
      'hiddenDims=[4]',
      'trainImages=16',
      'batchSize=16',
      'numTraining=16',
      'numValidation=16',
      `weightScale={logspace: [-3, 0, ${value}]}`,
    ],
    why: 'Linear: 1.3 milliseconds a trial, most of it to bring its record to the disk (fsync) before it counts as done. One trial is the cost of a run, 0.1 s for the worker alone. Memory grows by what is known of each trial, 6 KB.',
  },
];

const point = fileURLToPath(new URL('./point.js', import.meta.url));
const ROUNDS = 2;
const [data] = process.argv.slice(2);
if (!data) throw new Error('usage: npm run bench:scaling -- DATA');

console.log(`# Scaling

How time and memory grow, one dimension at a time: float32, portable numerics, batch normalization, one worker, real
CIFAR-10. The better of ${ROUNDS} runs on ${cpus()[0]?.model} with ${process.version}, ${new Date().toISOString().slice(0, 10)}. Seconds are those of the
trials, from the start of the worker to the last file written; megabytes the most that the process held, of which
the images are 154 (and 64 more are the buffers that files are read into). \`npm run bench:scaling\` makes this page.`);

for (const { title, label, what, values, overrides, why } of dimensions) {
  const rows: { value: number; seconds: number; megabytes: number }[] = [];
  for (const value of values) {
    const runs: { seconds: number; megabytes: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { stdout, code } = await runProgram(process.execPath, [point, data, ...overrides(value)]);
      if (code !== 0) throw new Error(`${title} ${value} ended with ${code}`);
      runs.push(JSON.parse(stdout));
    }
    const row = {
      value,
      seconds: spreadOf(runs.map(run => run.seconds)).least,
      megabytes: spreadOf(runs.map(run => run.megabytes)).most,
    };
    rows.push(row);
    process.stderr.write(`${title} ${value}: ${row.seconds.toFixed(2)} s, ${row.megabytes.toFixed(0)} MB\n`);
  }
  const chart = renderChart(
    {
      title: `log10 of seconds by ${label} (dashed: linear growth from the last)`,
      xLabel: label,
      x: 'log',
      series: [
        {
          name: 'measured',
          points: rows.map(({ value, seconds }) => ({ x: value, y: Math.log10(seconds) })),
        },
        {
          name: 'linear',
          points: rows.map(({ value }) => ({
            x: value,
            y: Math.log10((rows.at(-1)!.seconds * value) / rows.at(-1)!.value),
          })),
        },
      ],
    },
    { width: 80, height: 14, color: false },
  );
  console.log(`
## ${title}

${what[0]!.toUpperCase()}${what.slice(1)}.

| ${label} | seconds | MB |
|---:|---:|---:|
${rows.map(({ value, seconds, megabytes }) => `| ${value} | ${seconds.toPrecision(3)} | ${megabytes.toFixed(0)} |`).join('\n')}

\`\`\`
${chart}
\`\`\`

${why}`);
}
