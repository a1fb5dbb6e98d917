/** What is made from the journal for those who look: the manifest and the CSV files. */
import { join } from 'node:path';
import type { Trial } from '../plan/trial.ts';
import { accuraciesCsv, lossesCsv, trialsCsv } from '../report/csv.ts';
import { writeAtomically } from '../files/atomic.ts';
import type { Entry, Head } from '../store/journal.ts';
import { type Invocation, MANIFEST, type Manifest } from '../store/manifest.ts';
import type { TrialRecord } from '../records/record.ts';
import { type Result, tally } from '../analysis/results.ts';

interface View {
  readonly head: Head;
  readonly invocation: Invocation;
  readonly planned: number;
  readonly results: readonly Result[];
  readonly status: Manifest['status'];
  readonly seconds: number | null;
}

export async function writeManifest(
  folder: string,
  { head: { run, startedAt }, invocation, planned, results, status, seconds }: View,
): Promise<void> {
  const manifest: Manifest = {
    ...run,
    ...invocation,
    status,
    trials: { planned, ...tally(results) },
    startedAt,
    updatedAt: new Date().toISOString(),
    seconds,
  };
  await writeAtomically(join(folder, MANIFEST), [`${JSON.stringify(manifest, null, 2)}\n`]);
}

/** Writes the CSV files; their names. */
export async function writeCsvs(folder: string, results: readonly Result[]): Promise<string[]> {
  const views = { 'trials.csv': trialsCsv, 'losses.csv': lossesCsv, 'accuracies.csv': accuraciesCsv };
  for (const [name, lines] of Object.entries(views))
    await writeAtomically(join(folder, name), lines(results));
  return Object.keys(views);
}

/** In plan order, without the trials that have no entry. */
export function resultsOf(
  trials: readonly Trial[],
  entries: ReadonlyMap<string, Entry>,
  read: (entry: Entry) => TrialRecord,
): Result[] {
  return trials.flatMap(trial => {
    const entry = entries.get(trial.id);
    if (!entry) return [];
    const { status, error, summary } = entry;
    return [{ trial, status, error, summary, record: () => read(entry) }];
  });
}
