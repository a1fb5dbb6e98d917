/** Puts the shards of a run together. Each shard's journal has the whole plan, so a missing trial cannot go unnoticed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../analysis/results.ts';
import { CifarNormError } from '../errors.ts';
import { makeFolder, writeAtomically } from '../files/atomic.ts';
import type { FileLock } from '../files/lock.ts';
import { explained } from '../files/system-error.ts';
import { type Shard, shardsOf, shardText } from '../plan/shard.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import { shellPath } from '../report/text.ts';
import { JOURNAL, lockFolder, refuseForeign as refuseForeignFiles } from '../store/folder.ts';
import { invocationLine, planLine, recordLine } from '../store/format.ts';
import { differences, type Invocation } from '../store/manifest.ts';
import { readRun, type StoredRun } from '../store/stored-run.ts';
import { writeViews } from './views.ts';

/**
 * Writes a run that is complete, as if it had run in one piece: the CSV files have the same bytes.
 * @throws CifarNormError (usage) if a shard cannot be read, has corrupt lines, belongs to another run, has a trial that another
 *   shard has too, or is missing; or if `out` holds a run
 */
export async function mergeShards(folders: readonly string[], out: string): Promise<void> {
  const runs: StoredRun[] = [];
  try {
    for (const folder of folders) runs.push(await readShard(folder));
    const results = resultsIn(runs);
    const [first] = runs;
    const startedAt = runs.map(run => run.startedAt).sort()[0]!;
    const { shard: _, ...invocation } = runs.findLast(run => run.invocation)!.invocation!;
    const journal = function* () {
      yield planLine({ run: first!.identity, startedAt, trials: first!.trials }).repeat(2);
      yield invocationLine(invocation).repeat(2);
      for (const result of results) yield recordLine(result.record());
    };
    await writeRun(out, journal());
  } finally {
    for (const run of runs) await run.close();
  }
}

async function readShard(folder: string): Promise<StoredRun> {
  const run = await readRun(folder);
  const problem = problemOf(run);
  if (!problem) return run;
  await run.close();
  throw problem;
}

function problemOf({ folder, corrupt, newer, invocation }: StoredRun): CifarNormError | undefined {
  const path = join(folder, JOURNAL);
  if (corrupt.length > 0)
    return cannot(
      `${path}:${corrupt[0]}: the shard is damaged: the line is corrupt (checksum mismatch)`,
      'run the shard again with --repair, which trains the trials of corrupt lines again',
    );
  if (newer.length > 0)
    return cannot(`${path}: a newer version of cifar-norm wrote it`, 'merge with that version');
  if (!invocation)
    return cannot(`${path} holds no trial yet: the shard is not finished`, 'run the shard again');
  return undefined;
}

/** One result of every trial, in plan order. */
function resultsIn(runs: readonly StoredRun[]): Result[] {
  const [first, ...others] = runs;
  for (const run of others) refuseForeign(first!, run);
  const found = new Map<string, { readonly result: Result; readonly folder: string }>();
  for (const { folder, results } of runs) {
    for (const result of results) {
      const { id, index } = result.trial;
      const other = found.get(id);
      if (other)
        throw cannot(
          `${other.folder} and ${folder} overlap: both have trial ${index}`,
          'leave one of them out',
        );
      found.set(id, { result, folder });
    }
  }
  const missing = first!.trials.filter(({ id }) => !found.has(id));
  if (missing.length > 0) throw missingError(runs, missing);
  return first!.trials.map(({ id }) => found.get(id)!.result);
}

function refuseForeign(first: StoredRun, run: StoredRun): void {
  const changes = differences(first.identity, run.identity);
  const plan = ({ trials }: StoredRun) => trials.map(({ id, index }) => `${index} ${id}`).join();
  if (changes.length === 0 && plan(first) !== plan(run))
    changes.push(`trials planned: ${first.trials.length} -> ${run.trials.length}`);
  if (changes.length === 0) return;
  throw cannot(
    `${run.folder} is a shard of another run than ${first.folder}; they differ in\n${changes.map(change => `  ${change}`).join('\n')}`,
    'merge the shards of one run',
  );
}

/** Names the shard that owes the first missing trial. */
function missingError(runs: readonly StoredRun[], missing: readonly PlannedTrial[]): CifarNormError {
  const lacks = `${missing.length} of ${runs[0]!.trials.length} trials are missing, the first is trial ${missing[0]!.index}`;
  const shardIn = ({ invocation }: { readonly invocation: Invocation | undefined }) => invocation?.shard;
  const count = runs.map(shardIn).find(shard => shard)?.count;
  if (count === undefined) return cannot(lacks, 'name the folders of all shards');
  const owed = shardsOf(runs[0]!.trials, count);
  const indices = [...new Set(missing.map(({ id }) => owed.get(id)!))].sort((a, b) => a - b);
  const text = (shard: Shard) => {
    const own = runs.find(run => shardIn(run)?.index === shard.index && shardIn(run)?.count === count);
    return `shard ${shardText(shard)} ${own ? `is not finished (${own.folder})` : 'is missing'}`;
  };
  return cannot(
    `${indices.map(index => text({ index, count })).join('; ')}: ${lacks}`,
    'name the folders of all shards, and run again those that are not finished',
  );
}

async function writeRun(out: string, lines: Iterable<string>): Promise<void> {
  const path = join(out, JOURNAL);
  const refusal = (code: 'usage' | 'run') => (error: unknown) => {
    throw explained(error, code, `cannot write to ${out}`, 'choose another folder with --out DIR');
  };
  const lock = await newFolder(out).catch(refusal('usage'));
  try {
    if (existsSync(path)) {
      throw cannot(
        `${out} holds a run`,
        `choose another folder with --out DIR; if an earlier merge was interrupted, write its files with: cifar-norm export ${shellPath(out)}`,
      );
    }
    await writeAtomically(path, lines);
    const run = await readRun(out);
    try {
      await writeViews(run, { lock, shrink: true });
    } finally {
      await run.close();
    }
  } catch (error) {
    refusal('run')(error);
  } finally {
    await lock.release();
  }
}

async function newFolder(out: string): Promise<FileLock> {
  await makeFolder(out);
  await refuseForeignFiles(out);
  return lockFolder(out);
}

const cannot = (message: string, hint: string) => new CifarNormError('usage', message, hint);
