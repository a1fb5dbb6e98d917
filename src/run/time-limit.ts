/** The time that a trial may take, counted from when it starts: its time does not pass while it waits in a queue. */
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import type { Executor, TrialProgress } from './executor.ts';

/** How the message begins of a trial that took longer than it may. */
export const TOOK_TOO_LONG = 'took longer than';

/** Thrown for a trial that took longer than it may: it is not tried again. */
export class TimedOut extends Error {}

/**
 * Runs a trial.
 * @param seconds undefined for no limit
 * @throws TimedOut, or what the executor throws
 */
export async function runWithin(
  seconds: number | undefined,
  executor: Executor,
  trial: Trial,
  onProgress: (progress: TrialProgress) => void,
): Promise<TrialRecord> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await executor.run(trial, {
      signal: limit.signal,
      onProgress(progress) {
        if (seconds !== undefined) timer ??= setTimeout(() => limit.abort(), seconds * 1000);
        onProgress(progress);
      },
    });
  } catch (error) {
    throw limit.signal.aborted ? new TimedOut(`${TOOK_TOO_LONG} ${seconds} s`) : error;
  } finally {
    clearTimeout(timer);
  }
}
