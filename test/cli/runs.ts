/** Runs for tests of progress, event by event. */

import { type ProgressState, plannedState, progressed } from '../../src/cli/live/state.ts';
import { experimentSchema } from '../../src/config/schema.ts';
import { planTrials } from '../../src/plan/plan.ts';
import type { Trial } from '../../src/plan/trial.ts';
import type { TrialRecord } from '../../src/records/record.ts';
import type { TrialEvent } from '../../src/run/executor.ts';

type Happening = TrialEvent extends infer Event
  ? Event extends TrialEvent
    ? Omit<Event, 'trial'>
    : never
  : never;

export const trialsOf = (experiment: object): Trial[] =>
  planTrials(experimentSchema.parse(experiment), { fingerprint: 'f', numerics: 'n' });

export const recordOf = ({ id, settings }: Trial, given: Partial<TrialRecord> = {}): TrialRecord => {
  const iterations = settings.epochs * Math.max(1, Math.floor(settings.trainImages / settings.batchSize));
  const accuracies = [{ epoch: settings.epochs, trainAccuracy: 0.4, valAccuracy: 0.312 }];
  return { id, status: 'completed', iterations, losses: [2.3], accuracies, seconds: 1, ...given };
};

/** A run that takes events and their times, in seconds. */
export function runOf(trials: readonly Trial[]) {
  let state = plannedState(trials, []);
  return {
    get state(): ProgressState {
      return state;
    },
    at(seconds: number, trial: Trial, event: Happening) {
      state = progressed(state, { trial, ...event } as TrialEvent, seconds * 1000);
    },
  };
}
