/** Results made by hand. */
import type { Result } from '../../src/analysis/results.ts';
import { scheduleOf } from '../../src/config/schedule.ts';
import { type Settings, type SettingValue, settingsSchema } from '../../src/config/schema.ts';
import type { PlannedTrial } from '../../src/plan/trial.ts';
import { summarize } from '../../src/records/measures.ts';
import type { TrialRecord } from '../../src/records/record.ts';

export interface Given extends Partial<Omit<TrialRecord, 'id'>> {
  readonly axes?: Readonly<Record<string, SettingValue>>;
  readonly groups?: readonly string[];
  readonly seed?: number;
  /** Settings that are no axes. */
  readonly settings?: Partial<Settings>;
}

/** Results in the order given; a completed trial fills in what is left out. */
export function resultsOf(...given: readonly Given[]): Result[] {
  return given.map(({ axes = {}, groups = [], seed = 231, settings, ...record }, index) => {
    const trial = {
      id: `trial-${index}`,
      index,
      axes,
      groups,
      seed,
      settings: { ...settingsSchema.parse({}), ...settings, ...axes },
      split: { numTraining: 49_000, numValidation: 1000 },
    };
    return resultOf(trial, {
      id: trial.id,
      status: 'completed',
      iterations: record.losses?.length ?? 1,
      losses: [2.3],
      accuracies: [{ epoch: 0, trainAccuracy: 0.1, valAccuracy: 0.1 }],
      seconds: 1,
      ...record,
    });
  });
}

function resultOf(trial: PlannedTrial, record: TrialRecord): Result {
  const { status, error } = record;
  return {
    trial,
    status,
    error,
    get summary() {
      return summarize(record, scheduleOf(trial.settings).perEpoch);
    },
    seconds: record.seconds,
    record: () => record,
  };
}

/** One measurement, at the end of an epoch. */
export function accuracy(epoch: number, trainAccuracy: number, valAccuracy: number) {
  return { epoch, trainAccuracy, valAccuracy };
}
