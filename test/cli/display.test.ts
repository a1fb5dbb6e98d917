/** What a display writes to the terminal, and when. */
import { describe, expect, it, vi } from 'vitest';
import { displayOf } from '../../src/cli/live/display.ts';
import { screenOf } from '../../src/cli/live/screen.ts';
import { type ProgressStyle, type Terminal, terminalOf } from '../../src/cli/terminal.ts';
import { sparkline } from '../../src/report/terminal/sparkline.ts';
import { recordOf, runOf, trialsOf } from './runs.ts';

const trials = trialsOf({
  sweep: { weightScale: { logspace: [-4, 0, 20] }, normalization: ['batchnorm', 'none'] },
});
const [ESC, BELL] = ['\u001b', '\u0007'];

/** A terminal that remembers what was written to it, and to which stream. */
function terminal(progress: ProgressStyle, isShared = true) {
  const written: string[] = [];
  const out = (text: string) => void written.push(`out ${text}\n`);
  const err = (text: string) => void written.push(`err ${text}\n`);
  const fake: Terminal = {
    ...{ width: 80, color: false, progressColor: false, progress, isShared },
    ...{
      window: () => ({ columns: 80, rows: 24 }),
      print: out,
      document: () => {},
      json: () => {},
      warn: err,
      tell: err,
    },
    step: text => (progress === 'none' ? undefined : err(text)),
    draw: text => void written.push(text),
  };
  return { written, fake };
}

describe('a screen', () => {
  const screenOn = (columns = 80) => {
    const written: string[] = [];
    const window = { columns };
    const screen = screenOf({ columns: () => window.columns, write: text => void written.push(text) });
    return { written, window, screen };
  };

  it('writes once for each change, and not at all without one', () => {
    const { written, screen } = screenOn();
    screen.draw([], []);
    expect(written).toEqual([]);
    screen.draw(['a', 'b'], []);
    screen.draw(['a', 'b'], []);
    expect(written).toHaveLength(1);
    screen.draw(['a', 'b'], ['above']);
    screen.draw(['a', 'c'], []);
    expect(written).toHaveLength(3);
  });

  it('hides no cursor, and leaves line wrapping on and colors off after every write', () => {
    const { written, screen } = screenOn();
    screen.draw(['a', 'b'], []);
    screen.draw(['c'], ['above']);
    screen.clear();
    for (const text of written) {
      expect(text).not.toContain(`${ESC}[?25l`);
      expect(text.lastIndexOf(`${ESC}[?7h`)).toBeGreaterThanOrEqual(text.lastIndexOf(`${ESC}[?7l`));
    }
  });

  it('erases what it drew, even if a narrower window has wrapped it, but not what it left in place', () => {
    const { written, window, screen } = screenOn();
    screen.draw(['x'.repeat(79), 'y'], []);
    screen.draw(['x'], []);
    expect(written.at(-1)).toContain(`${ESC}[2A`);
    screen.draw(['x'.repeat(79), 'y'], []);
    window.columns = 30;
    screen.draw(['x'], []);
    expect(written.at(-1)).toContain(`${ESC}[4A`);
    screen.leave();
    screen.draw(['x'], []);
    expect(written.at(-1)).not.toMatch(/\d+A/);
  });
});

describe('a live display', () => {
  it('draws at most ten times a second, and only what has changed', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] });
    const { written, fake } = terminal('live');
    const run = runOf(trials);
    const display = displayOf(fake, run.state, { logs: false, now: () => 0 });
    for (let i = 0; i < 1000; i++) {
      const losses = [2 - i / 1000];
      const measured = { epoch: 1, trainAccuracy: 0, valAccuracy: 0, losses };
      if (i === 0) run.at(0, trials[0]!, { kind: 'started', worker: 1 });
      run.at(i / 1000, trials[0]!, { kind: 'epoch', worker: 1, ...measured });
      display.show(run.state);
      vi.advanceTimersByTime(1);
    }
    expect(written.length).toBeLessThanOrEqual(11);
    expect(written.length).toBeGreaterThan(5);
    const before = written.length;
    vi.advanceTimersByTime(10_000);
    expect(written.length - before).toBeLessThanOrEqual(1);
    display.stop();
    const atEnd = written.length;
    vi.advanceTimersByTime(10_000);
    expect(written).toHaveLength(atEnd);
    vi.useRealTimers();
  });

  it('shows failures, divergences and notices above the picture, with no escape codes from data', () => {
    const { written, fake } = terminal('live');
    const run = runOf(trials);
    const display = displayOf(fake, run.state, { logs: false, now: () => 0 });
    const failed = recordOf(trials[0]!, { status: 'failed', error: `out of${ESC}[31m${BELL}\nmemory\u202e` });
    const diverged = recordOf(trials[1]!, { status: 'diverged', iterations: 3 });
    display.finished(trials[0]!, failed);
    display.finished(trials[1]!, diverged);
    display.finished(trials[2]!, recordOf(trials[2]!));
    display.notice(`kept the old run as x${ESC}]0;title${BELL}y`);
    display.stop();
    const text = written.join('').replaceAll(new RegExp(`${ESC}\\[[?0-9]*[A-Za-z]`, 'g'), '');
    expect(text.trim().split('\n')).toEqual([
      'failed weightScale 1e-4, batch norm: out of memory',
      'diverged weightScale 1e-4, plain net, after 3 iterations',
      'val .312 weightScale 1.62e-4, batch norm',
      'kept the old run as xy',
    ]);
  });

  it('makes room for logs on the same terminal; a log elsewhere is written at once and moves nothing', () => {
    for (const isShared of [true, false]) {
      const { written, fake } = terminal('live', isShared);
      const display = displayOf(fake, runOf(trials).state, { logs: true, now: () => 0 });
      display.print('one');
      expect(written).toEqual(isShared ? [] : ['out one\n']);
      display.print('two');
      display.stop();
      expect(written).toEqual(isShared ? ['out one\ntwo\n'] : ['out one\n', 'out two\n']);
    }
  });
});

describe('without a terminal', () => {
  it('prints one line for each trial, and a heartbeat after 30 s of silence', () => {
    vi.useFakeTimers();
    const { written, fake } = terminal('plain');
    const run = runOf(trials);
    const display = displayOf(fake, run.state, { logs: false, now: () => 0 });
    vi.advanceTimersByTime(29_000);
    run.at(29, trials[1]!, { kind: 'finished', record: recordOf(trials[1]!, { seconds: 29 }) });
    display.show(run.state);
    display.finished(trials[1]!, recordOf(trials[1]!));
    vi.advanceTimersByTime(29_000);
    expect(written).toEqual(['err [1/40] weightScale 1e-4, plain net: best validation accuracy 0.312\n']);
    vi.advanceTimersByTime(31_000);
    display.stop();
    vi.advanceTimersByTime(90_000);
    expect(written.slice(1)).toEqual([
      expect.stringMatching(/^err training: 1\/40 trials, about \d+ min left\n$/),
      expect.stringMatching(/^err training: 1\/40 trials/),
    ]);
    vi.useRealTimers();
  });

  it('none: prints notices, but no lines and no heartbeats', () => {
    vi.useFakeTimers();
    const { written, fake } = terminal('none');
    const display = displayOf(fake, runOf(trials).state, { logs: false, now: () => 0 });
    display.finished(trials[1]!, recordOf(trials[1]!));
    vi.advanceTimersByTime(90_000);
    display.notice('repaired');
    display.stop();
    expect(written).toEqual(['err repaired\n']);
    vi.useRealTimers();
  });
});

it('CIFAR_NORM_PROGRESS chooses the style; --quiet overrides it; other words are refused', () => {
  const styleOf = (word: string, quiet = false) => {
    vi.stubEnv('CIFAR_NORM_PROGRESS', word);
    return terminalOf({ color: true, quiet }).progress;
  };
  try {
    expect(['live', 'plain', 'none', ''].map(word => styleOf(word))).toEqual([
      'live',
      'plain',
      'none',
      'plain',
    ]);
    expect(styleOf('live', true)).toBe('none');
    expect(() => styleOf('lively')).toThrow('CIFAR_NORM_PROGRESS is "lively"');
  } finally {
    vi.unstubAllEnvs();
  }
});

it('a sparkline falls with its values, is flat for mere noise, and handles the largest numbers', () => {
  expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1, undefined])).toBe('█▇▆▅▄▃▂▁');
  expect(sparkline([2.31, 2.32, 2.315, undefined])).toBe('███');
  expect(sparkline([undefined, 1, Number.MAX_VALUE, Number.POSITIVE_INFINITY])).toBe(' ▁▁█');
  expect(sparkline([])).toBe('');
});
