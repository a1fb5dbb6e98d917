/**
 * `npm run bench:scaling -- DATA > docs/scaling.md`: measures how time and memory grow with images, width, depth, batch size and
 * trials, one dimension at a time, on one worker; and how long the commands take that read a run, by its trials. `--only TITLES` prints
 * some sections alone, such as `--only Trials,Readers`.
 */
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { renderChart } from 'cifar-norm';
import { type Dimension, dimensions, type Row } from './dimensions.ts';
import { runProgram } from './process.ts';
import { readersSection } from './readers.ts';

/** What point.ts prints. */
interface Point {
  readonly seconds: number;
  readonly megabytes: number;
  readonly megabytesOfData: number;
  readonly kernels: string;
}

const point = fileURLToPath(new URL('./point.js', import.meta.url));
const ROUNDS = 2;
const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const [data] = positionals.map(place => resolve(place));
const only = values.only?.split(',');
const titles = [...dimensions.map(({ title }) => title), 'Readers'];
if (!data || only?.some(title => !titles.includes(title)))
  throw new Error(`usage: npm run bench:scaling -- DATA [--only ${titles.join(',')}] > docs/scaling.md`);
const tell = (text: string) => void process.stderr.write(`${text}\n`);
const wants = (title: string) => only === undefined || only.includes(title);
const points: Point[] = [];
const sections: string[] = [];
for (const dimension of dimensions.filter(({ title }) => wants(title))) {
  const rows: Row[] = [];
  for (const value of dimension.values) {
    const row = await measure(data, dimension, value);
    rows.push(row);
    tell(`${dimension.title} ${value}: ${row.seconds.toFixed(2)} s, ${row.megabytes.toFixed(0)} MB`);
  }
  sections.push(section(dimension, rows));
}
if (wants('Readers')) sections.push(await readersSection(data, tell));
console.log(only === undefined ? `${introduction()}\n\n${sections.join('\n\n')}` : sections.join('\n\n'));

function introduction(): string {
  const kernels = [...new Set(points.map(point => point.kernels))].join(', ');
  const ofData = Math.max(...points.map(point => point.megabytesOfData));
  return `# Scaling

How time and memory grow along one dimension at a time: float32, portable numerics, batch normalization, one worker,
kernels: ${kernels}, real CIFAR-10. Measured on ${cpus()[0]?.model} with Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}.
Seconds are the shorter of ${ROUNDS} runs, from the start of the worker to the last file written. Megabytes are the peak memory
of the process. Reading all images takes up to ${ofData.toFixed(0)} MB of it.
\`npm run bench:scaling\` generates this page, including its sentences.`;
}

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
