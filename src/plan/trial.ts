import type { Experiment, Preprocessing, Settings, SettingValue } from '../config/schema.ts';
import type { RandomStateSnapshot } from '../random/random-state.ts';

/** One training run as views know it: which cell of which replicate, with which settings. */
export interface PlannedTrial {
  /** Hash of everything that decides the result; see plan/ids.ts. */
  readonly id: string;
  /** Position in the plan, from 0. */
  readonly index: number;
  /** The values of the sweep's axes, in the config's order of axes. */
  readonly axes: Readonly<Record<string, SettingValue>>;
  /** Names of the groups it belongs to. A trial that two groups share runs once. */
  readonly groups: readonly string[];
  /** Seed of its replicate. */
  readonly seed: number;
  readonly settings: Readonly<Settings>;
  readonly split: Split;
}

/** One training run, complete: all that a stranger with the same images needs to run it. */
export interface Trial extends PlannedTrial {
  readonly streams: Streams;
  /** Version of the arithmetic; results of two versions may differ in bits. */
  readonly numerics: string;
  /** The dataset's fingerprint. */
  readonly fingerprint: string;
}

/** The split of the notebook's `get_CIFAR10_data` (training images first, validation images after them), and the preprocessing. */
export interface Split {
  readonly numTraining: number;
  readonly numValidation: number;
  /** Absent for the default, as in every trial of earlier versions, which had no other kind. */
  readonly preprocessing?: Exclude<Preprocessing, 'meanImage'>;
}

/** The split of an experiment. */
export const splitOf = ({
  numTraining,
  numValidation,
  preprocessing = 'meanImage',
}: Pick<Experiment, 'numTraining' | 'numValidation'> &
  Partial<Pick<Experiment, 'preprocessing'>>): Split => ({
  ...{ numTraining, numValidation },
  ...(preprocessing !== 'meanImage' && { preprocessing }),
});

/** Where in NumPy's stream a trial draws: a seed, or a saved state of a stream that other trials draw from too. */
export interface Streams {
  /** For the initial weights. */
  readonly init: number | RandomStateSnapshot;
  /** For the minibatches; absent when they continue the stream of the weights. */
  readonly training?: RandomStateSnapshot;
}

/** A setting as text: a list as `50x50x50`, an empty one as `none`. */
export function valueText(value: SettingValue): string {
  return typeof value === 'object' ? value.join('x') || 'none' : String(value);
}
