/**
 * `npm run bench:scaling -- DATA > docs/scaling.md`: measures how time and memory grow with images, width, depth, batch
 * size and trials, one dimension at a time, on one worker.
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
  /** Settings, as `key=value`, that give the dimension this value. */
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
    why: 'Linear above about 10,000 images, at about 70 microseconds per image. Below that, the fixed cost of a run dominates: starting the worker and computing the mean image take 0.3 s, and each of two accuracy checks evaluates 1,000 validation images and up to 1,000 training images. Memory is flat: all workers share the images as bytes, and each minibatch is converted to floating point when it is gathered.',
  },
  {
    title: 'Width',
    label: 'hiddenDims=[w, w]',
    what: '1,000 images, one epoch, two hidden layers of w',
    values: [50, 100, 256, 512, 1024, 2048, 4096],
    overrides: value => [`hiddenDims=[${value}, ${value}]`],
    why: 'The net has 3072 w + w^2 + 10 w weights, so time grows like w while w is far below 3,072, and approaches w^2 above; the last doubling takes 2.8 times as long. The products keep their speed because they work in blocks. The Adam update reads and writes three numbers per weight, and is bound by memory once these no longer fit in the caches, from w = 512. Memory is about five numbers per weight: the weight, its best value, two moments, and a copy made while the weights are drawn.',
  },
  {
    title: 'Depth',
    label: 'hidden layers of 50',
    what: '1,000 images, one epoch',
    values: [1, 2, 5, 10, 20, 50, 100],
    overrides: value => [`hiddenDims=[${Array(value).fill(50).join(', ')}]`],
    why: 'The first layer has 3072 x 50 weights; each further layer has 50 x 50, a sixtieth as many. Up to about twenty layers, time is therefore flat within the variation between runs. Beyond that it is linear, and a layer costs more than its products: normalization and function calls take time too.',
  },
  {
    title: 'Batch',
    label: 'batchSize',
    what: '1,000 images, one epoch, five hidden layers of 100',
    values: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    overrides: value => [`batchSize=${value}`],
    why: 'An epoch computes the same products at every batch size, but makes one update per batch. At batch size 1, updates (bound by memory and square roots) take more than half of the time; from 20 on, they are negligible beside the fixed 0.3 s of a run. At batch size 1,000, the epoch is a single step.',
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
    why: 'Linear: 1.3 milliseconds per trial, mostly spent flushing its record to disk (fsync) before it counts as finished. A single trial shows the fixed cost of a run, 0.1 s for the worker alone. Memory grows by 6 KB per trial.',
  },
];

const point = fileURLToPath(new URL('./point.js', import.meta.url));
const ROUNDS = 2;
const [data] = process.argv.slice(2);
if (!data) throw new Error('usage: npm run bench:scaling -- DATA');

console.log(`# Scaling

How time and memory grow along one dimension at a time: float32, portable numerics, batch normalization, one worker,
real CIFAR-10. Measured on ${cpus()[0]?.model} with Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}.
Seconds are the shorter of ${ROUNDS} runs, from the start of the worker to the last file written. Megabytes are the peak memory
of the process, including 154 MB of images and 64 MB of buffers for reading files.
\`npm run bench:scaling\` generates this page.`);

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
