/** Two values of an axis that differ only in their last bits are one cell; runs that planned two stay as they are. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../src/config/schema.ts';
import { planTrials } from '../../src/plan/plan.ts';
import { cifarNorm, emptyFolder, readCsv } from '../e2e/cli.ts';

const runs = fileURLToPath(new URL('../fixtures/runs', import.meta.url));
const plan = (input: ExperimentInput) =>
  planTrials(experimentSchema.parse(input), { fingerprint: 'f', numerics: 'n' });
const scales = (input: ExperimentInput) => plan(input).map(({ settings }) => settings.weightScale);
const linspace = [0.1, 0.4, 4] as [number, number, number];

describe('planning', () => {
  it('plans a value once, and trains the first', () => {
    expect(scales({ sweep: [{ weightScale: { linspace } }, { weightScale: [0.3, 0.5] }] })).toEqual([
      0.1, 0.2, 0.30000000000000004, 0.4, 0.5,
    ]);
    expect(scales({ sweep: [{ weightScale: [0.3, 0.5] }, { weightScale: { linspace } }] })).toEqual([
      0.3, 0.5, 0.1, 0.2, 0.4,
    ]);
    expect(scales({ sweep: { weightScale: [0.3, 0.1 + 0.2, 0.3 + 1e-9] } })).toEqual([0.3, 0.3 + 1e-9]);
  });

  it('takes the value of an earlier grid for one that the experiment gives', () => {
    const sweep = [{ weightScale: [0.1 + 0.2], reg: 0 }, { reg: [0, 1] }];
    expect(plan({ weightScale: 0.3, sweep }).map(({ axes }) => axes)).toEqual([
      { weightScale: 0.1 + 0.2, reg: 0 },
      { weightScale: 0.1 + 0.2, reg: 1 },
    ]);
  });

  it('shares a trial between groups', () => {
    const sweep = [
      { group: 'a', weightScale: 0.1 + 0.2 },
      { group: 'b', weightScale: 0.3 },
    ];
    expect(plan({ sweep }).map(({ groups }) => groups)).toEqual([['a', 'b']]);
  });

  it('keeps the ids of the trials that are left', () => {
    const alone = plan({ sweep: { weightScale: { linspace } } });
    const both = plan({ sweep: [{ weightScale: { linspace } }, { weightScale: 0.3 }] });
    expect(both.map(({ id }) => id)).toEqual(alone.map(({ id }) => id));
  });

  it('excludes and bounds a value by its decimal form', () => {
    const rule = (bounds: object) =>
      scales({ sweep: { weightScale: { linspace }, exclude: [{ weightScale: bounds }] } });
    expect(rule({ above: 0.3 })).toEqual([0.1, 0.2, 0.30000000000000004]);
    expect(rule({ atMost: 0.3 })).toEqual([0.4]);
  });
});

describe('a run of 0.2.0 with both values', () => {
  const copy = () => {
    const folder = join(emptyFolder(), 'run');
    cpSync(join(runs, '0.2.0-same-values'), folder, { recursive: true });
    return folder;
  };

  it('is verified, and has nothing left to run', async () => {
    const folder = copy();
    const verified = await cifarNorm(['verify', folder, '--data', 'synthetic']);
    expect(verified.stdout).toMatch(/^Trained 5 trials again: the same bits/);
    const journal = readFileSync(join(folder, 'journal.jsonl'), 'utf8');
    const trials = readFileSync(join(folder, 'trials.csv'), 'utf8');
    const words = [
      'sweep',
      join(runs, 'same-values.yaml'),
      '--data',
      'synthetic',
      '--out',
      folder,
      '--quiet',
    ];
    const { code, stderr } = await cifarNorm(words);
    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8')).toBe(journal);
    expect(readFileSync(join(folder, 'trials.csv'), 'utf8')).toBe(trials);
    // More seeds continue the plan that the run has.
    expect((await cifarNorm([...words, '--replicates', '2'])).code).toBe(0);
    expect(readCsv(join(folder, 'trials.csv'))).toHaveLength(10);
  });

  it('a new run of the experiment has one cell', async () => {
    const out = join(emptyFolder(), 'run');
    const words = ['sweep', join(runs, 'same-values.yaml'), '--data', 'synthetic', '--out', out, '--quiet'];
    expect((await cifarNorm(words)).code).toBe(0);
    expect(readCsv(join(out, 'trials.csv')).map(({ weightScale }) => weightScale)).toEqual([
      '0.1',
      '0.2',
      '0.30000000000000004',
      '0.4',
    ]);
  });
});
