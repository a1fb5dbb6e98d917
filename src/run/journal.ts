/**
 * The truth of a run: one line of JSON for each finished trial, flushed to disk before the trial counts as done.
 * Everything else in the run's folder is a view of it.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { CifarNormError } from '../errors.ts';
import { type TrialRecord, trialRecordSchema } from './record.ts';

export const JOURNAL = 'journal.jsonl';

export async function appendRecord(journal: FileHandle, record: TrialRecord): Promise<void> {
  await journal.appendFile(`${JSON.stringify(record)}\n`);
  await journal.datasync();
}

/**
 * Records by trial id. A last line without its end is what a kill leaves: it is cut off, and the trial runs again.
 * @throws CifarNormError if a line before the last is not a record
 */
export async function readJournal(path: string): Promise<Map<string, TrialRecord>> {
  const records = new Map<string, TrialRecord>();
  const file = await open(path, 'a+');
  try {
    let complete = 0;
    let number = 0;
    for await (const line of file.readLines({ start: 0, autoClose: false })) {
      number++;
      const bytes = Buffer.byteLength(line) + 1;
      if (complete + bytes > (await file.stat()).size) break;
      const record = parseRecord(line, path, number);
      records.set(record.id, record);
      complete += bytes;
    }
    await file.truncate(complete);
  } finally {
    await file.close();
  }
  return records;
}

function parseRecord(line: string, path: string, number: number): TrialRecord {
  try {
    return trialRecordSchema.parse(JSON.parse(line));
  } catch {
    throw new CifarNormError(
      'run',
      `${path}:${number}: this line is not a trial's record`,
      'the file was changed or damaged: restore it, or choose another --out',
    );
  }
}
