/** The built command as users run it: stdout, stderr, exit codes and files. */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { binaryFolder } from '../data/fixtures.ts';
import { cifarNorm, emptyFolder, entry, readCsv } from './cli.ts';

const TINY = `
hiddenDims: [6, 5]
trainImages: 40
numValidation: 30
batchSize: 8
epochs: 3
sweep:
  weightScale: { logspace: [-2, 0, 3] }
  normalization: [batchnorm, layernorm, none]
`;
const CSVS = ['trials.csv', 'losses.csv', 'accuracies.csv'];

function tinyExperiment(text = TINY): string {
  const file = join(emptyFolder(), 'tiny.yaml');
  writeFileSync(file, text);
  return file;
}

const csvsOf = (folder: string) => CSVS.map(name => readFileSync(join(folder, name), 'utf8'));
const ansi = new RegExp(String.fromCharCode(27));
/** An environment in which libraries that detect colour support would use colour even in a pipe. */
const tempting = { CI: 'true', FORCE_COLOR: '1' };

describe('sweep', () => {
  it('writes the same bytes with 1, 2 and 4 workers, in plan order', async () => {
    const file = tinyExperiment();
    const runs = [];
    for (const workers of ['1', '2', '4']) {
      const out = join(emptyFolder(), 'new', 'run');
      const { code } = await cifarNorm([
        'sweep',
        file,
        '--data',
        'synthetic',
        '--out',
        out,
        '--workers',
        workers,
      ]);
      expect(code).toBe(0);
      runs.push({ out, csvs: csvsOf(out) });
    }
    expect(runs[1]!.csvs).toEqual(runs[0]!.csvs);
    expect(runs[2]!.csvs).toEqual(runs[0]!.csvs);
    const [trials, losses, accuracies] = runs[0]!.csvs.map(text => text.split('\n')[0]);
    expect(trials).toBe(
      'trial,weightScale,normalization,seed,status,iterations,initialLoss,finalTrainLoss,lastEpochTrainLoss,bestTrainAccuracy,bestValAccuracy,lastTrainAccuracy,lastValAccuracy',
    );
    expect(losses).toBe('trial,weightScale,normalization,seed,iteration,loss');
    expect(accuracies).toBe('trial,weightScale,normalization,seed,epoch,trainAccuracy,valAccuracy');
    const rows = readCsv(join(runs[0]!.out, 'trials.csv'));
    expect(rows.map(row => row.trial)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
    expect(rows.slice(0, 4).map(row => [row.weightScale, row.normalization])).toEqual([
      ['0.01', 'batchnorm'],
      ['0.01', 'layernorm'],
      ['0.01', 'none'],
      ['0.1', 'batchnorm'],
    ]);
    expect(readCsv(join(runs[0]!.out, 'losses.csv')).length).toBe(9 * 15);
    const manifest = JSON.parse(readFileSync(join(runs[0]!.out, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      status: 'finished',
      data: { kind: 'synthetic' },
      trials: { completed: 9 },
    });
  });

  it('prints tables and charts to stdout, progress to stderr, in 80 columns, without colour in a pipe', async () => {
    const { code, stdout, stderr } = await cifarNorm(['sweep', tinyExperiment()], { env: tempting });
    expect(code).toBe(0);
    for (const word of ['synthetic', 'weightScale', 'batch norm', 'layer norm', 'Best validation accuracy']) {
      expect(stdout).toContain(word);
    }
    expect(stdout).not.toMatch(ansi);
    expect(stderr).not.toMatch(ansi);
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80);
    expect(stderr).toContain('[9/9]');
    expect(stderr).toMatch(/\nResults: (results\/tiny-[0-9a-f]{8})\nPage: {4}cifar-norm report \1 --open\n$/);
  });

  it('--json prints one document; --quiet keeps stderr empty', async () => {
    const { stdout, stderr } = await cifarNorm([
      'sweep',
      tinyExperiment(),
      '--json',
      '--quiet',
      '--set',
      'normalization=none',
    ]);
    const { data, trials } = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(data.kind).toBe('synthetic');
    expect(trials.length).toBe(3);
    expect(trials[0]).toMatchObject({ trial: 0, weightScale: 0.01, status: 'completed', iterations: 15 });
  });

  it('a diverging net is recorded and shown, left out of the charts, and is not an error', async () => {
    const out = join(emptyFolder(), 'run');
    const words = [
      '--set',
      'learningRate=1e30',
      '--set',
      'updateRule=sgd',
      '--set',
      'normalization=[batchnorm, none]',
    ];
    const { code, stdout } = await cifarNorm(['sweep', tinyExperiment(), '--out', out, ...words]);
    expect(code).toBe(0);
    expect(stdout).toContain('diverged');
    const diverged = readCsv(join(out, 'trials.csv')).filter(row => row.status === 'diverged');
    expect(diverged.length).toBeGreaterThan(0);
    expect(diverged.every(row => row.finalTrainLoss === '')).toBe(true);
    expect(readFileSync(join(out, 'losses.csv'), 'utf8')).not.toMatch(/NaN|Infinity/);
  });

  it('any width, batch size and depth works, even one neuron, one image or no hidden layer', async () => {
    for (const changes of [
      ['hiddenDims=[1]', 'batchSize=1', 'trainImages=1'],
      ['hiddenDims=[]'],
      ['batchSize=50', 'hiddenDims=[3, 1, 130]'],
    ]) {
      const sets = changes.flatMap(change => ['--set', change]);
      const { code, stdout } = await cifarNorm([
        'sweep',
        tinyExperiment(),
        '--quiet',
        '--json',
        '--set',
        'epochs=1',
        ...sets,
      ]);
      expect(code).toBe(0);
      expect(
        JSON.parse(stdout).trials.every((trial: { status: string }) => trial.status === 'completed'),
      ).toBe(true);
    }
  });

  it('all trials of a replicate share a seed; each replicate has its own', async () => {
    const out = join(emptyFolder(), 'run');
    await cifarNorm([
      'sweep',
      tinyExperiment(),
      '--out',
      out,
      '--quiet',
      '--set',
      'replicates=2',
      '--seed',
      '5',
      '--set',
      'normalization=none',
    ]);
    expect(readCsv(join(out, 'trials.csv')).map(row => row.seed)).toEqual(['5', '5', '5', '6', '6', '6']);
  });
});

describe('train', () => {
  it('prints the log of every trial, then the charts', async () => {
    const { code, stdout } = await cifarNorm([
      'train',
      tinyExperiment(),
      '--quiet',
      '--set',
      'weightScale=0.1',
    ]);
    expect(code).toBe(0);
    expect(stdout.match(/\(Iteration 1 \/ 15\) loss: \d\.\d{6}/g)?.length).toBe(3);
    expect(stdout.match(/\(Epoch 0 \/ 3\) train acc: /g)?.length).toBe(3);
    expect(stdout).toContain('Training loss by iteration');
  });
});

describe('resuming', () => {
  it('Ctrl-C exits with 130 and keeps finished trials; the same command resumes to the same bytes', async () => {
    const file = tinyExperiment();
    const whole = join(emptyFolder(), 'run');
    const cut = join(emptyFolder(), 'run');
    const words = (out: string) => [
      'sweep',
      file,
      '--out',
      out,
      '--data',
      'synthetic',
      '--workers',
      '1',
      '--set',
      'epochs=300',
    ];
    await cifarNorm([...words(whole), '--quiet']);
    const { code, stderr } = await cifarNorm(words(cut), {
      onStart: child => {
        child.stderr!.on('data', chunk => {
          if (String(chunk).includes('[2/9]')) child.kill('SIGINT');
        });
      },
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/Interrupted: [2-8] of 9 trials are kept/);
    expect(readCsv(join(cut, 'trials.csv')).length).toBeGreaterThanOrEqual(2);
    const before = readFileSync(join(cut, 'journal.jsonl'), 'utf8');
    expect((await cifarNorm([...words(cut), '--quiet'])).code).toBe(0);
    const after = readFileSync(join(cut, 'journal.jsonl'), 'utf8');
    expect(after.startsWith(before)).toBe(true);
    expect(after.match(/^\{"id":/gm)).toHaveLength(9);
    expect(csvsOf(cut)).toEqual(csvsOf(whole));
  });

  it('a torn last line is dropped, and its trial runs again', async () => {
    const [file, out] = [tinyExperiment(), join(emptyFolder(), 'run')];
    const words = ['sweep', file, '--out', out, '--quiet'];
    await cifarNorm(words);
    const csvs = csvsOf(out);
    const journal = join(out, 'journal.jsonl');
    truncateSync(journal, readFileSync(journal).length - 40);
    expect((await cifarNorm(words)).code).toBe(0);
    expect(csvsOf(out)).toEqual(csvs);
  });

  it('a folder with another config is refused, and the error lists the keys that differ', async () => {
    const [file, out] = [tinyExperiment(), join(emptyFolder(), 'run')];
    await cifarNorm(['sweep', file, '--out', out, '--quiet']);
    const { code, stderr } = await cifarNorm(['sweep', file, '--out', out, '--quiet', '--set', 'epochs=4']);
    expect(code).toBe(2);
    expect(stderr).toContain('epochs: 3 -> 4');
  });

  it('a full stdout is reported, a full stderr is ignored, and the run completes in both cases', async () => {
    const run = (file: string, to: number, out: string) => {
      const stdio = ['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe' | number)[];
      const full = openSync('/dev/full', 'w');
      stdio[to] = full;
      const { status, stderr } = spawnSync(process.execPath, [entry, 'sweep', file, '--out', out], {
        stdio,
        encoding: 'utf8',
      });
      closeSync(full);
      return { status, stderr, rows: readCsv(join(out, 'trials.csv')).length };
    };
    const [file, first, second] = [tinyExperiment(), join(emptyFolder(), 'run'), join(emptyFolder(), 'run')];
    const { status, stderr, rows } = run(file, 1, first);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: cannot write the result to stdout: no space left on the disk \(ENOSPC\)/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(rows).toBe(9);
    expect(run(file, 2, second)).toMatchObject({ status: 0, rows: 9 });
  });

  it('a file that is not a journal is left unchanged', async () => {
    const out = join(emptyFolder(), 'run');
    mkdirSync(out);
    const notes = join(out, 'journal.jsonl');
    writeFileSync(notes, '{"my":"notes"}');
    const { code, stderr } = await cifarNorm(['sweep', tinyExperiment(), '--out', out]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/journal\.jsonl:1: not a journal of cifar-norm/);
    expect(readFileSync(notes, 'utf8')).toBe('{"my":"notes"}');
  });

  it('a reader that closes stdout early causes no error', async () => {
    const child = spawn(
      'bash',
      [
        '-c',
        `"${process.execPath}" "${entry}" sweep "${tinyExperiment()}" --quiet | head -1; echo "\${PIPESTATUS[0]}"`,
      ],
      {
        cwd: emptyFolder(),
      },
    );
    let stdout = '';
    child.stdout.on('data', chunk => {
      stdout += chunk;
    });
    await new Promise(resolve => child.on('close', resolve));
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0');
  });
});

describe('bad input: exit 2, one message, no stack, nothing written', () => {
  const tiny = tinyExperiment();
  const bad = (text: string) => tinyExperiment(text);
  const truncated = binaryFolder();
  truncateSync(join(truncated, 'data_batch_2.bin'), 1000);
  const file = join(emptyFolder(), 'file');
  writeFileSync(file, '');

  it.each<[string, string[], RegExp]>([
    ['no such command', ['swep'], /unknown command 'swep'/],
    ['no such option', ['sweep', tiny, '--outt', 'x'], /unknown option '--outt'/],
    [
      'no such experiment',
      ['sweep', 'weight-scal'],
      /no experiment "weight-scal"; did you mean weight-scale/,
    ],
    ['no such file', ['sweep', './none.yaml'], /cannot read \.\/none\.yaml/],
    ['an unknown key', ['sweep', bad('epoch: 3')], /tiny\.yaml:1:1.*epoch/],
    ['a wrong type', ['sweep', bad('epochs: many')], /tiny\.yaml:1:9 epochs: .*"many"/],
    ['batch 0', ['sweep', tiny, '--set', 'batchSize=0'], /--set batchSize=0: expected more than 0/],
    [
      'a net too large for memory',
      ['sweep', tiny, '--set', 'hiddenDims=[40000, 40000]'],
      /hiddenDims=\[40000, 40000\] with .* 25\.8 GiB .*, and WebAssembly can address 4\.0 GiB/,
    ],
    ['a negative width', ['sweep', tiny, '--set', 'hiddenDims=[5, -1]'], /hiddenDims/],
    [
      'train + validation over 50,000',
      ['sweep', tiny, '--set', 'numValidation=2000'],
      /numTraining.*numValidation/,
    ],
    ['an unknown key in --set', ['sweep', tiny, '--set', 'epochz=3'], /epochz/],
    ['a bad seed', ['sweep', tiny, '--seed', '-1'], /--seed/],
    ['a worker count that is not a number', ['sweep', tiny, '--workers', 'two'], /--workers/],
    [
      'missing data',
      ['sweep', tiny, '--data', '/no/such'],
      /--data is \/no\/such: there is no such file or folder/,
    ],
    ['truncated data', ['sweep', tiny, '--data', truncated], /data_batch_2\.bin: it has 1000 bytes/],
    ['too few images', ['sweep', tiny, '--data', binaryFolder()], /has 15 training images/],
    ['an --out below a file', ['sweep', tiny, '--out', join(file, 'run')], /cannot write results to/],
    ['an --out that is a file', ['sweep', tiny, '--out', file], /cannot write results to/],
  ])('%s', async (_, words, message) => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = await cifarNorm(words, { cwd, env: tempting });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(ansi);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('gradcheck', () => {
  it('--json: every case passes, and the figures match the published ones', async () => {
    const { code, stdout } = await cifarNorm(['gradcheck', '--json']);
    expect(code).toBe(0);
    const { pass, cases } = JSON.parse(stdout);
    const value = (name: string, quantity: string) =>
      cases.find((c: Record<string, unknown>) => c.case === name && c.quantity === quantity).value;
    const rounded = (values: number[]) => values.map(v => Number(v.toFixed(8)));
    expect(pass).toBe(true);
    expect(rounded(value('batchnorm-forward-train', 'beforeMeans'))).toEqual([
      -2.3814598, -13.18038246, 1.91780462,
    ]);
    expect(rounded(value('batchnorm-forward-train', 'beforeStds'))).toEqual([
      27.18502186, 34.21455511, 37.68611762,
    ]);
    expect(rounded(value('batchnorm-forward-train', 'scaledStds'))).toEqual([
      0.99999999, 1.99999999, 2.99999999,
    ]);
    expect(rounded(value('batchnorm-forward-test', 'means'))).toEqual([
      -0.03927354, -0.04349152, -0.10452688,
    ]);
    expect(rounded(value('batchnorm-forward-test', 'stds'))).toEqual([1.01531428, 1.01238373, 0.97819988]);
    expect(rounded(value('layernorm-forward', 'unitStds'))).toEqual([0.99999995, 0.99999999, 1, 0.99999969]);
    expect(Math.abs(value('net-batchnorm-reg-0', 'initialLoss') - 2.2611955101340957)).toBeLessThan(1e-12);
    expect(Math.abs(value('net-batchnorm-reg-3.14', 'initialLoss') - 6.996533220108303)).toBeLessThan(1e-12);
    expect(value('batchnorm-backward', 'dx')).toBeCloseTo(1.7029e-9, 12);
    const names = new Set<string>(cases.map((c: { case: string }) => c.case));
    expect([...names].filter(name => !/rmsnorm|groupnorm/.test(name))).toHaveLength(13);
    expect(
      cases.find((c: Record<string, unknown>) => c.case === 'net-batchnorm-reg-0' && c.quantity === 'b1')
        .note,
    ).toMatch(/true gradient is 0/);
  });

  it('prints a table within 80 columns', async () => {
    const { stdout } = await cifarNorm(['gradcheck']);
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toContain('checks pass');
  });
});

describe('help and data', () => {
  it('every command has help with examples', async () => {
    const commands =
      'gradcheck train sweep answer show report compare status runs export verify worker merge shards';
    const data = ['info', 'download', 'verify'].map(name => ['data', name]);
    for (const words of [[], ...commands.split(' ').map(name => [name]), ...data]) {
      const { code, stdout } = await cifarNorm([...words, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('cifar-norm ');
      expect(stdout).toMatch(/Examples:|Start here:/);
      expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(90);
    }
  });

  it('show prints the same bytes in CI, without colour and in a dumb terminal', async () => {
    const run = fileURLToPath(new URL('../fixtures/runs/0.2.0-finished', import.meta.url));
    const outputs = await Promise.all(
      [{}, { CI: '1' }, { NO_COLOR: '1' }, { TERM: 'dumb' }].map(env => cifarNorm(['show', run], { env })),
    );
    expect(outputs[0]!.stdout).toContain('A small run of release 0.2.0');
    for (const { stdout } of outputs) expect(stdout).toBe(outputs[0]!.stdout);
  });

  it('a missing RUN hints at the list of runs', async () => {
    for (const command of ['show', 'verify', 'compare', 'report', 'export']) {
      const { code, stderr } = await cifarNorm([command]);
      expect([code, stderr]).toEqual([
        2,
        "error: missing required argument 'run'\n  hint: cifar-norm runs lists the runs\n",
      ]);
    }
  });

  it('data info says where it looked and what it found', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'data'));
    const { code, stdout } = await cifarNorm(['data', 'info'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('CIFAR_NORM_DATA: not set');
    expect(stdout).toContain('Using synthetic images');
    expect(stdout).toContain('X_train: (49000, 3, 32, 32)');
    expect(existsSync(join(cwd, 'results'))).toBe(false);
  });
});
