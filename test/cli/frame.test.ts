/** The live picture, drawn from made-up events. */
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../../src/cli/live/frame.ts';
import { progressed } from '../../src/cli/live/state.ts';
import { recordOf, runOf, trialsOf } from './runs.ts';

const trials = trialsOf({
  ...{ epochs: 10, trainImages: 1000, batchSize: 50 },
  sweep: { weightScale: { logspace: [-4, 0, 20] }, normalization: ['batchnorm', 'none'] },
});

/** Four workers: one trial completed, one diverged, one failed, four run. */
function middle() {
  const run = runOf(trials);
  const losses = (from: number) => Array.from({ length: 20 }, (_, i) => from - i / 100);
  const epochs = (trial: number, worker: number, count: number, from: number) => {
    for (let epoch = 1; epoch <= count; epoch++) {
      const measured = { epoch, trainAccuracy: 0.2, valAccuracy: 0.2, losses: losses(from - epoch / 5) };
      run.at(1 + epoch, trials[trial]!, { kind: 'epoch', worker, ...measured });
    }
  };
  for (const worker of [1, 2, 3]) run.at(0, trials[worker]!, { kind: 'started', worker });
  run.at(10, trials[1]!, { kind: 'finished', record: recordOf(trials[1]!, { seconds: 10 }) });
  run.at(10, trials[2]!, {
    kind: 'finished',
    record: recordOf(trials[2]!, { status: 'diverged', iterations: 40, seconds: 2 }),
  });
  run.at(10, trials[3]!, {
    kind: 'finished',
    record: recordOf(trials[3]!, { status: 'failed', iterations: 0, seconds: 0, error: 'took too long' }),
  });
  for (const worker of [1, 2, 3, 4]) run.at(10, trials[10 + worker]!, { kind: 'started', worker });
  epochs(11, 1, 3, 2.3);
  epochs(12, 2, 9, 2.5);
  epochs(13, 3, 1, 3000);
  return run.state;
}

const plain = { color: false };
const drawn = (columns: number, rows = 24) => frame(middle(), { columns, rows, ...plain }, 12_000).join('\n');

describe('the picture', () => {
  it('at 80 columns', () =>
    expect(drawn(80)).toMatchInlineSnapshot(`
      "████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 3/40 trials, about 85 s left
      1 failed, 1 diverged, best val .312: weightScale 1e-4, plain net
        weightScale 1.13e-3, plain net   epoch 3/10  loss  1.605  ██▇▆▅▅
        weightScale 1.83e-3, batch norm  epoch 9/10  loss  0.605  ███▇▇▆▆▅▅▄▄▃▃▂▂▁▁▁
        weightScale 1.83e-3, plain net   epoch 1/10  loss 3.00e3  ██
        weightScale 2.98e-3, batch norm  epoch 0/10  loss"
    `));
  it('at 40 columns', () =>
    expect(drawn(40)).toMatchInlineSnapshot(`
      "█░░░░░░░░░ 3/40 trials, about 85 s left
      1 failed, 1 diverged
      best val .312: weightScale 1e-4, plain…
      weightScale 1.13e-3, plain… 3/10  1.605
      weightScale 1.83e-3, batch… 9/10  0.605
      weightScale 1.83e-3, plain… 1/10 3.00e3
      weightScale 2.98e-3, batch… 0/10"
    `));
  it('at 120 columns it is that of 80', () => expect(drawn(120)).toBe(drawn(80)));
  it('before anything has started', () => {
    expect(frame(runOf(trials).state, { columns: 80, rows: 24, ...plain }, 0)).toMatchInlineSnapshot(`
      [
        "░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0/40 trials",
      ]
    `);
  });

  it('fits into every window, with the cursor below it, and shows at least the count if there is room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 60 }), (columns, rows) => {
        const lines = frame(middle(), { columns, rows, ...plain }, 12_000);
        expect(lines.length).toBeLessThan(Math.max(rows, 1));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(1, columns - 1));
        if (columns > 5 && rows > 1) expect(lines[0]).toContain('3/40');
      }),
    );
  });

  it('has the same text with colors', () => {
    const window = { columns: 80, rows: 24 };
    const colored = frame(middle(), { ...window, color: true }, 12_000);
    expect(colored.join()).not.toBe(stripVTControlCharacters(colored.join()));
    expect(colored.map(line => stripVTControlCharacters(line))).toEqual(
      frame(middle(), { ...window, ...plain }, 12_000),
    );
  });

  it('has a row for each worker, at most eight, and counts the others', () => {
    const run = runOf(trials);
    for (let worker = 1; worker <= 20; worker++) run.at(0, trials[worker]!, { kind: 'started', worker });
    const lines = frame(run.state, { columns: 80, rows: 24, ...plain }, 0);
    expect(lines).toHaveLength(1 + 8);
    expect(lines.at(-1)).toBe('  … and 13 more');
    const low = frame(run.state, { columns: 80, rows: 4, ...plain }, 0);
    expect(low.slice(1)).toEqual([expect.stringContaining('epoch 0/10'), '  … and 19 more']);
  });

  it('keeps a row in its place while its worker goes from one trial to the next, in either order of events', () => {
    const run = runOf(trials);
    const names = (seconds: number) =>
      frame(run.state, { columns: 80, rows: 24, ...plain }, seconds * 1000)
        .filter(line => line.includes('epoch'))
        .map(line => line.trim().split('  ')[0]);
    const done = { epoch: 10, trainAccuracy: 0, valAccuracy: 0, losses: [1] };
    for (const worker of [1, 2]) run.at(0, trials[worker]!, { kind: 'started', worker });
    const [, first, second, third, fourth] = trials.map(run.state.name);
    run.at(5, trials[1]!, { kind: 'finished', record: recordOf(trials[1]!) });
    expect(names(5.1)).toEqual([first, second]);
    run.at(5.2, trials[3]!, { kind: 'started', worker: 1 });
    expect(names(5.2)).toEqual([third, second]);
    run.at(6, trials[2]!, { kind: 'epoch', worker: 2, ...done });
    run.at(6, trials[4]!, { kind: 'started', worker: 2 });
    run.at(6.1, trials[2]!, { kind: 'finished', record: recordOf(trials[2]!) });
    expect(names(6.2)).toEqual([third, fourth]);
    run.at(7, trials[3]!, { kind: 'finished', record: recordOf(trials[3]!) });
    expect(names(7.5)).toEqual([third, fourth]);
    expect(names(8.5)).toEqual([fourth]);
  });

  it('a retried trial waits again; a queue may start a trial twice, or have its result without a start', () => {
    const run = runOf(trials.slice(0, 3));
    const left = () => [...run.state.work.waiting.values()].reduce((sum, { count }) => sum + count, 0);
    run.at(0, trials[0]!, { kind: 'started', worker: 0 });
    run.at(1, trials[0]!, { kind: 'retried', error: 'x' });
    expect(left()).toBe(3);
    run.at(2, trials[0]!, { kind: 'started', worker: 0 });
    run.at(3, trials[0]!, { kind: 'started', worker: 0 });
    run.at(4, trials[1]!, { kind: 'finished', record: recordOf(trials[1]!) });
    run.at(4, trials[2]!, { kind: 'retried', error: 'never started' });
    expect(left()).toBe(1);
    expect(run.state).toMatchObject({ done: 1, running: new Set([trials[0]!.id]) });
  });

  it('does not change its arguments', () => {
    const before = middle();
    const copy = structuredClone({ ...before, name: undefined });
    progressed(before, { trial: trials[11]!, kind: 'finished', record: recordOf(trials[11]!) }, 20_000);
    progressed(before, { trial: trials[20]!, kind: 'started', worker: 7 }, 20_000);
    expect({ ...before, name: undefined }).toEqual(copy);
  });
});
