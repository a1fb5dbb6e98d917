/** The trials of a plan line, with the settings that follow from the experiment and their axes. */
import { isDeepStrictEqual } from 'node:util';
import { experimentSchema, settingKeys, settingsSchema } from '../config/schema.ts';
import { CifarNormError } from '../errors.ts';
import { type PlannedTrial, splitOf } from '../plan/trial.ts';
import type { PlanLine } from './format.ts';

const preprocessingSchema = experimentSchema.shape.preprocessing.catch('meanImage');

/**
 * The trials that are not among `known`: most plan lines repeat another.
 * @throws CifarNormError (usage) if a setting has a value that this program does not know
 */
export function plannedIn(
  { run, trials }: PlanLine,
  known: ReadonlyMap<string, PlannedTrial>,
): PlannedTrial[] {
  const { experiment } = run;
  const base = Object.fromEntries(
    settingKeys.filter(key => key in experiment).map(key => [key, experiment[key]]),
  );
  const split = splitOf({
    numTraining: Number(experiment.numTraining),
    numValidation: Number(experiment.numValidation),
    preprocessing: preprocessingSchema.parse(experiment.preprocessing),
  });
  const unknown = trials.filter(({ id }) => !known.has(id));
  return unknown.map(({ id, index, axes, groups, seed }) => {
    const { data: settings } = settingsSchema.safeParse({ ...base, ...axes });
    if (!settings) {
      throw new CifarNormError(
        'usage',
        `trial ${index} of this run has settings that this version does not know: a newer version wrote it`,
        'read it with the version of cifar-norm that wrote it',
      );
    }
    return { id, index, axes: axes as PlannedTrial['axes'], groups, seed, settings, split };
  });
}

/** What plan lines say of a trial, themselves or by the experiment. */
const planKeys = ['axes', 'seed', 'groups', 'settings', 'split', 'index'] as const;

/** The first key in which two plans of a trial differ. */
export const contradiction = (
  one: PlannedTrial,
  other: PlannedTrial,
): (typeof planKeys)[number] | undefined => planKeys.find(key => !isDeepStrictEqual(one[key], other[key]));
