/** `verify` finds every alteration of a journal whose checksums are right, and names it. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { sameOf, verificationText } from '../../src/cli/verification.ts';
import { loadDataset } from '../../src/data/load.ts';
import { CifarNormError } from '../../src/errors.ts';
import { verifyRun } from '../../src/run/verify.ts';
import { readRun } from '../../src/store/stored-run.ts';
import { binaryFolder } from '../data/fixtures.ts';
import { type Journal, readLines, sealed, writeLines } from '../store/altered.ts';
import { cifarNorm, emptyFolder } from './cli.ts';

const data = binaryFolder();
const dataset = await loadDataset({ kind: 'folder', path: data, layout: 'binary' });
const file = join(emptyFolder(), 'few.yaml');
writeFileSync(
  file,
  `
title: A run to be altered
numTraining: 10
numValidation: 5
trainImages: 10
batchSize: 5
hiddenDims: [6]
epochs: 2
sweep:
  weightScale: [0.01, 0.1, 1]
  normalization: [batchnorm, none]
`,
);
const runs = emptyFolder();
const run = join(runs, 'run');
const other = join(runs, 'other');
beforeAll(async () => {
  const words = ['sweep', file, '--data', data, '--quiet', '--workers', '1', '--replicates', '2'];
  expect((await cifarNorm([...words, '--out', run])).code).toBe(0);
  expect((await cifarNorm([...words, '--out', other, '--seed', '500'])).code).toBe(0);
});

const verify = (folder: string, ...words: string[]) =>
  cifarNorm(['verify', folder, '--data', data, '--workers', '0', '--quiet', ...words]);

/** May return lines to add behind the others. */
type Alter = (journal: Journal) => unknown;

function altered(alter: Alter): string {
  const journal = readLines(run);
  const others = alter(journal);
  return writeLines(journal, Array.isArray(others) ? others : []);
}

const verified = (alter: Alter, ...words: string[]) => verify(altered(alter), ...words);

/** What the command prints, and whether it succeeds, without a process. */
async function verifiedHere(alter: Alter, complete = false) {
  const wishes = { complete, interrupted: false };
  await using stored = await readRunOf(altered(alter));
  try {
    const { signal } = new AbortController();
    const verification = await verifyRun(stored.run, dataset, { workers: 0, signal });
    return {
      ok: sameOf(verification, wishes),
      text: verificationText(stored.run, verification, wishes),
      missing: verification.missing,
    };
  } catch (error) {
    if (!(error instanceof CifarNormError)) throw error;
    return { ok: false, text: error.message, missing: [] };
  }
}

async function readRunOf(folder: string) {
  const stored = await readRun(folder);
  return { run: stored, [Symbol.asyncDispose]: () => stored.close() };
}

/** Changes every plan line. */
const inPlans =
  (change: (plan: Journal['plans'][number]) => void): Alter =>
  ({ plans }) =>
    void plans.forEach(change);
const inExperiment = (changes: Readonly<Record<string, unknown>>): Alter =>
  inPlans(plan => Object.assign(plan.run.experiment, changes));
/** Changes the first record, that of trial 0. */
const inRecord =
  (change: (record: Journal['records'][number]) => void): Alter =>
  ({ records }) =>
    void change(records.find(({ id }) => id === idOf(0))!);
const idOf = (index: number) => readLines(run).plans[0]!.trials[index]!.id;

const NOT_PLANNED = /^None of the plan's trials is a trial of the experiment/m;
const found: Readonly<Record<string, readonly [Alter, RegExp]>> = {
  'a loss': [
    inRecord(({ losses }) => {
      losses[2]! += 1e-9;
    }),
    /^trial 0 \(.*\) differs: the loss of iteration 3 is .* instead of/m,
  ],
  'an accuracy': [
    inRecord(({ accuracies }) => {
      accuracies.at(-1)!.valAccuracy = 0.8;
    }),
    /^trial 0 \(.*\) differs: the valAccuracy of epoch 2 is .* instead of 0\.8/m,
  ],
  'an accuracy that no count of images gives': [
    inRecord(({ accuracies }) => {
      accuracies.at(-1)!.valAccuracy = 42;
    }),
    /^Trial 0: the valAccuracy of epoch 2 is 42, which is no share of 5 images\./m,
  ],
  'the number of iterations': [
    inRecord(record => {
      record.iterations = 3;
    }),
    /^Trial 0: its record says 3 iterations, and has 4 losses\./m,
  ],
  'fewer losses': [
    inRecord(record => Object.assign(record, { losses: record.losses.slice(0, 3), iterations: 3 })),
    /^Trial 0: its record says that it completed after 3 iterations, and it trains 4\./m,
  ],
  'an evaluation more': [
    inRecord(({ accuracies }) => accuracies.push({ ...accuracies.at(-1)!, epoch: 3 })),
    /^Trial 0: its record has accuracies of epochs 0, 1, 2, 3, and it measures 0, 1, 2\./m,
  ],
  'diagnostics that were not measured': [
    inRecord(record => {
      record.diagnostics = [];
    }),
    /^Trial 0: its record has diagnostics, and diagnostics is false\./m,
  ],
  'an error of a trial that completed': [
    inRecord(record => {
      record.error = 'out of memory';
    }),
    /^Trial 0: its record says that it completed, and has an error\./m,
  ],
  'a trial that diverged': [
    inRecord(record => {
      record.status = 'diverged';
    }),
    /^trial 0 \(.*\) differs: it completed, and had diverged/m,
  ],
  'false figures of a trial that failed': [
    inRecord(record => Object.assign(record, { status: 'failed', losses: [1, 1, 1, 1] })),
    /^trial 0 \(.*\) differs: the loss of iteration 1 is/m,
  ],
  'records of two trials exchanged': [
    ({ records: [one, two] }) => {
      [one!.id, two!.id] = [two!.id, one!.id];
    },
    /^2 of 12 trials differ\./m,
  ],
  'a record of another run under an id of this one': [
    () => [sealed({ ...readLines(other).records[0]!, id: idOf(0) })],
    /^Line \d+ of the journal, trial 0: the record differs from a later one/m,
  ],
  'an earlier record of a trial': [
    ({ records }) => records.unshift({ ...records[0]!, losses: records[0]!.losses.with(0, 9) }),
    /^Line 5 of the journal, trial \d+: the record differs from a later one of the same trial\./m,
  ],
  'a later record that says failed': [
    ({ records: [first] }) => [
      sealed({ ...first!, status: 'failed', iterations: 0, losses: [], accuracies: [], error: 'x' }),
    ],
    /the record says that it completed, and a later one that it failed\./,
  ],
  'a line without its checksum': [
    () => [JSON.stringify(readLines(run).records[0])],
    /^Line 17 of the journal is corrupt \(checksum mismatch\)/m,
  ],
  'a line that no version knows': [
    ({ records }) => [sealed({ ...records.pop()!, valLoss: 1 })],
    /^Line 16 of the journal was written by a newer version of cifar-norm/m,
  ],
  'a plan of another run': [
    () => [sealed(readLines(other).plans[0]!)],
    /^Line 17 of the journal belongs to another run/m,
  ],
  'a setting of the experiment': [inExperiment({ learningRate: 0.5 }), NOT_PLANNED],
  regularization: [inExperiment({ reg: 0.1 }), NOT_PLANNED],
  epochs: [inExperiment({ epochs: 50 }), NOT_PLANNED],
  'the number of validation images': [inExperiment({ numValidation: 10 }), NOT_PLANNED],
  preprocessing: [inExperiment({ preprocessing: 'none' }), NOT_PLANNED],
  'the random stream': [inExperiment({ stream: 'notebook' }), NOT_PLANNED],
  'the number type': [inExperiment({ dtype: 'float64' }), NOT_PLANNED],
  'a number of the split removed': [inPlans(plan => delete plan.run.experiment.numTraining), NOT_PLANNED],
  'a key that no run stores': [
    inExperiment({ title: 'Measured on real CIFAR-10' }),
    /^The experiment in the journal has title, which no run stores there\./m,
  ],
  'a setting that the program does not have': [
    inExperiment({ dropout: 0.5 }),
    /its experiment has keys that this version does not know/,
  ],
  'an experiment that cannot be planned': [
    inExperiment({ sweep: [{ weightScale: [0.01], exclude: [{ weightScale: 0.01 }] }] }),
    /its experiment cannot be planned: .*exclude leaves no cell/,
  ],
  'a value more in the sweep': [
    inPlans(plan => (plan.run.experiment.sweep as { weightScale: number[] }[])[0]!.weightScale.push(2)),
    /^The plan lacks 4 of the 16 trials of the experiment with its seeds/m,
  ],
  'the arithmetic': [
    inPlans(plan => {
      plan.run.numerics = 'x-1';
    }),
    /the run's numerics are x-1/,
  ],
  'another arithmetic': [
    inPlans(plan => {
      plan.run.numerics = 'fused-1';
    }),
    NOT_PLANNED,
  ],
  'the fingerprint': [
    inPlans(plan => {
      plan.run.data.fingerprint = '0'.repeat(64);
    }),
    /the run's data were cifar-10 000000000000/,
  ],
  'the kind of data': [
    inPlans(plan => {
      plan.run.data.kind = 'synthetic';
    }),
    /^The journal says that the data are synthetic, and they are cifar-10\./m,
  ],
  'that the images are not the official ones': [
    ({ invocations }) => {
      for (const { invocation } of invocations) delete invocation.official;
    },
    /^The journal calls the data CIFAR-10, and they are unofficial images in CIFAR-10's layout\./m,
  ],
  'axes of two trials exchanged': [
    inPlans(({ trials: [one, two] }) => {
      [one!.axes, two!.axes] = [two!.axes, one!.axes];
    }),
    /^Trial 0: the plan says axes .*none.*, and the experiment .*batchnorm/m,
  ],
  'ids of two trials exchanged': [
    inPlans(({ trials: [one, two] }) => {
      [one!.id, two!.id] = [two!.id, one!.id];
    }),
    /^Trial 0: the plan says axes/m,
  ],
  'ids of two replicates exchanged': [
    inPlans(({ trials }) => {
      [trials[0]!.id, trials[6]!.id] = [trials[6]!.id, trials[0]!.id];
    }),
    /^Trial 0: the plan says seed 231, and the experiment 232\./m,
  ],
  'places of two trials exchanged': [
    inPlans(({ trials: [one, two] }) => {
      [one!.index, two!.index] = [1, 0];
    }),
    /^Trial 0: the plan says index 0, and the experiment 1\./m,
  ],
  'nets called by another name': [
    inPlans(({ trials }) => {
      for (const { axes } of trials) if (axes.normalization === 'batchnorm') axes.normalization = 'layernorm';
    }),
    /^Trial 0: the plan says axes .*layernorm.*, and the experiment .*batchnorm/m,
  ],
  'nets called by another name in one of two plan lines': [
    ({ plans }) => {
      for (const { axes } of plans[1]!.trials) axes.normalization = 'layernorm';
    },
    /^Line 2 of the journal plans a trial differently from a line before it\./m,
  ],
  'a trial planned twice': [
    inPlans(({ trials }) => trials.push({ ...trials[0]!, axes: { weightScale: 5 } })),
    /^Line [12] of the journal plans a trial differently/m,
  ],
  'an axis more': [
    inPlans(({ trials }) => {
      trials[0]!.axes.learningRate = 0.001;
    }),
    /^Trial 0: the plan says axes/m,
  ],
  'a group': [
    inPlans(({ trials }) => {
      trials[0]!.groups = ['layer norm'];
    }),
    /^Trial 0: the plan says groups \["layer norm"\], and the experiment \[\]\./m,
  ],
  seeds: [
    inPlans(({ trials }) =>
      trials.forEach(trial => {
        trial.seed += 1000;
      }),
    ),
    NOT_PLANNED,
  ],
  'trials removed from plan and records': [
    ({ plans, records }) => {
      const gone = [0, 1, 2].map(idOf);
      for (const plan of plans) plan.trials = plan.trials.filter(({ id }) => !gone.includes(id));
      records.splice(0, records.length, ...records.filter(({ id }) => !gone.includes(id)));
    },
    /^The plan lacks 3 of the 12 trials of the experiment with its seeds: the first is trial 0\./m,
  ],
  'a trial that the experiment does not plan': [
    inPlans(({ trials }) => trials.push({ ...trials[0]!, id: 'f'.repeat(20), index: 12 })),
    /^Trial 12 of the plan is no trial of the experiment\./m,
  ],
};

describe('what is found', () => {
  it.each(Object.entries(found))('%s', async (_, [alter, reason]) => {
    const { ok, text } = await verifiedHere(alter);
    expect(text).toMatch(reason);
    expect(text).not.toMatch(/the same bits/);
    expect(ok).toBe(false);
  });

  it('by the command, with exit code 1', async () => {
    for (const name of ['a loss', 'nets called by another name', 'the arithmetic']) {
      const [alter, reason] = found[name]!;
      const { code, stdout, stderr } = await verified(alter);
      expect(stdout + stderr).toMatch(reason);
      expect(stdout).not.toMatch(/the same bits/);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(code).toBe(1);
    }
  });

  it('also with a sample that holds no altered trial', async () => {
    const { code, stdout } = await verified(found['nets called by another name']![0], '--trials', '1');
    expect(stdout).toMatch(/^Not verified: 6 problems; 0 of 1 trial differ\./m);
    expect(code).toBe(1);
  });

  it('as a document', async () => {
    const { code, stdout } = await verified(found['axes of two trials exchanged']![0], '--json');
    expect(code).toBe(1);
    const { problems, ...rest } = JSON.parse(stdout) as { problems: string[] };
    expect(problems).toHaveLength(2);
    expect(rest).toMatchObject({ same: false, planned: 12, compared: 12, missing: [], seeds: [231, 232] });
  });
});

const VERIFIED = `Trained 12 trials again: the same bits in every loss and accuracy.
Compared 12 of 12 trials. Seeds 231 and 232, unofficial images in CIFAR-10's layout, portable-1.`;

describe('what changes no result', () => {
  const harmless: Readonly<Record<string, Alter>> = {
    nothing: () => {},
    'the order of records': ({ records }) => {
      records.reverse();
    },
    'training times': ({ records }) =>
      records.forEach(record => {
        record.seconds = 9999;
      }),
    'the title': ({ invocations }) =>
      void invocations.forEach(({ invocation }) => {
        invocation.title = 'Measured on real CIFAR-10';
      }),
    'the name': inPlans(plan => {
      plan.run.name = 'weight-scale';
    }),
    'the same record twice': ({ records }) => records.unshift({ ...records[0]!, seconds: 7 }),
    'a failure before the record': ({ records }) =>
      void records.unshift({
        ...records[0]!,
        ...{ status: 'failed', iterations: 0, losses: [], accuracies: [], error: 'took longer than 1 s' },
      }),
  };
  it.each(Object.entries(harmless))('%s', async (_, alter) => {
    const { ok, text } = await verifiedHere(alter, true);
    expect(text).toBe(VERIFIED);
    expect(ok).toBe(true);
  });

  it('by the command, with exit code 0', async () => {
    const { code, stdout, stderr } = await verified(harmless['the title']!, '--complete');
    expect([code, stdout, stderr]).toEqual([0, `${VERIFIED}\n`, '']);
  });
});

describe('what is missing', () => {
  const without = [0, 1, 3];
  const dropped: Alter = ({ records }) => {
    const gone = without.map(idOf);
    records.splice(0, records.length, ...records.filter(({ id }) => !gone.includes(id)));
  };
  const failed: Alter = inRecord(record =>
    Object.assign(record, { status: 'failed', error: 'out of memory' }),
  );

  it('is said on stderr and in the document', async () => {
    const { code, stdout, stderr } = await verified(dropped);
    expect(stderr).toBe('3 of 12 trials are missing: trials 0, 1 and 3\n');
    expect(stdout).toMatch(/^Trained 9 trials again: the same bits/);
    expect(stdout).toMatch(/^Compared 9 of 12 trials; 3 are missing\./m);
    expect(code).toBe(0);
    const json = JSON.parse((await verified(dropped, '--json')).stdout);
    expect(json).toMatchObject({ same: true, planned: 12, compared: 9, missing: without });
  });

  it('fails with --complete', async () => {
    const { code, stdout } = await verified(dropped, '--complete');
    expect(stdout).toMatch(/^Not complete: 3 of 12 trials are missing: trials 0, 1 and 3\./m);
    expect(code).toBe(1);
    expect(JSON.parse((await verified(dropped, '--complete', '--json')).stdout).same).toBe(false);
  });

  it('a trial that failed is missing, and is trained', async () => {
    const { code, stdout, stderr } = await verified(failed);
    expect(stderr).toBe('1 of 12 trials is missing: trial 0 (failed)\n');
    expect(stdout).toMatch(/^trial 0 \(.*\): it had failed, and now it completes$/m);
    expect(stdout).toMatch(/^Trained 11 trials again: the same bits/m);
    expect(code).toBe(0);
    expect((await verified(failed, '--complete')).code).toBe(1);
    const json = JSON.parse((await verified(failed, '--json')).stdout);
    expect(json).toMatchObject({ same: true, missing: [0], failed: [{ trial: 0, now: 'completed' }] });
  });

  it('records of another run are named', async () => {
    const foreign: Alter = () => readLines(other).records.map(sealed);
    const { code, stdout, stderr } = await verified(foreign);
    expect(stderr).toMatch(/: Lines 17 to 28 of the journal belong to another run: left out\.\n$/);
    expect(stdout).toMatch(/^Trained 12 trials again: the same bits/);
    expect(code).toBe(0);
    expect(JSON.parse((await verified(foreign, '--json')).stdout).foreign).toHaveLength(12);
  });
});

describe('a sample', () => {
  const trialsOf = async (...words: string[]): Promise<number[]> => {
    const { stdout } = await verify(run, '--json', ...words);
    const { trials } = JSON.parse(stdout) as { trials: { trial: number }[] };
    return trials.map(({ trial }) => trial);
  };
  const cellOf = (trial: number) => trial % 6;

  it('has a trial of each cell before a second of any; equal seeds give equal samples', async () => {
    const six = await trialsOf('--trials', '6');
    expect(new Set(six.map(cellOf)).size).toBe(6);
    const ten = await trialsOf('--trials', '10');
    expect(new Set(ten.map(cellOf)).size).toBe(6);
    expect(ten).toHaveLength(10);
    expect(await trialsOf('--trials', '6')).toEqual(six);
    const others = await Promise.all(['1', '2', '3'].map(seed => trialsOf('--trials', '6', '--seed', seed)));
    expect(others.some(sample => sample.join() !== six.join())).toBe(true);
  });
});

describe('runs that grew or were split', () => {
  const words = ['sweep', file, '--data', data, '--quiet', '--workers', '1'];

  it('a run that was extended, also by other seeds, is verified whole', async () => {
    const grown = join(emptyFolder(), 'run');
    for (const more of [[], ['--replicates', '2'], ['--set', 'seeds=[7]']])
      expect((await cifarNorm([...words, '--out', grown, ...more])).code).toBe(0);
    const { code, stdout } = await verify(grown, '--complete');
    expect(stdout).toMatch(/^Trained 18 trials again: .*\nCompared 18 of 18 trials\. Seeds 231, 232 and 7,/);
    expect(code).toBe(0);
  });

  it('a shard is verified for itself, merged shards as one run', async () => {
    const folder = emptyFolder();
    const shards = [1, 2].map(index => join(folder, String(index)));
    for (const [i, shard] of shards.entries())
      await cifarNorm([...words, '--out', shard, '--shard', `${i + 1}/2`]);
    const one = await verify(shards[0]!, '--complete');
    expect(one.stdout).toMatch(/^Compared \d of \d trials of shard 1\/2\./m);
    expect(one.code).toBe(0);
    const whole = join(folder, 'whole');
    expect((await cifarNorm(['merge', ...shards, '--out', whole, '--quiet'])).code).toBe(0);
    expect((await verify(whole, '--complete')).stdout).toMatch(/^Trained 6 trials again: the same bits/);
  });
});

it('the data part of a loss is compared; a record of 0.2.0 does not have it', async () => {
  const regularized = join(emptyFolder(), 'run');
  const words = ['sweep', file, '--data', data, '--quiet', '--workers', '1', '--set', 'reg=0.1'];
  await cifarNorm([...words, '--out', regularized]);
  const journal = readLines(regularized);
  const [first, ...others] = journal.records as [Journal['records'][number], ...Journal['records']];
  expect(first.lastEpochDataLoss).toBeLessThan(first.losses.at(-1)!);
  for (const record of others) delete record.lastEpochDataLoss;
  expect((await verify(writeLines(journal))).code).toBe(0);
  first.lastEpochDataLoss! += 1;
  const { code, stdout } = await verify(writeLines(journal));
  expect(stdout).toMatch(/differs: lastEpochDataLoss is .* instead of/);
  expect(code).toBe(1);
});

it('a run with the plan of another one is not resumed, and nothing is called corrupt that is not', async () => {
  const folder = writeLines(readLines(run), [sealed(readLines(other).plans[0]!)]);
  const words = ['sweep', file, '--data', data, '--quiet', '--workers', '1', '--out', folder];
  const { code, stderr } = await cifarNorm(words);
  expect(stderr).toMatch(/journal\.jsonl:17: line 17 belongs to another run\n/);
  expect(code).toBe(1);
  expect((await cifarNorm([...words, '--repair'])).code).toBe(0);
});

it('a CSV file that was changed by hand is found', async () => {
  const folder = join(emptyFolder(), 'run');
  cpSync(run, folder, { recursive: true });
  const csv = join(folder, 'trials.csv');
  writeFileSync(csv, readFileSync(csv, 'utf8').replace('completed,4', 'completed,5'));
  const { code, stdout } = await verify(folder, '--trials', '1');
  expect(stdout).toMatch(
    /^trials\.csv is not what the journal gives: write it again with cifar-norm export\.$/m,
  );
  expect(code).toBe(1);
  expect((await cifarNorm(['export', folder, '--quiet'])).code).toBe(0);
  expect((await verify(folder, '--trials', '1')).code).toBe(0);
});

it('CSV files whose line endings Git or an editor converted are what the journal gives', async () => {
  const folder = join(emptyFolder(), 'run');
  cpSync(run, folder, { recursive: true });
  for (const name of readdirSync(folder).filter(each => each.endsWith('.csv'))) {
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), `\ufeff${text.replaceAll('\n', '\r\n')}`);
  }
  expect((await verify(folder, '--trials', '1')).code).toBe(0);
});

it('synthetic images that are called CIFAR-10 are found, and no view calls them so', async () => {
  const release = fileURLToPath(new URL('../fixtures/runs/0.2.0-finished', import.meta.url));
  const journal = readLines(release);
  for (const { run } of journal.plans) run.data.kind = 'cifar-10';
  const folder = writeLines(journal);
  const { code, stdout } = await cifarNorm(['verify', folder, '--trials', '1', '--quiet']);
  expect(stdout).toMatch(/^The journal says that the data are cifar-10, and they are synthetic\.$/m);
  expect(stdout).toMatch(/synthetic data, portable-1\.$/m);
  expect(code).toBe(1);
  const shown = (await cifarNorm(['show', folder])).stdout;
  expect(shown).toMatch(/^12 trials on synthetic data$/m);
  expect(shown).not.toMatch(/on CIFAR-10|\(CIFAR-10\)/);
});
