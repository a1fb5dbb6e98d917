/** A run in shards: balanced, merged to the same bytes, and no bad shard merged. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.ts';
import { costOf } from '../../src/plan/cost.ts';
import { planTrials } from '../../src/plan/plan.ts';
import { shardsOf } from '../../src/plan/shard.ts';
import { csvsOf, smallSweep } from '../chaos/small.ts';
import { cifarNorm, emptyFolder, entry } from './cli.ts';

const N = 3;
const words = smallSweep();
const folder = emptyFolder();
const whole = join(folder, 'whole');
const shard = (index: number) => join(folder, 'shards', String(index));
const shards = [1, 2, 3].map(shard);
const merge = (folders: readonly string[], out = join(emptyFolder(), 'run')) =>
  cifarNorm(['merge', ...folders, '--out', out, '--quiet']).then(outcome => ({ ...outcome, out }));

beforeAll(async () => {
  expect((await cifarNorm([...words, '--out', whole, '--workers', '1'])).code).toBe(0);
  const script = await cifarNorm([
    ...['shards', words[1]!, '--slurm', String(N), '--out', join(folder, 'shards')],
    ...['--', ...words.slice(2)],
  ]);
  expect(script.code).toBe(0);
  expect(script.stdout).toContain(`#SBATCH --array=1-${N}\n`);
  const path = join(folder, 'job.sh');
  writeFileSync(path, script.stdout);
  const program = join(emptyFolder(), 'cifar-norm');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`, { mode: 0o755 });
  for (let task = 1; task <= N; task++) {
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: String(task), SLURM_CPUS_PER_TASK: '2' };
    const { status, stderr } = spawnSync('bash', [path], {
      encoding: 'utf8',
      cwd: emptyFolder(),
      env: { ...env, CIFAR_NORM: program },
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  }
});

it('the tasks of a job array merge to the CSV files of one run', async () => {
  const { code, out, stdout } = await merge([...shards].reverse());
  expect(code).toBe(0);
  expect(csvsOf(out)).toEqual(csvsOf(whole));
  expect(stdout).toBe((await cifarNorm(['show', whole])).stdout);
  expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))).toMatchObject({
    status: 'finished',
    trials: { planned: 40 },
  });
  // A merged run is a run: nothing is left to do.
  const again = await cifarNorm([...words.filter(word => word !== '--quiet'), '--out', out]);
  expect(again.stderr).toContain('40 of 40 trials are finished');
});

it('a merged journal loses nothing if one line that is not a record is damaged', async () => {
  const { out } = await merge(shards);
  const path = join(out, 'journal.jsonl');
  const lines = readFileSync(path, 'utf8').split('\n');
  const before = readFileSync(join(out, 'finding.json'), 'utf8');
  for (const [i, line] of lines.entries()) {
    if (line === '' || line.startsWith('{"id"')) continue;
    const damaged = lines.with(i, `${line.slice(0, 40)}#${line.slice(41)}`);
    writeFileSync(path, damaged.join('\n'));
    rmSync(join(out, 'manifest.json'));
    expect((await cifarNorm(['export', out])).code).toBe(0);
    expect(existsSync(join(out, 'manifest.json')), `line ${i + 1}`).toBe(true);
    expect(readFileSync(join(out, 'finding.json'), 'utf8')).toBe(before);
  }
});

it('a shard reports its own trials and is finished when they are', async () => {
  const statuses = await Promise.all(shards.map(path => cifarNorm(['status', path, '--json'])));
  const found = statuses.map(({ stdout }) => JSON.parse(stdout));
  expect(found.map(({ state, left }) => [state, left])).toEqual(shards.map(() => ['finished', 0]));
  expect(found.reduce((sum, { planned }) => sum + planned, 0)).toBe(40);
});

it('a shard writes no finding, judges no expectation and names merge; the merged run has both', async () => {
  const file = join(emptyFolder(), 'expecting.yaml');
  writeFileSync(file, `${readFileSync(words[1]!, 'utf8')}expect: [{ learns: false, points: 1 }]\n`);
  const expecting = ['sweep', file, ...words.slice(2)];
  const parts = [1, 2].map(index => join(emptyFolder(), String(index)));
  for (const [i, part] of parts.entries()) {
    const { code, stdout } = await cifarNorm([...expecting, '--shard', `${i + 1}/2`, '--out', part]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`trials \\(shard ${i + 1}/2\\) on `));
    expect(stdout.replace(/\s+/g, ' ')).toContain('put all shards together with cifar-norm merge');
    expect(stdout).not.toMatch(/Finding|Expectations/);
    expect(existsSync(join(part, 'finding.json'))).toBe(false);
    expect(existsSync(join(part, 'trials.csv'))).toBe(true);
  }
  const { out, stdout } = await merge(parts);
  expect(existsSync(join(out, 'finding.json'))).toBe(true);
  expect(stdout).toMatch(/Expectations: \d of 1 point/);
});

it.each([
  ['missing', () => [shard(1), shard(3)], /shard 2\/3 is missing: 1\d of 40 trials are missing/],
  ['there twice', () => [...shards, copied(shard(2))], /shards\/2 and .* overlap: both have trial \d+/],
  ['damaged', () => [shard(1), damaged(shard(2)), shard(3)], /journal\.jsonl:5: the shard is damaged/],
  ['cut short', () => [shard(1), short(shard(2)), shard(3)], /shard 2\/3 is not finished \(.*\/copy\): /],
  ['no shard', () => [shard(1), emptyFolder()], /holds no run/],
])('a shard that is %s is named, and nothing is written', async (_, folders, message) => {
  const { code, stderr, out } = await merge(folders());
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(existsSync(out)).toBe(false);
});

it('a shard of another run is named with what differs', async () => {
  const foreign = join(emptyFolder(), 'foreign');
  await cifarNorm([...words, '--out', foreign, '--shard', '2/3', '--seed', '7']);
  const { code, stderr } = await merge([shard(1), foreign, shard(3)]);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /foreign is a shard of another run than .*shards\/1; they differ in\n {2}seed: 231 -> 7/,
  );
});

it('more replicates extend each shard, and leave its trials with it', () => {
  const experiment = { sweep: { weightScale: [1, 2, 3], epochs: [1, 5] } };
  const plan = (replicates: number) =>
    planTrials(experimentSchema.parse({ ...experiment, replicates }), { fingerprint: '', numerics: '' });
  const [few, many] = [shardsOf(plan(3), 4), shardsOf(plan(8), 4)];
  for (const [id, index] of few) expect(many.get(id)).toBe(index);
});

it('no shard has more work than an even share and one trial', () => {
  const experiment = experimentSchema.parse({
    sweep: { hiddenDims: [[10], [100, 100], [500]], epochs: [1, 7, 20], weightScale: [1, 2, 3] },
  });
  const trials = planTrials(experiment, { fingerprint: '', numerics: '' });
  const costs = new Map(trials.map(trial => [trial.id, costOf(trial)]));
  const total = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  for (const count of [2, 5, 27]) {
    const loads = Array.from({ length: count }, () => 0);
    for (const [id, index] of shardsOf(trials, count)) loads[index - 1]! += costs.get(id)!;
    expect(Math.max(...loads)).toBeLessThanOrEqual(total / count + Math.max(...costs.values()));
  }
});

it('with more shards than trials, the first shards have one trial each', () => {
  const trials = planTrials(experimentSchema.parse({ sweep: { weightScale: [1, 2, 3] } }), {
    fingerprint: '',
    numerics: '',
  });
  expect([...shardsOf(trials, 900_000).values()]).toEqual([1, 2, 3]);
});

it('a shard that was killed before its first trial is named', async () => {
  const begun = join(emptyFolder(), 'begun');
  mkdirSync(begun);
  const [plan, copy] = readFileSync(join(shard(2), 'journal.jsonl'), 'utf8').split('\n');
  writeFileSync(join(begun, 'journal.jsonl'), `${plan}\n${copy}\n`);
  const { code, stderr } = await merge([shard(1), begun, shard(3)]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/begun\/journal\.jsonl holds no trial yet: the shard is not finished/);
});

it('a shard is I of N', async () => {
  for (const text of ['0/3', '4/3', '1', '1/0', 'a/b']) {
    const { code, stderr } = await cifarNorm([...words, '--shard', text]);
    expect(code).toBe(2);
    expect(stderr).toContain('It must be I/N, with I from 1 to N');
  }
});

function copied(path: string): string {
  const copy = join(emptyFolder(), 'copy');
  cpSync(path, copy, { recursive: true });
  return copy;
}

function damaged(path: string): string {
  const copy = copied(path);
  const journal = join(copy, 'journal.jsonl');
  const lines = readFileSync(journal, 'utf8').split('\n');
  lines[4] = lines[4]!.replace(/\d/, digit => String((Number(digit) + 1) % 10));
  writeFileSync(journal, lines.join('\n'));
  return copy;
}

/** Without its last trial, and with a torn line. */
function short(path: string): string {
  const copy = copied(path);
  const journal = join(copy, 'journal.jsonl');
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  rmSync(journal);
  appendFileSync(journal, `${lines.slice(0, -1).join('\n')}\n${lines.at(-1)!.slice(0, 40)}`);
  return copy;
}
