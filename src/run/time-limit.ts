/**
 * The time of a trial, from when it is handed over: neither that in a queue counts nor that for which the program was stopped.
 */
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import type { AwakeClock } from './awake.ts';
import type { Executor, TrialProgress } from './executor.ts';

/** The longest time limit, in seconds: 24 days. */
export const MOST_SECONDS = 2_147_483;

/** How the message begins of a trial that took longer than it may. */
export const TOOK_TOO_LONG = 'took longer than';

/** Thrown for a trial that took longer than it may: it is not tried again. */
export class TimedOut extends Error {}

/** Longest wait between two looks at the clock, which may have stood still. */
const LOOK_MS = 250;

/**
 * Runs a trial.
 * @param seconds undefined for no limit
 * @throws TimedOut, or what the executor throws
 */
export async function runWithin(
  seconds: number | undefined,
  clock: AwakeClock,
  executor: Executor,
  trial: Trial,
  onProgress: (progress: TrialProgress) => void,
): Promise<TrialRecord> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let end = Number.POSITIVE_INFINITY;
  let stoppedBefore = 0;
  const look = () => {
    clearTimeout(timer);
    const left = end - clock.now();
    if (left <= 0) limit.abort();
    // Without a limit there is nothing to wait for.
    else if (end < Number.POSITIVE_INFINITY) timer = setTimeout(look, Math.min(left, LOOK_MS)).unref();
  };
  try {
    const record = await executor.run(trial, {
      signal: limit.signal,
      onProgress(progress) {
        if (progress.kind === 'started') {
          stoppedBefore = clock.stoppedMs();
          if (seconds !== undefined) end = clock.now() + seconds * 1000;
        }
        // Timers do not run while a trial has the calling thread.
        look();
        onProgress(progress);
      },
    });
    const stopped = clock.stoppedMs() - stoppedBefore;
    if (stopped === 0) return record;
    return { ...record, seconds: Math.max(0, Math.round(1000 * record.seconds - stopped) / 1000) };
  } catch (error) {
    throw limit.signal.aborted ? new TimedOut(`${TOOK_TOO_LONG} ${seconds} s`) : error;
  } finally {
    clearTimeout(timer);
  }
}
