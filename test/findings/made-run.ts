/** Made-up runs by number: a real experiment, planned by the program, with made-up records. */

import { examine } from '../../src/config/rules.ts';
import { type Experiment, type ExperimentInput, experimentSchema } from '../../src/config/schema.ts';
import { SYNTHETIC_FINGERPRINT } from '../../src/data/dataset.ts';
import { planTrials } from '../../src/plan/plan.ts';
import type { Trial } from '../../src/plan/trial.ts';
import type { TrialRecord } from '../../src/records/record.ts';
import type { OpenRun } from '../../src/run/views.ts';
import { type Entry, entryOf } from '../../src/store/entry.ts';
import { type Identity, identityOf } from '../../src/store/manifest.ts';
import { resultsOf } from '../../src/store/stored-run.ts';
import { designOf, type Shape } from './designs.ts';
import { recordsOf } from './figures.ts';
import { type Random, randomOf } from './random.ts';
import { wishesOf } from './wishes.ts';

export interface MadeRun {
  /** Makes the same run again. */
  readonly number: number;
  readonly shape: Shape;
  readonly experiment: Experiment;
  readonly trials: readonly Trial[];
  readonly records: ReadonlyMap<string, TrialRecord>;
  /** As the program reads it from a journal. */
  readonly run: OpenRun;
}

type Data = Identity['data'] & { readonly official?: false };

const DATA: readonly Data[] = [
  { kind: 'cifar-10', fingerprint: 'f'.repeat(64) },
  { kind: 'synthetic', fingerprint: SYNTHETIC_FINGERPRINT },
  { kind: 'cifar-10', official: false, fingerprint: '1'.repeat(64) },
];

/** @param wanted the shape; any by default */
export function madeRun(number: number, wanted?: Shape): MadeRun {
  const random = randomOf(number);
  const { shape, input } = designOf(random, wanted);
  const wishes = wishesOf(experimentOf(input), random);
  return assembled(number, shape, { ...input, ...wishes }, random);
}

/** Two runs that differ in seeds, a setting, a part of the grid, or nothing but their figures. */
export function madePair(number: number): readonly [MadeRun, MadeRun] {
  const random = randomOf(number + 3e6);
  const { shape, input } = designOf(random);
  const first = assembled(number, shape, input, random);
  return [first, assembled(number, shape, variedOf(input, random), random)];
}

function variedOf(input: ExperimentInput, random: Random): ExperimentInput {
  const { seeds, seed, replicates, ...rest } = input;
  const swept = JSON.stringify(input.sweep ?? {});
  const own = (key: string, change: ExperimentInput): ExperimentInput =>
    swept.includes(`"${key}"`) ? {} : change;
  switch (random.int(0, 5)) {
    case 0:
      return input;
    case 1:
      return { ...rest, seeds: [500, 501] };
    case 2:
      return { ...rest, replicates: random.int(1, 6) };
    case 3:
      return { ...input, ...own('learningRate', { learningRate: 0.1234 }) };
    case 4:
      return {
        ...input,
        ...own('epochs', { epochs: 4 }),
        ...own('normalization', { normalization: 'layernorm' }),
      };
    default: {
      const [grid, ...others] = [input.sweep ?? []].flat();
      return others.length > 0 ? { ...input, sweep: others } : { ...input, sweep: fewer(grid ?? {}, random) };
    }
  }
}

/** A grid with fewer values of one axis. */
function fewer(grid: object, random: Random): ExperimentInput['sweep'] {
  const lists = Object.entries(grid).filter(
    ([key, values]) => Array.isArray(values) && values.length > 1 && key !== 'exclude',
  );
  if (lists.length === 0) return grid;
  const [key, values] = random.pick(lists) as [string, unknown[]];
  const { exclude: _, ...rest } = grid as { exclude?: unknown };
  return { ...rest, [key]: random.some(values, random.int(1, values.length - 1)) };
}

export function experimentOf(input: ExperimentInput): Experiment {
  const experiment = experimentSchema.parse(input);
  const [problem] = examine(experiment).problems;
  if (problem) throw new Error(`made-up experiment: ${problem.message} in ${JSON.stringify(input)}`);
  return experiment;
}

export function assembled(
  number: number,
  shape: Shape,
  input: ExperimentInput,
  random: Random,
  name = 'made',
): MadeRun {
  const experiment = experimentOf(input);
  const data: Data = random.weighted(DATA.map((each, i) => [i === 0 ? 18 : 1, each] as const));
  const trials = planTrials(experiment, { fingerprint: data.fingerprint, numerics: 'portable-1' });
  const records = recordsOf(trials, random);
  return {
    number,
    shape,
    experiment,
    trials,
    records,
    run: openRun(name, experiment, data, trials, records),
  };
}

/** A run as the program reads it from its journal. */
export function openRun(
  name: string,
  experiment: Experiment,
  { official, ...data }: Data,
  trials: readonly Trial[],
  records: ReadonlyMap<string, TrialRecord>,
): OpenRun {
  const entries = new Map<string, Entry>();
  for (const trial of trials) {
    const record = records.get(trial.id);
    if (record) entries.set(trial.id, entryOf(record, trial, 0, 0));
  }
  const { title, description, charts, baseline, expect } = experiment;
  return {
    folder: `results/${name}`,
    identity: identityOf({ name, experiment }, data, 'portable-1'),
    startedAt: '2026-01-01T00:00:00.000Z',
    invocation: {
      command: 'sweep',
      ...{ title, description, charts, baseline, expect, ...(official === false && { official }) },
      ...{ dataSource: 'made up', version: '0.0.0', node: 'v20', invokedAt: '2026-01-01T00:00:00.000Z' },
      platform: { os: 'linux', arch: 'x64', cpu: 'none', cores: 1 },
    },
    trials,
    results: resultsOf(trials, entries, ({ id }) => records.get(id)!),
    trainingSeconds: 1,
  };
}
