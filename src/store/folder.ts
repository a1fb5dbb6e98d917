/** The files in a run's folder, and which of them are a run's. */
import { constants } from 'node:fs';
import { mkdir, readdir, realpath, rename, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Result } from '../analysis/results.ts';
import { CifarNormError } from '../errors.ts';
import { datedPath, removeTemporaries, syncFolder } from '../files/atomic.ts';
import { explainHolder, type FileLock, lockFile } from '../files/lock.ts';
import { openRegular } from '../files/regular.ts';
import { explained, isAbsent } from '../files/system-error.ts';

export const JOURNAL = 'journal.jsonl';
export const MANIFEST = 'manifest.json';
export const FINDING = 'finding.json';
const CSVS = ['trials.csv', 'losses.csv', 'accuracies.csv', 'summary.csv', 'diagnostics.csv'] as const;
export type CsvName = (typeof CSVS)[number];

/** The CSV files that a run has: diagnostics.csv only if a trial has diagnostics. */
export function csvsOf(results: readonly Result[]): CsvName[] {
  const isDiagnosed = results.some(({ trial }) => trial.settings.diagnostics);
  return CSVS.filter(name => isDiagnosed || name !== 'diagnostics.csv');
}

/** Every view of the journal. */
export const VIEWS = [MANIFEST, FINDING, ...CSVS] as const;
const LOCK = 'run.lock';

/** Every CSV file of a run begins with the number of a trial or of a cell; Excel adds a byte-order mark. */
const CSV_BEGINNING = /^\ufeff?(trial|cell),/;

/** A longer manifest or finding is none of a run's. */
export const MOST_VIEW_BYTES = 1 << 26;

export const lockPath = (folder: string): string => join(folder, LOCK);

/**
 * Locks a run's folder, and removes what killed processes left in it.
 * @throws CifarNormError (usage) if another process has the folder
 */
export async function lockFolder(folder: string): Promise<FileLock> {
  const lock = await lockFile(lockPath(folder));
  if (lock) {
    for (const name of [JOURNAL, ...VIEWS]) await removeTemporaries(join(folder, name));
    return lock;
  }
  const { who, hint } = await explainHolder(lockPath(folder));
  throw new CifarNormError(
    'usage',
    `${folder} is in use by ${who}`,
    `${hint}, or choose another folder with --out DIR`,
  );
}

/** The folder that a path names: for a file of a run, that of the run. */
export async function folderAt(path: string): Promise<string> {
  const isFile = (await stat(path).catch(() => undefined))?.isFile();
  return isFile && (await exists(join(dirname(path), JOURNAL))) ? dirname(path) : path;
}

/**
 * Whether a folder holds a run.
 * @throws CifarNormError (usage) if the system does not tell: the folder may not be entered, or is a link to nothing
 */
export async function holdsRun(folder: string): Promise<boolean> {
  try {
    await stat(join(folder, JOURNAL));
    return true;
  } catch (error) {
    if (isAbsent(error) || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw explained(error, 'usage', `cannot read ${folder}`);
  }
}

/**
 * Refuses a folder if a run would replace files that are not views of its journal.
 * @throws CifarNormError (usage)
 */
export async function refuseForeign(folder: string): Promise<void> {
  const hasJournal = await exists(join(folder, JOURNAL));
  for (const name of VIEWS) {
    await refuseForeignView(folder, name);
    if (!hasJournal && (await exists(join(folder, name)))) throw orphan(folder, name);
  }
}

/**
 * Refuses to replace a file that no run wrote: a user's own trials.csv.
 * @throws CifarNormError (usage)
 */
export async function refuseForeignView(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  if (!(await exists(path))) return;
  await using file = await openRegular(path, constants.O_RDONLY);
  if (name.endsWith('.csv')) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    if (!CSV_BEGINNING.test(buffer.toString('utf8', 0, bytesRead))) throw foreign(path);
    return;
  }
  const isLong = (await file.stat()).size > MOST_VIEW_BYTES;
  const content = isLong ? undefined : parsed(await file.readFile('utf8'));
  const key = name === MANIFEST ? 'numerics' : 'sentences';
  if (typeof content !== 'object' || content === null || !(key in content)) throw foreign(path);
}

const foreign = (path: string) =>
  new CifarNormError(
    'usage',
    `${path} was not written by cifar-norm, and a run would replace it`,
    'move it away, or choose another folder with --out DIR',
  );

/** A view is written after the first lines of its journal, so the journal was lost. */
const orphan = (folder: string, name: string) =>
  new CifarNormError(
    'usage',
    `${join(folder, name)} looks like a file of a run, but its ${JOURNAL} is missing, and a new run would replace the file`,
    `restore ${JOURNAL} from a copy, move the files away, or choose another folder with --out DIR`,
  );

/** What `report` writes into a run's folder, unless it is told another place. */
const REPORTS: readonly string[] = ['report.html', 'report.md', 'figures'];

const isOfRun = (name: string): boolean =>
  name === JOURNAL || name.startsWith(`${JOURNAL}.damaged-`) || VIEWS.some(view => view === name);

/**
 * Moves a run's files to a new folder, `NAME.until-DATE`. Their folder stays where it is, for it may be a link, the working
 * folder, or hold files of others, which stay in it. The caller holds the folder's lock.
 * @returns where the files are now
 * @throws CifarNormError (usage) if one of the files was not written by a run
 */
export async function setAside(folder: string): Promise<string> {
  for (const name of VIEWS) await refuseForeignView(folder, name);
  const here = await realpath(folder);
  try {
    return await moveRun(here, await datedPath(`${here}.until`));
  } catch {
    // The folder above is on another disk, or may not be written.
    return await moveRun(here, await datedPath(join(here, `${basename(here)}.until`)));
  }
}

async function moveRun(from: string, to: string): Promise<string> {
  const names = (await readdir(from)).filter(name => !name.startsWith(LOCK));
  const isOnlyRun = names.every(name => isOfRun(name) || REPORTS.includes(name));
  const views = names.filter(name => name !== JOURNAL && (isOnlyRun || isOfRun(name)));
  await mkdir(to);
  try {
    // The journal last: a run that is moved only in part is still a run.
    for (const name of [...views, JOURNAL]) await rename(join(from, name), join(to, name));
  } catch (error) {
    // It stays if something is in it.
    await rmdir(to).catch(() => {});
    throw error;
  }
  await syncFolder(join(to, JOURNAL));
  await syncFolder(to);
  await syncFolder(join(from, JOURNAL));
  return to;
}

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
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}
