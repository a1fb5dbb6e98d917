/**
 * Where in the random numbers each trial draws. `paired` is a seed. `notebook` is one stream that flows through all
 * trials in turn; here it is walked beforehand, so that each trial gets the state it starts from and none waits for
 * another.
 */
import { drawnImages } from '../config/schedule.ts';
import type { SettingKey, Settings } from '../config/schema.ts';
import { IMAGE_SIZE, NUM_CLASSES } from '../data/dataset.ts';
import { RandomState } from '../random/random-state.ts';
import type { Streams } from './trial.ts';

/** Streams of trials that the notebook would run one after the other, from one seeding. */
export function notebookStreams(
  trials: readonly Readonly<Settings>[],
  seed: number,
  builtTogether: SettingKey | undefined,
): Streams[] {
  const random = new RandomState(seed);
  return cohorts(trials, builtTogether).flatMap(cohort => {
    const inits = cohort.map(settings => {
      const init = random.snapshot();
      random.skipRandn(weightCount(settings));
      return init;
    });
    return cohort.map((settings, i) => {
      const training = random.snapshot();
      skipChoices(random, settings.trainImages, drawnImages(settings));
      return { init: inits[i]!, training };
    });
  });
}

/** Runs of trials that differ in the one axis only: their nets are built before the first of them trains. */
function cohorts(
  trials: readonly Readonly<Settings>[],
  axis: SettingKey | undefined,
): Readonly<Settings>[][] {
  const rest = (settings: Readonly<Settings>) => JSON.stringify({ ...settings, [axis ?? '']: null });
  const runs: Readonly<Settings>[][] = [];
  for (const settings of trials) {
    const run = runs.at(-1);
    if (axis !== undefined && run && rest(run[0]!) === rest(settings)) run.push(settings);
    else runs.push([settings]);
  }
  return runs;
}

function weightCount({ hiddenDims }: Readonly<Settings>): number {
  const dims = [IMAGE_SIZE, ...hiddenDims, NUM_CLASSES];
  return dims.slice(1).reduce((count, h, i) => count + dims[i]! * h, 0);
}

const skipped = new Int32Array(16_384);

function skipChoices(random: RandomState, n: number, count: number): void {
  for (let left = count; left > 0; left -= skipped.length) {
    random.choice(n, left < skipped.length ? skipped.subarray(0, left) : skipped);
  }
}
