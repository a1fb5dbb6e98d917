/**
 * The logs of all trials as they happen, in plan order: the first unfinished trial prints its lines at once, and the lines of
 * later trials wait until it has finished. So the output is the same for any number of workers.
 */
import type { Result } from '../analysis/results.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import { trainingLog } from '../report/log.ts';
import type { TrialEvent } from '../run/executor.ts';

export interface LiveLog {
  event(event: TrialEvent): void;
}

/**
 * @param found results of trials that had finished before
 * @param title the line above a trial's log
 */
export function liveLog(
  trials: readonly Trial[],
  found: readonly Result[],
  title: (trial: Trial) => string,
  print: (text: string) => void,
): LiveLog {
  const logs = new Map(
    trials.map(trial => [trial.id, { log: trainingLog(trial), waiting: [title(trial)], done: false }]),
  );
  let current = 0;

  const flush = () => {
    for (; current < trials.length; current++) {
      const entry = logs.get(trials[current]!.id)!;
      if (entry.waiting.length > 0) print(entry.waiting.splice(0).join('\n'));
      if (!entry.done) return;
    }
  };

  const finish = (id: string, record: TrialRecord) => {
    const entry = logs.get(id)!;
    entry.waiting.push(...entry.log.finish(record), '');
    entry.done = true;
  };

  for (const result of found) if (result.status !== 'failed') finish(result.trial.id, result.record());
  flush();
  return {
    event(event) {
      const entry = logs.get(event.trial.id)!;
      if (event.kind === 'finished') finish(event.trial.id, event.record);
      if (event.kind === 'epoch') entry.waiting.push(...entry.log.epoch(event));
      flush();
    },
  };
}
