/**
 * `npm run bench:scaling -- DATA > docs/scaling.md`: measures how time and memory grow with images, width, depth, batch size and
 * trials, one dimension at a time, on one worker.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { renderChart } from 'cifar-norm';
import { type Dimension, dimensions, type Row } from './dimensions.ts';
import { runProgram } from './process.ts';

/** What point.ts prints. */
interface Point {
  readonly seconds: number;
  readonly megabytes: number;
  readonly megabytesOfData: number;
  readonly kernels: string;
}

const point = fileURLToPath(new URL('./point.js', import.meta.url));
const ROUNDS = 2;
const [data] = process.argv.slice(2);
if (!data) throw new Error('usage: npm run bench:scaling -- DATA > docs/scaling.md');
const points: Point[] = [];
const sections: string[] = [];
for (const dimension of dimensions) {
  const rows: Row[] = [];
  for (const value of dimension.values) {
    const row = await measure(data, dimension, value);
    rows.push(row);
    process.stderr.write(
      `${dimension.title} ${value}: ${row.seconds.toFixed(2)} s, ${row.megabytes.toFixed(0)} MB\n`,
    );
  }
  sections.push(section(dimension, rows));
}
const kernels = [...new Set(points.map(point => point.kernels))].join(', ');
const ofData = Math.max(...points.map(point => point.megabytesOfData));

console.log(`# Scaling

How time and memory grow along one dimension at a time: float32, portable numerics, batch normalization, one worker,
kernels: ${kernels}, real CIFAR-10. Measured on ${cpus()[0]?.model} with Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}.
Seconds are the shorter of ${ROUNDS} runs, from the start of the worker to the last file written. Megabytes are the peak memory
of the process. Reading all images takes up to ${ofData.toFixed(0)} MB of it.
\`npm run bench:scaling\` generates this page, including its sentences.

${sections.join('\n\n')}`);

async function measure(data: string, { title, overrides }: Dimension, value: number): Promise<Row> {
  const runs: Point[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { stdout, stderr, code } = await runProgram(process.execPath, [point, data, ...overrides(value)]);
    if (code !== 0) throw new Error(`${title} ${value} ended with ${code}: ${stderr}`);
    runs.push(JSON.parse(stdout) as Point);
  }
  points.push(...runs);
  return {
    value,
    seconds: Math.min(...runs.map(({ seconds }) => seconds)),
    megabytes: Math.max(...runs.map(({ megabytes }) => megabytes)),
  };
}

function section({ title, label, what, findings }: Dimension, rows: readonly Row[]): string {
  const last = rows.at(-1)!;
  const seriesOf = (name: string, secondsOf: (row: Row) => number) => ({
    name,
    points: rows.map(row => ({ x: row.value, y: Math.log10(secondsOf(row)) })),
  });
  const chart = renderChart(
    {
      title: `log10 of seconds by ${label} (dashed: linear growth from the last)`,
      xLabel: label,
      x: 'log',
      series: [
        seriesOf('measured', ({ seconds }) => seconds),
        seriesOf('linear', ({ value }) => (last.seconds * value) / last.value),
      ],
    },
    { width: 80, height: 14, color: false },
  );
  return `## ${title}

${what}

| ${label} | seconds | MB |
|---:|---:|---:|
${rows.map(({ value, seconds, megabytes }) => `| ${value} | ${seconds.toPrecision(3)} | ${megabytes.toFixed(0)} |`).join('\n')}

\`\`\`
${chart}
\`\`\`

${findings(rows).join('\n')}`;
}
