/** Live progress in a real terminal; plain lines elsewhere. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder, entry } from './cli.ts';
import { hasTmux, openTmux, type Tmux } from './tmux.ts';

/** One trial that ends at once, and one that never does. */
const ENDLESS = `
hiddenDims: [20]
trainImages: 500
numValidation: 100
sweep: { epochs: [1, 400000] }
`;
const FEW = `
hiddenDims: [20]
trainImages: 500
numValidation: 100
sweep: { weightScale: [1.23456e-3, 0.01], normalization: [batchnorm, none] }
`;

const experiment = (text: string, folder = emptyFolder()) => {
  const file = join(folder, 'tiny.yaml');
  writeFileSync(file, text);
  return file;
};
const ESCAPE = new RegExp(String.fromCharCode(27));

describe.skipIf(!hasTmux)('in a terminal (needs tmux)', () => {
  let tmux: Tmux | undefined;
  afterEach(() => tmux?.close());

  /** Starts a run in a new terminal, and waits until its long trial trains and its short one has ended. */
  async function begin(verb: string, columns: number, rows: number): Promise<Tmux> {
    tmux = openTmux(columns, rows);
    experiment(ENDLESS, tmux.cwd);
    tmux.send(
      `'${process.execPath}' '${entry}' ${verb} ./tiny.yaml --data synthetic --workers 2; echo code $?`,
      'Enter',
    );
    await tmux.until('the long trial', lines => isTraining(lines) && bars(lines).length === 1);
    return tmux;
  }
  /** The row of the ended trial disappears after a second. */
  const isTraining = (lines: readonly string[]) =>
    lines.some(line => /^ *epochs 40(0000|0*…) .*\d+\/400000/.test(line)) &&
    !lines.some(line => / 1\/1 /.test(line));
  const bars = (lines: readonly string[]) => lines.filter(line => /^[█░]+ 1\/2/.test(line));
  const epochOf = (lines: readonly string[]) => Number(/(\d+)\/400000/.exec(lines.join('\n'))?.[1]);

  it('draws a bar and a row that change in place, below the lines of finished trials', async () => {
    const { until, lines } = await begin('sweep', 80, 24);
    const epoch = epochOf(lines());
    const seen = await until('a later epoch', now => epochOf(now) > epoch + 2);
    expect(bars(seen)).toHaveLength(1);
    expect(seen.findIndex(line => /^val \.\d{3} epochs 1$/.test(line))).toBe(
      seen.indexOf(bars(seen)[0]!) - 1,
    );
    expect(seen.at(-2)).toMatch(/^best val \.\d{3}: epochs 1$/);
    expect(seen.at(-1)).toMatch(/^ {2}epochs 400000 {2}epoch +\d+\/400000 {2}loss \d\.\d{3}/);
  });

  it('fits into 40 x 10, and follows the window as it is resized', async () => {
    const { until, resize } = await begin('sweep', 40, 10);
    for (const [columns, rows] of [
      [80, 24],
      [60, 12],
      [30, 10],
      [80, 24],
    ] as const) {
      resize(columns, rows);
      const seen = await until(`a picture for ${columns} columns`, now => {
        const [bar] = bars(now).slice(-1);
        return (
          isTraining(now) && bar !== undefined && bar.length < columns && (columns < 80 || bar.length > 40)
        );
      });
      expect(seen.at(-1)).toMatch(/^ *epochs 40/);
    }
  });

  it('after Ctrl-Z the shell has its terminal back; fg draws below what the shell has written', async () => {
    const { send, until, state } = await begin('sweep', 80, 24);
    send('C-z');
    await until('the shell', lines => lines.some(line => /Stopped/.test(line)) && lines.at(-1) === '$');
    expect([state('cursor_flag'), state('wrap_flag')]).toEqual(['1', '1']);
    send('echo "still" here', 'Enter');
    await until('an answer', lines => lines.includes('still here'));
    send('fg', 'Enter');
    const seen = await until(
      'the picture',
      lines => isTraining(lines.slice(lines.indexOf('still here'))) && lines.includes('$ fg'),
    );
    expect(seen.some(line => /Stopped/.test(line))).toBe(true);
  });

  it('Ctrl-C removes the picture and says what is kept', async () => {
    const { send, until, state } = await begin('sweep', 80, 24);
    send('C-c');
    const seen = await until(
      'the end',
      lines => lines.at(-1) === '$' && lines.some(line => /^code/.test(line)),
    );
    expect(bars(seen)).toEqual([]);
    expect(seen.slice(-4)).toEqual([
      expect.stringMatching(/^val \.\d{3} epochs 1$/),
      'Interrupted: 1 of 2 trials are kept. Run the same command again to resume.',
      'code 130',
      '$',
    ]);
    expect([state('cursor_flag'), state('wrap_flag')]).toEqual(['1', '1']);
  });

  it.each(['SIGTERM', 'SIGKILL'])('%s leaves a visible cursor on a line of its own', async signal => {
    const { child, until, state } = await begin('sweep', 80, 24);
    process.kill(child(), signal);
    const seen = await until('the shell', lines => lines.at(-1) === '$');
    expect(seen.at(-2)).toBe(signal === 'SIGTERM' ? 'code 143' : 'code 137');
    expect([state('cursor_flag'), state('wrap_flag')]).toEqual(['1', '1']);
  });

  it('train: the log goes on above the picture', async () => {
    const { until } = await begin('train', 80, 24);
    const seen = await until('the log', lines =>
      /^\(Epoch \d\d+ \/ 400000\) train acc: /m.test(lines.join('\n')),
    );
    expect(bars(seen)).toHaveLength(1);
    expect(seen.slice(-3)).toEqual([
      ...bars(seen),
      expect.stringContaining('best val'),
      expect.stringContaining('loss'),
    ]);
  });
});

describe('on a pseudo-terminal (needs script)', () => {
  const hasScript = spawnSync('script', ['--version']).status === 0;
  const inScript = (prefix: string) => {
    const { CI: _, NO_COLOR: __, CIFAR_NORM_DATA: ___, ...env } = process.env;
    const command = `${prefix} "${process.execPath}" "${entry}" sweep "${experiment(FEW)}" --data synthetic`;
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      ...{ cwd: emptyFolder(), encoding: 'utf8' as const, timeout: 100_000 },
      env: { ...env, TERM: 'xterm-256color' },
    });
    return { stdout, status };
  };

  it.skipIf(!hasScript)('that has 0 columns, the run ends as ever', () => {
    const { stdout, status } = inScript('stty cols 0 rows 0;');
    expect(status).toBe(0);
    expect(stdout).toMatch(/val \.\d{3} weightScale 1\.23e-3, batch norm/);
  });

  it.skipIf(!hasScript)('in CI, nothing is redrawn', () => {
    const { stdout, status } = inScript('CI=true');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /\[\d\/4\] weightScale 1\.23e-3, plain net: best validation accuracy 0\.\d{3}\r\n/,
    );
    expect(stdout).not.toMatch(new RegExp(`${ESCAPE.source}\\[(\\?|\\d*[AJ])`));
  });
});

describe('CIFAR_NORM_PROGRESS', () => {
  const run = (word: string, ...words: string[]) =>
    cifarNorm(['sweep', experiment(FEW), '--data', 'synthetic', ...words], {
      env: { CIFAR_NORM_PROGRESS: word },
    });

  it('plain, as in a pipe: a line for each trial, no escape codes', async () => {
    const { stderr, stdout } = await run('plain');
    const lines = stderr.trimEnd().split('\n');
    expect(
      lines.filter(line => /^\[\d\/4\] weightScale (1\.23e-3|1e-2), (plain net|batch norm): best/.test(line)),
    ).toHaveLength(4);
    expect(stderr + stdout).not.toMatch(ESCAPE);
  });

  it('none: prints only where the results are', async () => {
    expect((await run('none')).stderr).toMatch(/^Results: \S+\n$/);
  });

  it('live draws into a pipe too; --quiet overrides it', async () => {
    const { stderr, stdout, code } = await run('live');
    expect(code).toBe(0);
    expect(stderr).toMatch(ESCAPE);
    expect(stdout).not.toMatch(ESCAPE);
    expect((await run('live', '--quiet')).stderr).toBe('');
  });

  it('another word is refused', async () => {
    const { code, stderr } = await run('fancy');
    expect(code).toBe(2);
    expect(stderr).toBe('error: CIFAR_NORM_PROGRESS is "fancy"\n  hint: use one of live, plain, none\n');
  });
});
