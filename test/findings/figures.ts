/** Made-up records for planned trials: what became of each cell, its levels, its course and its spread. */
import { scheduleOf } from '../../src/config/schedule.ts';
import type { Trial } from '../../src/plan/trial.ts';
import type { TrialRecord } from '../../src/records/record.ts';
import type { Random } from './random.ts';

const NUM_CLASSES = 10;
const MAX_MEASURED = 1000;

/** What becomes of a trial. */
export type Fate = 'learns' | 'guesses' | 'near chance' | 'explodes' | 'diverges' | 'failed' | 'missing';

/** How a level depends on the place along the axis, 0..1. */
const patterns = {
  flat: () => 0,
  rising: place => place - 0.5,
  falling: place => 0.5 - place,
  peak: place => 0.5 - 2 * Math.abs(place - 0.5),
  valley: place => 2 * Math.abs(place - 0.5) - 0.5,
  plateau: place => (place < 0.3 ? -0.5 : 0.3),
  'one place': place => (Math.abs(place - 0.5) < 0.13 ? 0.5 : 0),
} satisfies Readonly<Record<string, (place: number) => number>>;
const patternNames = Object.keys(patterns) as (keyof typeof patterns)[];

const courses = {
  saturating: share => 1 - Math.exp(-3 * share),
  late: share => (share < 0.7 ? 0.3 * share : 1),
  early: share => Math.min(1, 4 * share),
  spike: share => (share > 0.05 && share < 0.3 ? 1 : 0.8 * share),
  drop: share => (share > 0.4 && share < 0.8 ? 1.2 : 0.7 * share),
} satisfies Readonly<Record<string, (share: number) => number>>;
const courseNames = Object.keys(courses) as (keyof typeof courses)[];

/** Everything about a run that is drawn once. */
interface Scenario {
  readonly level: number;
  readonly pattern: keyof typeof patterns;
  readonly slope: number;
  readonly netEffect: number;
  /** Where nets differ: everywhere, at one place, with changing sign, or in slope. */
  readonly netShape: 'offset' | 'one place' | 'alternating' | 'slope';
  readonly sharedSd: number;
  readonly ownSd: number;
  readonly outcomes:
    | 'all learn'
    | 'ends fail'
    | 'mixed'
    | 'all guess'
    | 'all diverge'
    | 'all explode'
    | 'all failed'
    | 'some seeds';
  readonly damage: 'none' | 'missing' | 'stopped' | 'disjoint' | 'failures' | 'one complete seed';
  readonly scale: 'usual' | 'tiny' | 'huge';
  readonly course: keyof typeof courses;
  readonly coursesDiffer: boolean;
}

export function scenarioOf(random: Random): Scenario {
  const ties = random.chance(0.08);
  const sd = ties ? 0 : random.pick([1e-4, 0.002, 0.005, 0.01, 0.02, 0.05, 0.12]);
  return {
    level: random.pick([0.2, 0.3, 0.45, 0.7, 0.95]),
    pattern: random.weighted([
      [3, 'flat'],
      [4, random.pick(patternNames)],
    ]),
    slope: random.pick([0.01, 0.03, 0.1, 0.3]),
    netEffect: random.weighted([
      [3, 0],
      [1, 0.003],
      [2, 0.01],
      [2, 0.05],
      [2, 0.2],
    ]),
    netShape: random.pick(['offset', 'one place', 'alternating', 'slope']),
    sharedSd: sd * random.pick([0, 0.5, 1]),
    ownSd: sd,
    outcomes: random.weighted([
      [9, 'all learn'],
      [5, 'ends fail'],
      [4, 'mixed'],
      [2, 'some seeds'],
      [1, 'all guess'],
      [0.5, 'all diverge'],
      [0.5, 'all explode'],
      [0.3, 'all failed'],
    ]),
    damage: random.weighted([
      [12, 'none'],
      [1.5, 'missing'],
      [1, 'stopped'],
      [0.7, 'disjoint'],
      [1.5, 'failures'],
      [0.5, 'one complete seed'],
    ]),
    scale: random.weighted([
      [12, 'usual'],
      [1, 'tiny'],
      [1, 'huge'],
    ]),
    course: random.pick(courseNames),
    coursesDiffer: random.chance(0.3),
  };
}

/** A record for each trial that ran, by id. */
export function recordsOf(
  trials: readonly Trial[],
  random: Random,
  scenario = scenarioOf(random),
): Map<string, TrialRecord> {
  const places = placesOf(trials);
  const cellKeys = [...new Set(trials.map(cellKey))];
  const nets = [...new Set(trials.map(trial => netKey(trial, places.key)))];
  const seeds = [...new Set(trials.map(({ seed }) => seed))];
  const shared = new Map(seeds.map(seed => [seed, scenario.sharedSd * random.normal()]));
  const netCourses = nets.map(() => (scenario.coursesDiffer ? random.pick(courseNames) : scenario.course));
  const fates = new Map(
    cellKeys.map(key => [
      key,
      random.pick(['learns', 'learns', 'guesses', 'near chance', 'explodes', 'diverges', 'failed'] as const),
    ]),
  );
  const records = new Map<string, TrialRecord>();
  for (const trial of trials) {
    const net = nets.indexOf(netKey(trial, places.key));
    const place = places.of(trial);
    const fate = damaged(fateOf(trial, place, net), trial, net);
    if (fate === 'missing') continue;
    const level = levelOf(place, net) + shared.get(trial.seed)! + scenario.ownSd * random.normal();
    records.set(trial.id, recordOf(trial, fate, level, courses[netCourses[net]!], scenario.scale, random));
  }
  return records;

  function fateOf(trial: Trial, place: number, net: number): Fate {
    switch (scenario.outcomes) {
      case 'all learn':
        return 'learns';
      case 'all guess':
        return 'guesses';
      case 'all diverge':
        return 'diverges';
      case 'all explode':
        return 'explodes';
      case 'all failed':
        return 'failed';
      case 'ends fail':
        if (net % 2 === 0) return 'learns';
        return place < 0.25
          ? 'guesses'
          : place > 0.75
            ? trial.seed % 2 === 0
              ? 'explodes'
              : 'diverges'
            : 'learns';
      case 'mixed':
        return fates.get(cellKey(trial))!;
      case 'some seeds':
        return random.chance(0.75)
          ? 'learns'
          : random.pick(['guesses', 'explodes', 'diverges', 'near chance'] as const);
    }
  }

  function damaged(fate: Fate, trial: Trial, net: number): Fate {
    const turn = seeds.indexOf(trial.seed);
    switch (scenario.damage) {
      case 'none':
        return fate;
      case 'missing':
        return random.chance(0.2) ? 'missing' : fate;
      case 'stopped':
        return trial.index >= 0.7 * trials.length ? 'missing' : fate;
      case 'failures':
        return random.chance(0.2) ? 'failed' : fate;
      case 'disjoint':
        return turn % 2 === net % 2 || seeds.length === 1 ? fate : 'missing';
      case 'one complete seed':
        return turn === 0 || turn % nets.length === net ? fate : 'failed';
    }
  }

  function levelOf(place: number, net: number): number {
    const { level, pattern, slope, netEffect, netShape } = scenario;
    const own = {
      offset: net,
      'one place': net * Number(Math.abs(place - 0.5) < 0.2),
      alternating: net * (Math.round(10 * place) % 2 === 0 ? 1 : -1),
      slope: net * (place - 0.5),
    }[netShape];
    return level + slope * patterns[pattern](place) + netEffect * own;
  }
}

const cellKey = ({ axes, groups }: Trial): string => JSON.stringify([axes, groups]);
const netKey = ({ axes }: Trial, axis: string | undefined): string =>
  JSON.stringify(Object.entries(axes).filter(([key]) => key !== axis));

/** The place of each trial along the numeric axis with the most values, 0..1. */
function placesOf(trials: readonly Trial[]): { readonly key: string | undefined; of(trial: Trial): number } {
  const keys = Object.keys(trials[0]?.axes ?? {});
  const valuesOf = (key: string) =>
    [...new Set(trials.map(({ axes }) => axes[key]).filter(value => typeof value === 'number'))].sort(
      (a, b) => a - b,
    );
  const [longest] = keys
    .map(key => ({ key, values: valuesOf(key) }))
    .sort((a, b) => b.values.length - a.values.length);
  if (!longest || longest.values.length < 2) return { key: undefined, of: () => 0.5 };
  const { key, values } = longest;
  return { key, of: ({ axes }) => Math.max(0, values.indexOf(axes[key] as number)) / (values.length - 1) };
}

/** One record that a training could have left. */
function recordOf(
  trial: Trial,
  fate: Exclude<Fate, 'missing'>,
  level: number,
  course: (share: number) => number,
  scale: Scenario['scale'],
  random: Random,
): TrialRecord {
  const { settings, split, id } = trial;
  const { perEpoch, iterations } = scheduleOf(settings);
  const seconds = 0.1;
  if (fate === 'failed')
    return {
      id,
      status: 'failed',
      iterations: 0,
      losses: [],
      accuracies: [],
      seconds,
      error: 'worker broke down',
    };
  const ended = fate === 'diverges' ? random.int(0, iterations - 1) : iterations;
  const initial =
    Math.log(NUM_CLASSES) +
    (fate === 'explodes' || fate === 'diverges' ? random.pick([0, 50, 1e8]) : 0.02 * random.normal());
  const goal =
    fate === 'learns'
      ? Math.max(0.01, Math.log(NUM_CLASSES) * (1 - level))
      : fate === 'explodes'
        ? random.pick([24, 300, 1e6, scale === 'huge' ? 1e200 : 1e4])
        : Math.log(NUM_CLASSES) + 0.003 * random.normal();
  const factor = scale === 'tiny' && fate === 'learns' ? 1e-200 : 1;
  const penalty = settings.reg * random.pick([0.5, 3, 60]);
  const dataLosses = Array.from({ length: ended }, (_, i) => {
    const share = Math.min(1, course((i + 1) / iterations));
    const data = i === 0 ? initial : initial + (goal - initial) * share;
    return factor * Math.abs(data * (1 + 0.01 * random.normal()));
  });
  const losses = dataLosses.map((loss, i) => loss + penalty * (1 - 0.5 * ((i + 1) / iterations)));
  const lastEpochDataLoss = dataLosses.slice(-perEpoch).reduce((sum, loss) => sum + loss, 0) / perEpoch;
  // Records of 0.2.0 lack it.
  const keepsDataLoss = settings.reg > 0 && fate !== 'diverges' && random.chance(0.7);
  const accuracy = (images: number, p: number) => {
    // Learners have the level that was drawn, so that ties and effects stay as planned; others guess image by image.
    const hits = fate === 'learns' ? Math.round(images * p) : random.binomial(images, p);
    return Math.max(0, Math.min(images, hits)) / images;
  };
  const accuracies: TrialRecord['accuracies'] = [];
  for (let t = 1; t <= ended; t++) {
    if (t !== 1 && t % perEpoch !== 0) continue;
    const share = course(t / iterations);
    const [train, val] =
      fate === 'learns'
        ? [0.1 + (Math.min(1, 1.4 * level) - 0.1) * share, 0.1 + (level - 0.1) * share]
        : fate === 'near chance'
          ? [0.14, random.pick([0.12, 0.13, 0.14, 0.15])]
          : [0.1, 0.1];
    accuracies.push({
      epoch: Math.floor(t / perEpoch),
      trainAccuracy: accuracy(Math.min(settings.trainImages, MAX_MEASURED), train),
      valAccuracy: accuracy(split.numValidation, val),
    });
  }
  return {
    id,
    status: fate === 'diverges' ? 'diverged' : 'completed',
    iterations: ended,
    losses,
    accuracies,
    ...(keepsDataLoss && { lastEpochDataLoss }),
    seconds,
  };
}
