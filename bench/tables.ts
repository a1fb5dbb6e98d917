/** The measurements as tables in Markdown. */
import type { KernelFigures } from './kernels.ts';
import type { StepRow } from './steps.ts';
import type { SweepRow } from './sweeps.ts';
import { type Spread, spreadText } from './timing.ts';
import { type TinyFigures, TRIALS } from './tiny.ts';

export function kernelTables({ peaks, rows }: KernelFigures, backEnds: readonly string[]): string {
  return [
    '\nPeak of one core: float32 products and additions in registers only, GFLOP/s\n',
    table(
      ['vectors', 'GFLOP/s'],
      Object.entries(peaks).map(([name, spread]) => [name, spreadText(spread, 0)]),
    ),
    '\nProducts of a training step on one core, GFLOP/s\n',
    table(
      ['product m x n x k', 'dtype', 'numerics', ...backEnds],
      rows.map(({ kernel, dtype, numerics, gflops }) => [
        ...[kernel, dtype, numerics],
        ...backEnds.map(backEnd => cell(gflops[backEnd], 0)),
      ]),
    ),
  ].join('\n');
}

export function stepTable(rows: readonly StepRow[], backEnds: readonly string[]): string {
  return [
    '\nOne training step with Adam on one core, microseconds\n',
    table(
      ['hidden', 'normalization', 'batch', 'dtype', 'numerics', ...backEnds],
      rows.map(({ net, normalization, batchSize, dtype, numerics, microseconds }) => [
        ...[net, normalization, batchSize, dtype, numerics],
        ...backEnds.map(backEnd => cell(microseconds[backEnd], 0)),
      ]),
    ),
  ].join('\n');
}

/** Times of each command, and how many times as long two peers take (medians): the fastest on two cores, and NumPy in one process. */
export function sweepTable(sweep: string, rows: readonly SweepRow[]): string {
  const fastest = (of: 'training' | 'whole') =>
    rows
      .filter(({ kind }) => kind === 'peer on two cores')
      .sort((a, b) => a[of].median - b[of].median)
      .at(0);
  const notebook = rows.find(({ who }) => who === 'NumPy, 1 process');
  const columns = [
    { of: 'training', peer: fastest('training') },
    { of: 'training', peer: notebook },
    { of: 'whole', peer: fastest('whole') },
  ] as const;
  const shown = columns.flatMap(({ of, peer }) => (peer ? [{ of, peer }] : []));
  return [
    `\n${sweep}, seconds\n`,
    table(
      ['program', 'training', 'the rest', 'whole', ...shown.map(({ of, peer }) => `${of} vs ${peer.who}`)],
      rows.map(row => [
        ...[row.who, spreadText(row.training, 2), spreadText(row.rest, 2), spreadText(row.whole, 2)],
        ...shown.map(({ of, peer }) => `${(peer[of].median / row[of].median).toFixed(2)} x`),
      ]),
    ),
  ].join('\n');
}

export const tinyLine = ({ seconds, megabytes }: TinyFigures): string =>
  `\n${TRIALS} trials of four neurons on sixteen images, whole command: ${spreadText(seconds, 1)} s, ${spreadText(megabytes, 0)} MB\n`;

const cell = (spread: Spread | undefined, digits: number) => (spread ? spreadText(spread, digits) : '-');

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
