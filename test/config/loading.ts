/** Loads experiments from text, for tests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { loadExperiment } from '../../src/config/load.ts';
import type { Experiment } from '../../src/config/schema.ts';
import { CifarNormError } from '../../src/errors.ts';

export const configsFolder = fileURLToPath(new URL('../../configs', import.meta.url));
export const SHIPPED = [
  'batch-size',
  'deep-net',
  'question-1',
  'question-1-epsilon',
  'question-1-exact',
  'question-2',
  'question-2-updates',
  'question-4-depth',
  'question-4-reg',
  'question-4-width',
  'weight-scale',
];

/** A temporary folder, removed after the tests of the file. */
export function scratchFolder(): { readonly path: string } {
  const folder = { path: '' };
  beforeAll(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'cifar-norm-config-'));
  });
  afterAll(() => rm(folder.path, { recursive: true }));
  return folder;
}

/** Loads `text` as the file `x.yaml` in a folder. */
export async function loadText(
  folder: string,
  text: string | Uint8Array,
  overrides: readonly string[] = [],
): Promise<Experiment> {
  await writeFile(join(folder, 'x.yaml'), text);
  const { experiment } = await loadExperiment('x.yaml', overrides, folder);
  return experiment;
}

export async function loadShipped(name: string, overrides: readonly string[] = []): Promise<Experiment> {
  const { experiment } = await loadExperiment(name, overrides, '/');
  return experiment;
}

/** The error that a user would see. Any other error fails the test, and so does none. */
export async function errorOf(loading: Promise<unknown>): Promise<CifarNormError> {
  const error = await loading.then(
    () => new Error('it was accepted'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof CifarNormError) return error;
  throw error;
}
