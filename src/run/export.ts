/** Writes the views of a stored run again. */
import { explained } from '../files/atomic.ts';
import { isLocked } from '../store/lock.ts';
import { MANIFEST } from '../store/manifest.ts';
import type { StoredRun } from '../store/stored-run.ts';
import { writeCsvs, writeManifest } from './views.ts';

export interface ExportOptions {
  /** Replace files also by shorter ones. */
  readonly force: boolean;
  notify(text: string): void;
}

/**
 * @returns the names of the files written
 * @throws CifarNormError (run) if a file cannot be written, or would lose rows and may not
 */
export async function exportRun(run: StoredRun, { force, notify }: ExportOptions): Promise<string[]> {
  const { folder, results, trials, corrupt } = run;
  for (const line of corrupt) notify(`line ${line} of the journal is corrupt and left out`);
  try {
    const names = await writeCsvs(folder, results, { shrink: force });
    // A run that is going on writes its own manifest.
    if (await isLocked(folder)) return names;
    await writeManifest(run, results.length === trials.length ? 'finished' : 'interrupted');
    return [...names, MANIFEST];
  } catch (error) {
    throw explained(error, 'run', `cannot write to ${folder}`, 'the folder must be one that you may write to');
  }
}
