/** What a worker will not run. A job comes from outside: it may ask for no other bits, and for no more than the machine has. */
import { scheduleOf } from '../../config/schedule.ts';
import type { Dataset } from '../../data/dataset.ts';
import { bytesNeeded } from '../../nn/net-of-settings.ts';
import { trialId } from '../../plan/ids.ts';
import { MOST_ITERATIONS } from '../../plan/limits.ts';
import type { Trial } from '../../plan/trial.ts';

export interface Limits {
  /** Memory for each of the trials that run at a time. */
  readonly bytes: number;
}

/** Why a worker with these images and numerics cannot run the trial; undefined if it can. */
export function refusalOf(
  trial: Trial,
  { train, fingerprint }: Dataset,
  numerics: string,
  limits: Limits,
): string | undefined {
  const { settings, split } = trial;
  if (trial.numerics !== numerics)
    return `its numerics are ${trial.numerics}, and this worker has ${numerics}`;
  if (trial.fingerprint !== fingerprint)
    return `its data are ${trial.fingerprint.slice(0, 12)}, and this worker has ${fingerprint.slice(0, 12)}`;
  if (trialId(trial) !== trial.id) return 'its id is not that of its content';
  if (split.numTraining + split.numValidation > train.count || settings.trainImages > split.numTraining)
    return 'its split has more images than there are';
  if (scheduleOf(settings).iterations > MOST_ITERATIONS)
    return `it has more than ${MOST_ITERATIONS} iterations`;
  const bytes = bytesNeeded(settings);
  if (bytes > limits.bytes)
    return `it needs ${gigabytes(bytes)}, and this worker gives a trial at most ${gigabytes(limits.bytes)}`;
  return undefined;
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
