/** The views of a run, made from its journal: the manifest and the CSV files. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { dataLabelOf, type Result, tally } from '../analysis/results.ts';
import { chartsSchema } from '../config/schema.ts';
import { CifarNormError } from '../errors.ts';
import { writeAtomically } from '../files/atomic.ts';
import { trialsOf } from '../plan/shard.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import { accuraciesCsv, lossesCsv, trialsCsv } from '../report/csv.ts';
import type { RunView } from '../report/run-report.ts';
import { type Identity, type Invocation, MANIFEST, type Manifest } from '../store/manifest.ts';

/** A run with its journal open. */
export interface OpenRun {
  readonly folder: string;
  readonly identity: Identity;
  readonly startedAt: string;
  readonly invocation: Invocation | undefined;
  readonly trials: readonly PlannedTrial[];
  readonly results: readonly Result[];
  /** Of all trials together. */
  readonly trainingSeconds: number;
}

/** Whether it has a result of every trial that it was to run. */
export function isComplete({ trials, results, invocation }: Planned): boolean {
  const done = new Set(results.map(({ trial }) => trial.id));
  return trialsOf(trials, invocation?.shard).every(({ id }) => done.has(id));
}

type Planned = Pick<OpenRun, 'trials' | 'results' | 'invocation'>;

/** Trials that it was to run, and those that it has run. */
function countAsked({ trials, results, invocation }: Planned): number {
  const asked = [...trialsOf(trials, invocation?.shard), ...results.map(({ trial }) => trial)];
  return new Set(asked.map(({ id }) => id)).size;
}

/** What its report shows. */
export function viewOf(run: Omit<OpenRun, 'trainingSeconds'>): RunView {
  const { identity, invocation, results } = run;
  const { title, description, command = 'sweep', charts } = invocation ?? {};
  return {
    ...{ name: identity.name, title, description, command, results },
    data: dataLabelOf(identity.data),
    planned: countAsked(run),
    charts: chartsSchema.safeParse(charts).data,
  };
}

export async function writeManifest(run: OpenRun, status: Manifest['status']): Promise<void> {
  const { folder, identity, invocation, startedAt, trials, results, trainingSeconds } = run;
  if (!invocation) return;
  const manifest: Manifest = {
    ...identity,
    ...invocation,
    status,
    trials: { planned: trials.length, ...tally(results) },
    startedAt,
    updatedAt: new Date().toISOString(),
    trainingSeconds,
  };
  await writeAtomically(join(folder, MANIFEST), [`${JSON.stringify(manifest, null, 2)}\n`]);
}

const csvFiles = { 'trials.csv': trialsCsv, 'losses.csv': lossesCsv, 'accuracies.csv': accuraciesCsv };
export const CSV_NAMES = Object.keys(csvFiles);

/**
 * Writes the CSV files and returns their names.
 * @param shrink whether a file may be replaced by one with fewer rows
 * @throws CifarNormError (run) if a file would lose rows and may not
 */
export async function writeCsvs(
  folder: string,
  results: readonly Result[],
  { shrink }: { readonly shrink: boolean },
): Promise<string[]> {
  for (const [name, linesOf] of Object.entries(csvFiles)) {
    const path = join(folder, name);
    const before = shrink ? 0 : await countLines(path);
    await writeAtomically(path, linesOf(results), written => {
      if (written >= before) return;
      throw new CifarNormError(
        'run',
        `${path} has ${before - 1} rows, and the journal gives only ${written - 1}: the file is left as it is`,
        'look at the journal with cifar-norm status; to replace the file all the same, use cifar-norm export --force',
      );
    });
  }
  return CSV_NAMES;
}

/** Newlines in a file; 0 if there is no such file. */
async function countLines(path: string): Promise<number> {
  let count = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>)
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return count;
}
