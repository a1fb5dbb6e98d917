/** What cannot be true of a record, whatever the data: found without training. */
import { MAX_TRAIN_SAMPLES, scheduleOf } from '../config/schedule.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import { epochSeriesNames } from '../records/series.ts';

/**
 * Checks the figures of a record against each other and against the trial's settings.
 * @returns the first contradiction, in words; undefined if there is none
 */
export function recordProblem(record: TrialRecord, trial: PlannedTrial): string | undefined {
  const { status, iterations, losses, accuracies, diagnostics, error } = record;
  // Whatever figures it has are compared with the training, as those of others are.
  if (status === 'failed') return undefined;
  if (error !== undefined) return `its record says that it ${status}, and has an error`;
  if (iterations !== losses.length)
    return `its record says ${iterations} iterations, and has ${losses.length} losses`;
  const { iterations: all } = scheduleOf(trial.settings);
  if (status === 'completed' ? iterations !== all : iterations >= all)
    return `its record says that it ${status} after ${iterations} iterations, and it trains ${all}`;
  if (trial.settings.diagnostics !== (diagnostics !== undefined))
    return `its record has ${diagnostics ? '' : 'no '}diagnostics, and diagnostics is ${trial.settings.diagnostics}`;
  const epochs = accuracies.map(({ epoch }) => epoch).join(', ');
  const expected = epochsOf(trial, iterations).join(', ');
  if (epochs !== expected)
    return `its record has accuracies of epochs ${epochs}, and it measures ${expected}`;
  return accuracies.map(accuracy => shareProblem(accuracy, trial)).find(problem => problem !== undefined);
}

/** The epochs after which accuracies are measured: 0 is the first iteration. */
function epochsOf({ settings }: PlannedTrial, iterations: number): number[] {
  const { perEpoch } = scheduleOf(settings);
  const ended = Array.from({ length: Math.floor(iterations / perEpoch) }, (_, i) => i + 1);
  return iterations > 0 && perEpoch > 1 ? [0, ...ended] : ended;
}

/** An accuracy is a number of images over the number of all. */
function shareProblem(
  accuracy: TrialRecord['accuracies'][number],
  { settings, split }: PlannedTrial,
): string | undefined {
  const images = {
    trainAccuracy: Math.min(settings.trainImages, MAX_TRAIN_SAMPLES),
    valAccuracy: split.numValidation,
  };
  for (const name of epochSeriesNames) {
    const [value, count] = [accuracy[name], images[name]];
    if (value === undefined || count === undefined) continue;
    if (value < 0 || value > 1 || Math.round(value * count) / count !== value)
      return `the ${name} of epoch ${accuracy.epoch} is ${value}, which is no share of ${count} images`;
  }
  return undefined;
}
