import { describe, expect, it } from 'vitest';
import { measureProgram } from '../../bench/process.ts';
import { medianInterval, verdictOf } from '../../bench/timing.ts';

describe('the interval of a median', () => {
  // Tables of the sign test: ranks of the 95 % interval of the median.
  it.each([
    [6, 1, 6],
    [8, 1, 8],
    [9, 2, 8],
    [15, 4, 12],
    [20, 6, 15],
    [25, 8, 18],
    [100, 40, 61],
  ])('of %i values lies between the ranks %i and %i', (n, low, high) => {
    const shuffled = Array.from({ length: n }, (_, i) => ((i * 37) % n) + 1);
    expect(new Set(shuffled).size).toBe(n);
    expect(medianInterval(shuffled)).toEqual({ median: (n + 1) / 2, low, high });
  });

  it('is refused where the extremes would cover too little', () => {
    expect(() => medianInterval([1, 2, 3, 4, 5])).toThrow('6 values');
  });
});

it('calls a program slower only if the whole interval is above 1.03', () => {
  expect(verdictOf({ low: 1.031, high: 1.08 })).toBe('slower');
  expect(verdictOf({ low: 1.02, high: 1.2 })).toBe('undecided');
  expect(verdictOf({ low: 0.98, high: 1.02 })).toBe('not slower');
  expect(verdictOf({ low: 0.9, high: 0.99 })).toBe('faster');
});

it('counts the processor seconds of threads and children, not the time that passes', async () => {
  const burn = 'const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);';
  const asleep = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);';
  const thread = `new (require('node:worker_threads').Worker)(${JSON.stringify(burn)}, { eval: true })`;
  const child = `require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(burn)}])`;
  const seconds = async (script: string) =>
    (await measureProgram(process.execPath, ['-e', script])).processorSeconds;
  const rest = await seconds(asleep);
  expect(rest).toBeLessThan(0.5);
  expect(await seconds(thread)).toBeGreaterThan(0.3);
  expect(await seconds(child)).toBeGreaterThan(0.3);
  await expect(seconds('process.exit(3)')).rejects.toThrow('ended with 3');
});
