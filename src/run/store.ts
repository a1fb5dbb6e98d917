/** A run's folder: the journal, and the manifest and CSVs that are views of it. */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import type { Trial } from '../plan/trial.ts';
import { accuraciesCsv, lossesCsv, trialsCsv } from './csv.ts';
import { writeAtomically } from './files.ts';
import { appendRecord, JOURNAL, readJournal } from './journal.ts';
import {
  differences,
  type Identity,
  MANIFEST,
  type Manifest,
  manifestSchema,
  thisPlatform,
} from './manifest.ts';
import type { TrialRecord } from './record.ts';
import type { Result } from './result.ts';

/** What a manifest says beside the run's identity. */
export interface Circumstances {
  readonly dataSource: string;
  readonly version: string;
  readonly workers: number;
}

/** The folder of a run when none is asked for: another config, or other data, is another folder. */
export function usualFolder(resultsFolder: string, identity: Identity): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 8);
  return join(resultsFolder, `${identity.name}-${hash}`);
}

export class RunStore {
  readonly folder: string;
  readonly #identity: Identity;
  readonly #circumstances: Circumstances;
  readonly #trials: readonly Trial[];
  readonly #records: Map<string, TrialRecord>;
  readonly #journal: FileHandle;
  readonly #startedAt: string;
  readonly #openedAt = Date.now();

  private constructor(
    folder: string,
    identity: Identity,
    circumstances: Circumstances,
    trials: readonly Trial[],
    records: Map<string, TrialRecord>,
    journal: FileHandle,
    startedAt: string,
  ) {
    this.folder = folder;
    this.#identity = identity;
    this.#circumstances = circumstances;
    this.#trials = trials;
    this.#records = records;
    this.#journal = journal;
    this.#startedAt = startedAt;
  }

  /**
   * Opens a new folder, or one of the same run to go on with it.
   * @throws CifarNormError if the folder cannot be written, or is another run's
   */
  static async open(
    folder: string,
    identity: Identity,
    circumstances: Circumstances,
    trials: readonly Trial[],
  ): Promise<RunStore> {
    try {
      await mkdir(folder, { recursive: true });
      const manifest = await readManifest(folder);
      if (manifest) refuseAnother(folder, manifest, identity);
      const records = await readJournal(join(folder, JOURNAL));
      const journal = await open(join(folder, JOURNAL), 'a');
      const startedAt = manifest?.startedAt ?? new Date().toISOString();
      const store = new RunStore(folder, identity, circumstances, trials, records, journal, startedAt);
      await store.#writeManifest('running');
      return store;
    } catch (error) {
      throw explained(
        error,
        'usage',
        `cannot write results to ${folder}`,
        'choose another folder with --out DIR',
      );
    }
  }

  /** Trials that the journal has no record of. */
  pending(): Trial[] {
    return this.#trials.filter(({ id }) => !this.#records.has(id));
  }

  /** In plan order, without the trials that are still to run. */
  results(): Result[] {
    return this.#trials.flatMap(trial => {
      const record = this.#records.get(trial.id);
      return record ? [{ trial, record }] : [];
    });
  }

  /** A trial counts as done when this has returned: its record is on the disk. */
  async append(record: TrialRecord): Promise<void> {
    try {
      await appendRecord(this.#journal, record);
    } catch (error) {
      throw explained(error, 'run', `cannot write ${join(this.folder, JOURNAL)}`, RUN_AGAIN);
    }
    this.#records.set(record.id, record);
  }

  /** Writes the views and closes the journal. */
  async close(status: 'interrupted' | 'finished'): Promise<void> {
    const results = this.results();
    const views = { 'trials.csv': trialsCsv, 'losses.csv': lossesCsv, 'accuracies.csv': accuraciesCsv };
    try {
      for (const [name, lines] of Object.entries(views))
        await writeAtomically(join(this.folder, name), lines(results));
      await this.#writeManifest(status);
    } catch (error) {
      throw explained(error, 'run', `cannot write to ${this.folder}`, RUN_AGAIN);
    } finally {
      await this.#journal.close();
    }
  }

  async #writeManifest(status: Manifest['status']): Promise<void> {
    const count = (wanted: TrialRecord['status']) =>
      this.results().filter(({ record }) => record.status === wanted).length;
    const { dataSource, version, workers } = this.#circumstances;
    const manifest: Manifest = {
      ...this.#identity,
      dataSource,
      version,
      node: process.version,
      platform: thisPlatform(),
      workers,
      status,
      trials: {
        planned: this.#trials.length,
        completed: count('completed'),
        diverged: count('diverged'),
        failed: count('failed'),
      },
      startedAt: this.#startedAt,
      updatedAt: new Date().toISOString(),
      seconds: (Date.now() - this.#openedAt) / 1000,
    };
    await writeAtomically(join(this.folder, MANIFEST), [`${JSON.stringify(manifest, null, 2)}\n`]);
  }
}

const RUN_AGAIN = 'what had finished is kept: mend this, then run the same command again to go on';

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST);
  const text = await readFile(path, 'utf8').catch(error => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    throw new CifarNormError(
      'usage',
      `${path} is not a manifest of this program`,
      'choose another folder with --out DIR',
    );
  }
}

function refuseAnother(folder: string, manifest: Manifest, identity: Identity): void {
  const changes = differences(manifest, identity);
  if (changes.length === 0) return;
  throw new CifarNormError(
    'usage',
    `${folder} holds another run; they differ in\n${changes.map(change => `  ${change}`).join('\n')}`,
    'choose another folder with --out DIR',
  );
}

/** A file system's error as one of ours, with the file it is about. */
function explained(error: unknown, code: 'usage' | 'run', what: string, hint: string): Error {
  if (!(error instanceof Error) || error instanceof CifarNormError || !('code' in error))
    return error as Error;
  return new CifarNormError(code, `${what}: ${error.message}`, hint);
}
