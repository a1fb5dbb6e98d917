/** What a run is, and what worked on it: enough to run it again and to tell whether another run is the same. */
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { z } from 'zod';
import { decisivePart, type Experiment } from '../config/schema.ts';
import { withoutDefaults } from '../plan/ids.ts';

/** What decides a run's results. A folder belongs to one of these. */
export const identitySchema = z.strictObject({
  name: z.string(),
  /** The resolved experiment, without what cannot change a result. */
  experiment: z.record(z.string(), z.unknown()),
  data: z.strictObject({ kind: z.enum(['cifar-10', 'synthetic']), fingerprint: z.string() }),
  numerics: z.string(),
});
export type Identity = z.output<typeof identitySchema>;

/** One invocation of the program on a run: a run may move from machine to machine. */
export const invocationSchema = z.strictObject({
  command: z.enum(['sweep', 'train']),
  title: z.string().optional(),
  description: z.string().optional(),
  charts: z.array(z.record(z.string(), z.unknown())).optional(),
  /** The cells that comparisons refer to. */
  baseline: z.record(z.string(), z.unknown()).optional(),
  expect: z.array(z.record(z.string(), z.unknown())).optional(),
  /** Why its expectations do not apply, if they do not. */
  notApplicable: z.string().optional(),
  dataSource: z.string(),
  /** False if the images are in CIFAR-10's layout, but not those of CIFAR-10; else absent. */
  official: z.literal(false).optional(),
  version: z.string(),
  node: z.string(),
  platform: z.strictObject({ os: z.string(), arch: z.string(), cpu: z.string(), cores: z.int() }),
  /** Threads; absent if the workers of a queue trained. */
  workers: z.int().optional(),
  /** The part of the plan that it runs, if not all of it. */
  shard: z.strictObject({ index: z.int().positive(), count: z.int().positive() }).optional(),
  /** What computed: avx512, avx2 or wasm; absent if the workers of a queue did. The bits do not depend on it. */
  kernels: z.string().optional(),
  invokedAt: z.string(),
  /** What it is sorted by instead, if the clock was set back: see order.ts. */
  orderedAt: z.string().optional(),
});
export type Invocation = z.output<typeof invocationSchema>;

/** How the results of a run are shown; no part of what the run is. */
export type Presentation = Pick<
  Invocation,
  'command' | 'title' | 'description' | 'charts' | 'baseline' | 'expect' | 'notApplicable'
>;

export const manifestSchema = z.strictObject({
  ...identitySchema.shape,
  /** From the latest invocation. */
  ...invocationSchema.shape,
  status: z.enum(['running', 'interrupted', 'finished']),
  trials: z.strictObject({ planned: z.int(), completed: z.int(), diverged: z.int(), failed: z.int() }),
  startedAt: z.string(),
  updatedAt: z.string(),
  /** Training time of all trials together. */
  trainingSeconds: z.number(),
});
export type Manifest = z.output<typeof manifestSchema>;

/**
 * The identity of a run of an experiment. Leaves out keys that cannot change a result, such as the data's place, the title and
 * the charts. Leaves out replicates too, because a command may add more to a run.
 */
export function identityOf(
  { name, experiment }: { readonly name: string; readonly experiment: Experiment },
  { kind, fingerprint }: Identity['data'],
  numerics: string,
): Identity {
  return { name, experiment: decisivePart(experiment), data: { kind, fingerprint }, numerics };
}

export const invocationOf = (asked: Omit<Invocation, 'node' | 'platform'>): Invocation => ({
  ...asked,
  node: process.version,
  platform: {
    os: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
  },
});

/** The keys in which two runs differ, as `key: one -> other`; a key that is left out has its default. */
export function differences(one: Identity, other: Identity): string[] {
  const flat = ({ experiment, data, numerics }: Identity): Record<string, unknown> => ({
    ...withoutDefaults(experiment),
    'data (fingerprint)': `${data.kind} ${data.fingerprint.slice(0, 12)}`,
    numerics,
  });
  const [a, b] = [flat(one), flat(other)];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap(key => {
    const [before, after] = [shown(one, a, key), shown(other, b, key)];
    return JSON.stringify(a[key]) === JSON.stringify(b[key]) ? [] : [`${key}: ${before} -> ${after}`];
  });
}

/** The same for two runs as they are stored, and the versions of cifar-norm that worked on them last. */
export function runDifferences(
  one: { readonly identity: Identity; readonly invocation: Pick<Invocation, 'version'> | undefined },
  other: typeof one,
): string[] {
  const [before, after] = [one, other].map(({ invocation }) => invocation?.version ?? 'unknown');
  return [
    ...differences(one.identity, other.identity),
    ...(before === after ? [] : [`cifar-norm (version): ${before} -> ${after}`]),
  ];
}

const shown = ({ experiment }: Identity, flat: Record<string, unknown>, key: string): string =>
  JSON.stringify(flat[key] ?? experiment[key]) ?? 'none';
