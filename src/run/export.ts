/** Writes the views of a stored run again. */
import { explained } from '../files/system-error.ts';
import { lockFolder } from '../store/folder.ts';
import { readRun, type StoredRun } from '../store/stored-run.ts';
import { writeViews } from './views.ts';

export interface ExportOptions {
  /** Replace files also by shorter ones. */
  readonly force: boolean;
}

/**
 * Holds the folder's lock, so that no view overwrites that of a run that is going on or has just ended.
 * @returns the names of the files written
 * @throws CifarNormError if the folder is in use, a file cannot be written, or a file would lose rows and may not
 */
export async function exportRun(
  { folder }: Pick<StoredRun, 'folder'>,
  { force }: ExportOptions,
): Promise<readonly string[]> {
  try {
    const lock = await lockFolder(folder);
    try {
      const run = await readRun(folder);
      try {
        return await writeViews(run, { lock, shrink: force });
      } finally {
        await run.close();
      }
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw explained(error, 'run', `cannot write to ${folder}`, 'export as a user who may write there');
  }
}
