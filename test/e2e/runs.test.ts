/** Stored runs: list, export, verify, repair, restart and interrupt them. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { binaryFolder } from '../data/fixtures.ts';
import { cifarNorm, emptyFolder, readCsv } from './cli.ts';

const FEW = `
numTraining: 10
numValidation: 5
trainImages: 10
batchSize: 5
hiddenDims: [6]
epochs: 3
sweep:
  weightScale: [0.01, 0.1, 1]
  normalization: [batchnorm, none]
`;
const data = binaryFolder();
const file = join(emptyFolder(), 'few.yaml');
writeFileSync(file, FEW);
const sweep = (...words: string[]) => ['sweep', file, '--data', data, ...words];
const csvsOf = (folder: string) =>
  ['trials.csv', 'losses.csv', 'accuracies.csv'].map(name => readFileSync(join(folder, name), 'utf8'));

it('the report of a shipped experiment ends with the command that repeats the run', async () => {
  const cwd = emptyFolder();
  const words = ['sweep', 'deep-net', '--set', 'hiddenDims=[4]', '--set', 'epochs=1'];
  const again = async (...seeds: string[]) => {
    const run = `run-${seeds.length}`;
    await cifarNorm([...words, ...seeds, '--data', 'synthetic', '--out', run, '--quiet'], { cwd });
    const { code, stderr } = await cifarNorm(['report', run, '--format', 'md'], { cwd });
    expect(code, stderr).toBe(0);
    return readFileSync(join(cwd, run, 'report.md'), 'utf8')
      .trimEnd()
      .split('\n')
      .at(-1)!
      .trim();
  };
  const command = "cifar-norm sweep deep-net --set 'hiddenDims=[4]' --set epochs=1";
  expect(await again()).toBe(`${command} --data synthetic`);
  expect(await again('--replicates', '2')).toBe(`${command} --replicates 2 --data synthetic`);
  expect(await again('--set', 'seeds=[231, 7]', '--quiet')).toBe(
    `${command} --set 'seeds=[231, 7]' --data synthetic`,
  );
});

describe('a finished run', () => {
  const cwd = emptyFolder();
  let name: string;
  let folder: string;
  beforeAll(async () => {
    await cifarNorm(sweep('--quiet'), { cwd });
    [name] = readdirSync(join(cwd, 'results')) as [string];
    folder = join(cwd, 'results', name);
  });

  it('is listed; `status` finds it by name, by path, or as the latest', async () => {
    const { stdout } = await cifarNorm(['runs'], { cwd });
    expect(stdout).toMatch(new RegExp(`results/${name} +finished +6/6 `));
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80);
    for (const words of [[], [name], [folder]]) {
      const { stdout, code } = await cifarNorm(['status', ...words, '--json'], { cwd });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        state: 'finished',
        planned: 6,
        completed: 6,
        left: 0,
        failed: 0,
      });
    }
    const { code, stderr } = await cifarNorm(['status', 'no-such-run'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/no-such-run holds no run/);
    expect((await cifarNorm(['runs'])).stdout).toMatch(/no runs in \.\/results/);
  });

  it('is suggested to those who type a part of its name', async () => {
    const { code, stderr } = await cifarNorm(['show', 'few'], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(`hint: did you mean ${name}\\?\n$`)]);
  });

  it('exports the same CSVs from its journal alone', async () => {
    const before = csvsOf(folder);
    for (const view of ['trials.csv', 'losses.csv', 'accuracies.csv', 'manifest.json'])
      rmSync(join(folder, view));
    expect((await cifarNorm(['export', name], { cwd })).code).toBe(0);
    expect(csvsOf(folder)).toEqual(before);
  });

  it('verifies to the same bits; other data and a forged figure are reported', async () => {
    const { code, stdout } = await cifarNorm(['verify', name, '--data', data], { cwd });
    expect(stdout).toMatch(/^Trained 6 trials again: the same bits/);
    expect(code).toBe(0);
    const two = await cifarNorm(['verify', name, '--data', data, '--trials', '2', '--json'], { cwd });
    expect(JSON.parse(two.stdout)).toMatchObject({ same: true, planned: 6, compared: 2, missing: [] });
    const other = await cifarNorm(['verify', name, '--data', 'synthetic'], { cwd });
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(
      /cannot be compared: the run's data were cifar-10 [0-9a-f]{12}, and synthetic/,
    );

    const forged = join(cwd, 'forged');
    mkdirSync(forged);
    const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
    const { sha256: _, ...record } = JSON.parse(lines[4]!);
    const changed = JSON.stringify({ ...record, losses: record.losses.with(1, 0.5) });
    const hash = createHash('sha256').update(changed).digest('hex').slice(0, 16);
    lines[4] = `${changed.slice(0, -1)},"sha256":"${hash}"}`;
    writeFileSync(join(forged, 'journal.jsonl'), `${lines.join('\n')}\n`);
    const found = await cifarNorm(['verify', 'forged', '--data', data], { cwd });
    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(/differs: the loss of iteration 2 is [\d.]+ instead of 0\.5/);
    expect(found.stdout).toMatch(/1 of 6 trials differ/);
  });

  it('--fresh starts over and moves the old run aside', async () => {
    const out = join(emptyFolder(), 'run');
    await cifarNorm(sweep('--out', out, '--quiet'));
    const old = readFileSync(join(out, 'journal.jsonl'), 'utf8');
    const { code, stderr } = await cifarNorm(sweep('--out', out, '--fresh', '--set', 'epochs=2'));
    expect(code).toBe(0);
    const [aside] = readdirSync(join(out, '..')).filter(entry => entry.startsWith('run.until-'));
    expect(stderr).toContain(`kept the old run as ${join(out, '..', aside!)}`);
    expect(readFileSync(join(out, '..', aside!, 'journal.jsonl'), 'utf8')).toBe(old);
    expect(readCsv(join(out, 'losses.csv'))).toHaveLength(6 * 4);
  });
});

describe('files of others are left unchanged', () => {
  it("another run's torn and damaged journal is left unchanged, even with --repair", async () => {
    const out = join(emptyFolder(), 'run');
    await cifarNorm(sweep('--out', out, '--quiet'));
    const journal = join(out, 'journal.jsonl');
    const text = `${readFileSync(journal, 'utf8').replace('"losses":[', '"losses":[9')}{"torn`;
    writeFileSync(journal, text);
    const { code, stderr } = await cifarNorm(sweep('--out', out, '--repair', '--set', 'epochs=2'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/holds another run; they differ in\n {2}epochs: 3 -> 2/);
    expect(readFileSync(journal, 'utf8')).toBe(text);
  });

  it('--fresh moves only runs aside, not folders with other content', async () => {
    const out = emptyFolder();
    writeFileSync(join(out, 'thesis.tex'), '');
    expect((await cifarNorm(sweep('--out', out, '--fresh', '--quiet'))).code).toBe(0);
    expect(readdirSync(out)).toContain('thesis.tex');
    expect(readdirSync(out)).toContain('trials.csv');
  });

  it('a run without finished trials cannot be verified', async () => {
    const out = join(emptyFolder(), 'run');
    await cifarNorm(sweep('--out', out, '--quiet'));
    const journal = join(out, 'journal.jsonl');
    writeFileSync(journal, `${readFileSync(journal, 'utf8').split('\n').slice(0, 2).join('\n')}\n`);
    const { code, stderr } = await cifarNorm(['verify', out, '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no trial of this run has finished/);
  });
});

describe('replicates', () => {
  it('adding replicates trains only the missing ones, and gives the run that has them all from the start', async () => {
    const [grown, whole] = [join(emptyFolder(), 'run'), join(emptyFolder(), 'run')];
    await cifarNorm(sweep('--out', grown, '--quiet'));
    const { code, stderr } = await cifarNorm(sweep('--out', grown, '--replicates', '6'));
    expect(code).toBe(0);
    expect(stderr).toMatch(/6 of 36 trials are finished; 30 to run/);
    await cifarNorm(sweep('--out', whole, '--quiet', '--replicates', '6'));
    expect(csvsOf(grown)).toEqual(csvsOf(whole));
    const summary = (folder: string) => readFileSync(join(folder, 'summary.csv'), 'utf8');
    expect(summary(grown)).toBe(summary(whole));
    expect(readCsv(join(grown, 'summary.csv')).map(({ n }) => n)).toEqual(Array(6).fill('6'));
  });
});

describe('a damaged journal', () => {
  it('is reported with its line, and resumes only with --repair', async () => {
    const out = join(emptyFolder(), 'run');
    await cifarNorm(sweep('--out', out, '--quiet'));
    const csvs = csvsOf(out);
    const journal = join(out, 'journal.jsonl');
    const lines = readFileSync(journal, 'utf8').split('\n');
    lines[4] = lines[4]!.replace(/"losses":\[(\d)/, (_, digit) => `"losses":[${(Number(digit) + 1) % 10}`);
    const damaged = lines.join('\n');
    writeFileSync(journal, damaged);
    const refused = await cifarNorm(sweep('--out', out));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/journal\.jsonl:5: line 5 is corrupt \(checksum mismatch\)/);
    expect(readFileSync(journal, 'utf8')).toBe(damaged);
    const repaired = await cifarNorm(sweep('--out', out, '--repair'));
    expect(repaired.code).toBe(0);
    expect(repaired.stderr).toMatch(/5 of 6 trials are finished/);
    expect(csvsOf(out)).toEqual(csvs);
    const [copy] = readdirSync(out).filter(entry => entry.startsWith('journal.jsonl.damaged-'));
    expect(readFileSync(join(out, copy!), 'utf8')).toBe(damaged);
  });
});

describe('trials that fail', () => {
  /** Half of the trials exceed the timeout of one second. */
  const slow = join(emptyFolder(), 'slow.yaml');
  const grid = 'sweep: { epochs: [3, 1000000], weightScale: [0.01, 0.1, 1] }';
  writeFileSync(slow, FEW.replace(/sweep:.*/s, grid));

  it('are reported and recorded while the others finish; exit 1; the same command retries them', async () => {
    const out = join(emptyFolder(), 'run');
    const words = ['sweep', slow, '--data', data, '--out', out, '--timeout', '1'];
    const { code, stderr } = await cifarNorm(words);
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed: took longer than 1 s/);
    expect(stderr).toMatch(/3 of 6 trials failed/);
    expect(stderr).not.toMatch(/^\s+at /m);
    const rows = readCsv(join(out, 'trials.csv'));
    expect(rows.map(({ status }) => status).sort()).toEqual([
      ...Array(3).fill('completed'),
      ...Array(3).fill('failed'),
    ]);
    const again = await cifarNorm(words);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/3 of 6 trials are finished/);
  });

  it('--fail-fast ends the run at the first failure', async () => {
    const out = join(emptyFolder(), 'run');
    const words = ['--fail-fast', '--retries', '0', '--workers', '1', '--quiet'];
    const { code } = await cifarNorm([
      'sweep',
      slow,
      '--data',
      data,
      '--out',
      out,
      '--timeout',
      '1',
      ...words,
    ]);
    expect(code).toBe(1);
    expect(readCsv(join(out, 'trials.csv'))).toHaveLength(1);
  });

  it('--timeout ends a trial that takes too long', async () => {
    const { code, stderr } = await cifarNorm(
      sweep(
        '--set',
        'weightScale=0.1',
        '--set',
        'normalization=none',
        '--set',
        'epochs=1000000',
        '--timeout',
        '1',
      ),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/took longer than 1 s/);
    expect(stderr).not.toMatch(/retrying/);
  });
});

describe('signals', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s: the run exits with %d and can be resumed', async (signal, expected) => {
    const out = join(emptyFolder(), 'run');
    const { code, stderr } = await cifarNorm(sweep('--out', out, '--set', 'epochs=100000'), {
      onStart: child => {
        const timer = setInterval(() => {
          if (!existsSync(join(out, 'journal.jsonl'))) return;
          clearInterval(timer);
          child.kill(signal);
        }, 20);
      },
    });
    expect(code).toBe(expected);
    expect(stderr).toMatch(/Interrupted: \d of 6 trials are kept\. Run the same command again to resume\./);
    expect(readFileSync(join(out, 'run.lock'), 'utf8')).toBe('');
    const { stdout } = await cifarNorm(['status', out]);
    expect(stdout).toMatch(/interrupted/);
  });
});
