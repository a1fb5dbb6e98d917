/** The files in a run's folder, and which of them are a run's. */
import { constants } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { removeTemporaries } from '../files/atomic.ts';
import { explainHolder, type FileLock, lockFile } from '../files/lock.ts';
import { openRegular } from '../files/regular.ts';
import { manifestSchema } from './manifest.ts';

export const JOURNAL = 'journal.jsonl';
export const MANIFEST = 'manifest.json';
export const FINDING = 'finding.json';
export const CSVS = ['trials.csv', 'losses.csv', 'accuracies.csv', 'summary.csv'] as const;
const LOCK = 'run.lock';

/** Every CSV file of a run begins with the number of a trial or of a cell. */
const CSV_BEGINNING = /^(trial|cell),/;

export const lockPath = (folder: string): string => join(folder, LOCK);

/**
 * Locks a run's folder, and removes what killed processes left in it.
 * @throws CifarNormError (usage) if another process has the folder
 */
export async function lockFolder(folder: string): Promise<FileLock> {
  const lock = await lockFile(lockPath(folder));
  if (lock) {
    for (const name of [JOURNAL, MANIFEST, FINDING, ...CSVS]) await removeTemporaries(join(folder, name));
    return lock;
  }
  const { who, hint } = await explainHolder(lockPath(folder));
  throw new CifarNormError(
    'usage',
    `${folder} is in use by ${who}`,
    `${hint}, or choose another folder with --out DIR`,
  );
}

/**
 * Refuses a folder that holds something else under the names of a run's files.
 * @throws CifarNormError (usage)
 */
export async function refuseForeign(folder: string): Promise<void> {
  const hasJournal = await exists(join(folder, JOURNAL));
  const manifest = join(folder, MANIFEST);
  if (!hasJournal && (await exists(manifest))) {
    const text = await readFile(manifest, 'utf8').catch(() => '');
    if (!manifestSchema.safeParse(parsed(text)).success) throw foreign(manifest);
  }
  const finding = join(folder, FINDING);
  if (!hasJournal && (await exists(finding))) throw foreign(finding);
  for (const name of CSVS) await refuseForeignCsv(join(folder, name));
}

/**
 * Refuses to replace a file that no run wrote: a user's own trials.csv.
 * @throws CifarNormError (usage)
 */
export async function refuseForeignCsv(path: string): Promise<void> {
  if (!(await exists(path))) return;
  await using file = await openRegular(path, constants.O_RDONLY);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
  if (!CSV_BEGINNING.test(buffer.toString('latin1', 0, bytesRead))) throw foreign(path);
}

const foreign = (path: string) =>
  new CifarNormError(
    'usage',
    `${path} was not written by cifar-norm, and a run would replace it`,
    'move it away, or choose another folder with --out DIR',
  );

/** For an error: the folder, or only its lock file, is not where it was. */
export const movedError = (folder: string) =>
  new CifarNormError(
    'run',
    `${folder} was moved, or its ${LOCK} removed, while cifar-norm was working on it: no more files were written there`,
    'the journal has every finished trial: find the folder and run cifar-norm export on it',
  );

export const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
