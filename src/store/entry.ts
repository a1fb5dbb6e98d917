/** The part of a record that is kept in memory. Its histories stay on disk. */

import { scheduleOf } from '../config/schedule.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import { type Summary, summarize } from '../records/measures.ts';
import type { TrialRecord } from '../records/record.ts';

export interface Entry {
  readonly id: string;
  readonly status: TrialRecord['status'];
  readonly error: string | undefined;
  readonly seconds: number;
  readonly summary: Summary;
  /** Offset and length of its line's content, in bytes. */
  readonly at: number;
  readonly length: number;
}

export function entryOf(record: TrialRecord, trial: PlannedTrial, at: number, length: number): Entry {
  const { id, status, error, seconds } = record;
  const summary = summarize(record, scheduleOf(trial.settings).perEpoch);
  return { id, status, error, seconds, summary, at, length };
}
