/** Runs in this process, of a few milliseconds each, and what they leave. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentInput } from '../../src/config/schema.ts';
import { loadDataset } from '../../src/data/load.ts';
import { type RunOptions, runExperiment } from '../../src/run/run-experiment.ts';
import { CSVS, JOURNAL } from '../../src/store/folder.ts';
import { readRun } from '../../src/store/stored-run.ts';
import { binaryFolder } from '../data/fixtures.ts';
import { emptyFolder } from '../e2e/cli.ts';

const place = { kind: 'folder', path: binaryFolder(), layout: 'binary' } as const;
const dataset = await loadDataset(place, { test: false });

/** An experiment of 2 * `scales` trials. */
export const tiny = (scales: number): ExperimentInput => ({
  numTraining: 10,
  numValidation: 5,
  trainImages: 10,
  batchSize: 5,
  hiddenDims: [3],
  epochs: 2,
  sweep: { weightScale: { logspace: [-3, 0, scales] }, normalization: ['batchnorm', 'none'] },
});

export interface Ended {
  /** Ids of the trials that ran. */
  readonly ran: readonly string[];
  readonly complete: boolean;
}

/** Runs it in the calling thread. */
export async function runTiny(
  experiment: ExperimentInput,
  out: string,
  options: RunOptions = {},
): Promise<Ended> {
  const ran: string[] = [];
  await using run = await runExperiment(experiment, {
    ...{ data: dataset, out, workers: 0 },
    ...options,
    onEvent: async event => {
      if (event.kind === 'started') ran.push(event.trial.id);
      await options.onEvent?.(event);
    },
  });
  return { ran, complete: run.complete };
}

export const csvsOf = (folder: string) => CSVS.map(name => readFileSync(join(folder, name), 'utf8'));
export const journalOf = (folder: string) => join(folder, JOURNAL);

/** Ids of the trials that a folder's journal gives back. */
export async function finishedIn(folder: string): Promise<Set<string>> {
  const run = await readRun(folder);
  try {
    for (const { record } of run.results) record();
    return new Set(run.results.map(({ trial }) => trial.id));
  } finally {
    await run.close();
  }
}

/** A finished run that nothing disturbed. */
export async function quietRun(experiment: ExperimentInput): Promise<string> {
  const out = join(emptyFolder(), 'run');
  await runTiny(experiment, out);
  return out;
}
