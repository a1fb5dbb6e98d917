/** Runs trials on an executor, with one policy for retries and time limits whatever the executor is. */
import { costOf } from '../plan/cost.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import { AwakeClock } from './awake.ts';
import { type Executor, failureText, type TrialEvent, type TrialProgress } from './executor.ts';
import { recordProblem } from './record-problems.ts';
import { runWithin, TimedOut } from './time-limit.ts';

export interface Policy {
  /** How often a trial whose worker broke down is tried again. */
  readonly retries: number;
  /** Seconds that a trial may take. A trial that takes longer fails, and is not tried again. */
  readonly timeout: number | undefined;
  /** Drops running trials and starts no more. */
  readonly signal: AbortSignal;
}

/**
 * Yields the events of all trials as they happen, as lists in order. The costliest trials start first, so that none of them runs
 * alone at the end; trials of equal cost start in plan order. A trial occupies one of the executor's slots until the caller has
 * handled its record. Closes the executor.
 */
export async function* conduct(
  trials: readonly Trial[],
  executor: Executor,
  { retries, timeout, signal }: Policy,
): AsyncGenerator<readonly TrialEvent[]> {
  const clock = new AwakeClock();
  let events: TrialEvent[] = [];
  let wake = () => {};
  const push = (event: TrialEvent) => {
    events.push(event);
    wake();
  };
  const waiting = costliestFirst(trials);
  let left = waiting.length;
  let next = 0;

  const runToEnd = async (trial: Trial): Promise<TrialRecord> => {
    for (let retriesLeft = retries; ; retriesLeft--) {
      try {
        const tell = (progress: TrialProgress) => push({ trial, ...progress });
        const record = await runWithin(timeout, clock, executor, trial, tell);
        const problem =
          record.id === trial.id
            ? recordProblem(record, trial)
            : "its worker returned another trial's record";
        if (problem !== undefined) throw new Error(problem);
        return record;
      } catch (error) {
        const message = failureText(error);
        if (retriesLeft === 0 || error instanceof TimedOut || signal.aborted)
          return failedRecord(trial, message);
        push({ trial, kind: 'retried', error: message });
      }
    }
  };

  const startNext = () => {
    const trial = waiting[next++];
    if (trial) void runToEnd(trial).then(record => push({ trial, kind: 'finished', record }));
  };

  const stop = () => {
    wake();
    void executor.close();
  };
  signal.addEventListener('abort', stop);
  try {
    for (let i = 0; i < executor.slots; i++) startNext();
    while (left > 0 && !signal.aborted) {
      if (events.length === 0) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
        continue;
      }
      const happened = events;
      events = [];
      yield happened;
      for (const { kind } of happened) {
        if (kind !== 'finished') continue;
        left--;
        startNext();
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    clock.close();
    await executor.close();
  }
}

function costliestFirst(trials: readonly Trial[]): Trial[] {
  const costs = new Map(trials.map(trial => [trial, costOf(trial)]));
  return [...trials].sort((a, b) => costs.get(b)! - costs.get(a)! || a.index - b.index);
}

function failedRecord({ id }: Trial, error: string): TrialRecord {
  return { id, status: 'failed', iterations: 0, losses: [], accuracies: [], seconds: 0, error };
}
