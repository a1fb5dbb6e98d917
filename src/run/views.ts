/** The views of a run, made from its journal: the manifest and the CSV files. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { checkExpectations, type ExpectationOutcome, notApplicable } from '../analysis/expectations.ts';
import { type DataLabel, dataLabelOf, type Result, tally } from '../analysis/results.ts';
import { chartsSchema, expectationsSchema } from '../config/schema.ts';
import { cellSchema } from '../config/where-schema.ts';
import { CifarNormError } from '../errors.ts';
import { type Staged, stage } from '../files/atomic.ts';
import type { FileLock } from '../files/lock.ts';
import { openRegular } from '../files/regular.ts';
import { type Shard, shardText } from '../plan/shard.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import {
  accuraciesCsv,
  diagnosticsCsv,
  linesOf020,
  lossesCsv,
  summaryCsv,
  trialsCsv,
} from '../report/csv.ts';
import { findingIn, type RunView } from '../report/run-view.ts';
import {
  type CsvName,
  csvsOf,
  exists,
  FINDING,
  lockPath,
  MANIFEST,
  movedError,
  refuseForeignView,
  VIEWS,
} from '../store/folder.ts';
import type { Identity, Invocation, Manifest } from '../store/manifest.ts';
import { askedOf, shardOf } from '../store/stored-run.ts';

/** A run with its journal open. */
export interface OpenRun {
  readonly folder: string;
  readonly identity: Identity;
  readonly startedAt: string;
  readonly invocation: Invocation | undefined;
  readonly trials: readonly PlannedTrial[];
  readonly results: readonly Result[];
  /** Sum over all trials. */
  readonly trainingSeconds: number;
  /** What a reader of its journal left out, in sentences. */
  readonly leftOut?: readonly string[];
}

/** Whether it has a result for every trial that the command asked for. */
export const isComplete = (run: Pick<OpenRun, 'trials' | 'results' | 'invocation'>): boolean =>
  run.results.length === askedOf(run).length;

const labelOf = ({ identity, invocation }: Pick<OpenRun, 'identity' | 'invocation'>): DataLabel =>
  dataLabelOf({ ...identity.data, official: invocation?.official });

/** What its report shows. */
export function viewOf(run: Omit<OpenRun, 'trainingSeconds'>): RunView {
  const { identity, invocation, results, leftOut = [] } = run;
  const { title, description, command = 'sweep', charts } = invocation ?? {};
  const shard = shardOf(run);
  return {
    ...{ name: identity.name, title, description, command, results, leftOut },
    data: labelOf(run),
    planned: askedOf(run).length,
    shard,
    charts: chartsSchema.safeParse(charts).data,
    stream: identity.experiment.stream === 'notebook' ? 'notebook' : 'paired',
    baseline: cellSchema.safeParse(invocation?.baseline).data,
    expectations: expectationsIn(results, invocation, shard),
  };
}

function expectationsIn(
  results: readonly Result[],
  invocation: Invocation | undefined,
  shard: Shard | undefined,
): ExpectationOutcome[] {
  const expectations = expectationsSchema.safeParse(invocation?.expect).data ?? [];
  const reason = shard ? `This is shard ${shardText(shard)}.` : invocation?.notApplicable;
  return reason === undefined
    ? checkExpectations(expectations, results)
    : expectations.map(each => notApplicable(each, reason));
}

/** What a document that is no whole report says of a run: which data, how many of its trials, what was left out. */
export interface RunNote {
  readonly folder: string;
  readonly data: DataLabel;
  /** Trials with a result, and those that were asked for. */
  readonly trials: number;
  readonly planned: number;
  readonly leftOut: readonly string[];
}

export function noteOf(run: OpenRun): RunNote {
  const { folder, results, leftOut = [] } = run;
  return {
    ...{ folder, data: labelOf(run) },
    ...{ trials: results.length, planned: askedOf(run).length, leftOut },
  };
}

/** Writes the state of the run to the manifest. */
export async function writeManifest(run: OpenRun, status: Manifest['status'], lock: FileLock): Promise<void> {
  await replaceAll(run.folder, manifestIn(run, status), { lock, shrink: true });
}

/** Name and content of a file. */
type View = readonly [name: string, content: Iterable<string>];

function manifestIn(run: OpenRun, status: Manifest['status']): View[] {
  const { identity, invocation, startedAt, trials, results, trainingSeconds } = run;
  if (!invocation) return [];
  const manifest: Manifest = {
    ...identity,
    ...invocation,
    status,
    trials: { planned: trials.length, ...tally(results) },
    startedAt,
    updatedAt: new Date().toISOString(),
    trainingSeconds,
  };
  return [[MANIFEST, jsonOf(manifest)]];
}

const jsonOf = (value: object): string[] => [`${JSON.stringify(value, null, 2)}\n`];

const csvOf = {
  'trials.csv': trialsCsv,
  'losses.csv': lossesCsv,
  'accuracies.csv': accuraciesCsv,
  'summary.csv': summaryCsv,
  'diagnostics.csv': diagnosticsCsv,
} satisfies Record<CsvName, unknown>;

export interface ViewOptions {
  readonly lock: FileLock;
  /** Whether a file may be replaced by one with fewer rows. */
  readonly shrink: boolean;
}

/**
 * Writes every view and returns their names: the CSV files, the manifest and, for a finished run that is not a shard, the finding.
 * @throws CifarNormError if a file was not written by a run, would lose rows and may not, or the folder is no longer the
 *   one that is locked
 */
export async function writeViews(run: OpenRun, options: ViewOptions): Promise<readonly string[]> {
  for (const name of VIEWS) await refuseForeignView(run.folder, name);
  const isFinished = isComplete(run);
  const views: View[] = csvsOf(run.results).map(name => [name, csvOf[name](run.results)]);
  // A shard's finding would mislead, because the trials to compare with are in other shards.
  if (isFinished && !shardOf(run)) views.push([FINDING, jsonOf(findingIn(viewOf(run)))]);
  views.push(...manifestIn(run, isFinished ? 'finished' : 'interrupted'));
  await replaceAll(run.folder, views, options);
  return views.map(([name]) => name);
}

/**
 * The CSV files in the folder of a complete run that differ from what its journal gives, now or as 0.2.0 wrote it. A run that was interrupted may have older
 * ones, which it replaces when it ends.
 */
export async function outdatedViews(run: OpenRun): Promise<string[]> {
  if (!isComplete(run)) return [];
  const names: string[] = [];
  for (const name of csvsOf(run.results)) {
    const path = join(run.folder, name);
    if (!(await exists(path)) || (await holds(path, csvOf[name](run.results)))) continue;
    const before =
      name === 'summary.csv' ? summaryCsv(run.results, names => names) : csvOf[name](run.results);
    if (!(await holds(path, linesOf020(before)))) names.push(name);
  }
  return names;
}

/** Whether a file has this content, whatever Git or an editor has done to its line endings and its beginning. */
async function holds(path: string, content: Iterable<string>): Promise<boolean> {
  const [expected, found] = [createHash('sha256'), createHash('sha256')];
  for (const piece of content) expected.update(piece);
  const file = await openRegular(path);
  let isFirst = true;
  for await (const chunk of file.createReadStream() as AsyncIterable<Buffer>) {
    const start = isFirst && chunk.subarray(0, 3).toString('hex') === BYTE_ORDER_MARK ? 3 : 0;
    const content = chunk.subarray(start);
    found.update(
      content.includes(CARRIAGE_RETURN) ? content.filter(byte => byte !== CARRIAGE_RETURN) : content,
    );
    isFirst = false;
  }
  return found.digest('hex') === expected.digest('hex');
}

const BYTE_ORDER_MARK = 'efbbbf';
/** A CSV file has none: see csv.ts. */
const CARRIAGE_RETURN = 13;

/** Replaces all files, or none if one of them may not be replaced. */
async function replaceAll(
  folder: string,
  views: readonly View[],
  { lock, shrink }: ViewOptions,
): Promise<void> {
  const staged: Staged[] = [];
  try {
    for (const [name, content] of views) {
      const path = join(folder, name);
      const file = await stage(path, content);
      staged.push(file);
      if (!shrink && name.endsWith('.csv')) refuseShorter(path, file.pieces, await countLines(path));
    }
    for (const file of staged) {
      checkHeld(folder, lock);
      await file.replace();
    }
  } catch (error) {
    for (const file of staged) await file.discard();
    throw error;
  }
}

/** @throws CifarNormError (run) if a CSV file would lose rows */
function refuseShorter(path: string, lines: number, before: number): void {
  if (lines >= before) return;
  throw new CifarNormError(
    'run',
    `${path} has ${before - 1} rows, and the journal gives only ${lines - 1}: the file is unchanged`,
    'check the journal with cifar-norm status; to replace the file anyway, use cifar-norm export --force',
  );
}

/** @throws CifarNormError (run) if another folder is now at the path */
function checkHeld(folder: string, lock: FileLock): void {
  if (!lock.isAt(lockPath(folder))) throw movedError(folder);
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
