/** What a run is: enough to run it again and to tell whether another run is the same. */
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { z } from 'zod';

export const MANIFEST = 'manifest.json';

/** What decides a run's results; a folder belongs to one of these. */
export const identitySchema = z.strictObject({
  name: z.string(),
  experiment: z.record(z.string(), z.unknown()),
  data: z.strictObject({ kind: z.enum(['cifar-10', 'synthetic']), fingerprint: z.string() }),
  numerics: z.string(),
});
export type Identity = z.output<typeof identitySchema>;

/** Where and with what a run was worked on: of each invocation, for a run may move from machine to machine. */
export const invocationSchema = z.strictObject({
  dataSource: z.string(),
  version: z.string(),
  node: z.string(),
  platform: z.strictObject({ os: z.string(), arch: z.string(), cpu: z.string(), cores: z.int() }),
  workers: z.int(),
  invokedAt: z.string(),
});
export type Invocation = z.output<typeof invocationSchema>;

export const manifestSchema = z.strictObject({
  ...identitySchema.shape,
  /** Of the latest invocation. */
  ...invocationSchema.shape,
  status: z.enum(['running', 'interrupted', 'finished']),
  trials: z.strictObject({ planned: z.int(), completed: z.int(), diverged: z.int(), failed: z.int() }),
  startedAt: z.string(),
  updatedAt: z.string(),
  /** That the latest invocation took; null in a manifest that was made from the journal later. */
  seconds: z.number().nullable(),
});
export type Manifest = z.output<typeof manifestSchema>;

export const invocationOf = (asked: Pick<Invocation, 'dataSource' | 'version' | 'workers'>): Invocation => ({
  ...asked,
  node: process.version,
  platform: {
    os: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
  },
  invokedAt: new Date().toISOString(),
});

/** Keys of the experiment in which two runs differ, as `key: one -> other`. */
export function differences(one: Identity, other: Identity): string[] {
  const flat = ({ experiment, data, numerics }: Identity): Record<string, unknown> => ({
    ...experiment,
    'data (fingerprint)': `${data.kind} ${data.fingerprint.slice(0, 12)}`,
    numerics,
  });
  const [a, b] = [flat(one), flat(other)];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap(key => {
    const [before, after] = [JSON.stringify(a[key]), JSON.stringify(b[key])];
    return before === after ? [] : [`${key}: ${before ?? 'none'} -> ${after ?? 'none'}`];
  });
}
