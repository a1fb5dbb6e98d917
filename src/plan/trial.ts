import type { Settings, SettingValue } from '../config/schema.ts';
import type { RandomStateSnapshot } from '../random/random-state.ts';

/** One training run, fully resolved: what a worker needs beside the images, and nothing that it must look up. */
export interface Trial {
  /** Content hash of all that decides the result: settings, split, random streams, data fingerprint, numerics. */
  readonly id: string;
  /** Place in the plan, from 0. */
  readonly index: number;
  /** The values that tell this trial from the others, in the order of the config's axes. */
  readonly axes: Readonly<Record<string, SettingValue>>;
  /** Names of the groups it belongs to; a trial that two groups share is run once. */
  readonly groups: readonly string[];
  readonly seed: number;
  readonly settings: Readonly<Settings>;
  readonly split: Split;
  readonly streams: Streams;
}

/** The notebook's `get_CIFAR10_data`: training images first, validation images after them. */
export interface Split {
  readonly numTraining: number;
  readonly numValidation: number;
}

/** Where in NumPy's stream a trial draws: a seed, or a saved state of a stream that other trials draw from too. */
export interface Streams {
  /** For the initial weights. */
  readonly init: number | RandomStateSnapshot;
  /** For the minibatches; absent when they continue the stream of the weights. */
  readonly training?: RandomStateSnapshot;
}

/** A setting in full: a list as `50x50x50`, an empty one as `none`. */
export function valueText(value: SettingValue): string {
  return typeof value === 'object' ? value.join('x') || 'none' : String(value);
}

/** What tells a trial from the others of its run. */
export function describe({ axes, seed }: Trial): string {
  const values = Object.entries(axes).map(([key, value]) => `${key} ${valueText(value)}`);
  return values.length > 0 ? values.join(', ') : `seed ${seed}`;
}
