/**
 * Where in the random numbers each trial draws. `paired` is a seed. `notebook` is one stream that flows through all
 * trials in turn; here it is walked beforehand, so that each trial gets the state it starts from and none waits for
 * another.
 */
import { drawnImages } from '../config/schedule.ts';
import type { SettingKey, Settings } from '../config/schema.ts';
import { RandomState } from '../random/random-state.ts';
import { weightCount } from './cost.ts';
import type { Streams } from './trial.ts';

/** Streams of trials that the notebook would run one after the other, from one seeding. */
export function notebookStreams(
  trials: readonly Readonly<Settings>[],
  seed: number,
  builtTogether: SettingKey | undefined,
): Streams[] {
  const random = new RandomState(seed);
  const streams = new Array<Streams>(trials.length);
  for (const cohort of cohorts(trials, builtTogether)) {
    const inits = cohort.map(index => {
      const init = random.snapshot();
      random.skipRandn(weightCount(trials[index]!));
      return init;
    });
    for (const [i, index] of cohort.entries()) {
      const training = random.snapshot();
      const settings = trials[index]!;
      skipChoices(random, settings.trainImages, drawnImages(settings));
      streams[index] = { init: inits[i]!, training };
    }
  }
  return streams;
}

/** Indices of trials that differ in the one axis only: their nets are built before the first of them trains. */
function cohorts(trials: readonly Readonly<Settings>[], axis: SettingKey | undefined): Iterable<number[]> {
  if (axis === undefined) return trials.map((_, index) => [index]);
  const byRest = new Map<string, number[]>();
  for (const [index, settings] of trials.entries()) {
    const rest = JSON.stringify({ ...settings, [axis]: null });
    const members = byRest.get(rest);
    if (members) members.push(index);
    else byRest.set(rest, [index]);
  }
  return byRest.values();
}

const skipped = new Int32Array(16_384);

function skipChoices(random: RandomState, n: number, count: number): void {
  for (let left = count; left > 0; left -= skipped.length) {
    random.choice(n, left < skipped.length ? skipped.subarray(0, left) : skipped);
  }
}
