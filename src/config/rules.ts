/** Finds contradictions between values that are valid on their own. */

import { pow } from '../kernels/base.ts';
import { seriesNames } from '../records/series.ts';
import { alternatives, show } from './explain.ts';
import type { Problem } from './problems.ts';
import { type Experiment, experimentSchema, type SettingKey, type Settings } from './schema.ts';
import { type Cell, sweepCells } from './sweep-cells.ts';
import { SweepError } from './sweep-error.ts';
import { axisOf } from './sweep-schema.ts';
import { isMap, type Path } from './yaml.ts';

const CIFAR_TRAINING_IMAGES = 50_000;
const LARGEST_SEED = 0xffff_ffff;
const experimentDefaults = experimentSchema.parse({});

/**
 * The cells that will run, and every contradiction between the keys of an experiment. There are no cells if the sweep cannot be
 * expanded.
 */
export function examine(experiment: Experiment): {
  readonly cells: readonly Cell[];
  readonly problems: Problem[];
} {
  const { cells, problem } = expand(experiment);
  const problems = [
    ...imageProblems(experiment),
    ...seedProblems(experiment),
    ...streamProblems(experiment),
    ...chartProblems(experiment),
    ...(problem ? [problem] : cellProblems(experiment, cells)),
  ];
  return { cells, problems };
}

function expand(experiment: Experiment): { readonly cells: readonly Cell[]; readonly problem?: Problem } {
  try {
    return { cells: sweepCells(experiment, pow) };
  } catch (error) {
    if (!(error instanceof SweepError)) throw error;
    const { path, fault, hint } = error;
    const isLone = path[0] === 'sweep' && path.length > 1 && typeof path[1] !== 'number';
    // The checked experiment has the sweep as a list.
    return { cells: [], problem: { paths: [isLone ? path.toSpliced(1, 0, 0) : path], message: fault, hint } };
  }
}

function* imageProblems({ numTraining, numValidation }: Experiment): Generator<Problem> {
  const images = numTraining + numValidation;
  if (images > CIFAR_TRAINING_IMAGES) {
    yield {
      paths: [['numTraining'], ['numValidation']],
      message: `numTraining + numValidation is ${images}, but CIFAR-10 has ${CIFAR_TRAINING_IMAGES} training images`,
    };
  }
}

/** A contradiction between settings of a cell, or of a setting with the experiment. */
interface CellRule {
  /** The keys at fault. The problem is reported at the first that the user gave. */
  readonly keys: readonly [keyof Experiment, keyof Experiment];
  /** What is wrong with a cell; undefined if nothing is. */
  fault(settings: Readonly<Settings>, experiment: Experiment): string | undefined;
}

const cellRules: readonly CellRule[] = [
  {
    keys: ['trainImages', 'numTraining'],
    fault: ({ trainImages }, { numTraining }) =>
      trainImages > numTraining
        ? `trainImages is ${trainImages}, but numTraining is only ${numTraining}`
        : undefined,
  },
  {
    keys: ['normGroups', 'hiddenDims'],
    fault: ({ normalization, normGroups, hiddenDims }) => {
      const width = hiddenDims.find(width => width % normGroups !== 0);
      return normalization === 'groupnorm' && width !== undefined
        ? `normGroups is ${normGroups}, which does not divide the width ${width} of a hidden layer; group norm needs groups of equal width`
        : undefined;
    },
  },
];

/** The problems of all cells, each once for every grid. */
function cellProblems(experiment: Experiment, cells: readonly Cell[]): Iterable<Problem> {
  const problems = new Map<string, Problem>();
  for (const { settings, grid } of cells) {
    for (const { keys, fault } of cellRules) {
      const message = fault(settings, experiment);
      if (message === undefined) continue;
      const [first, second] = keys.map(key => placeOf(experiment, grid, key)) as [Path, Path];
      problems.set(`${grid} ${message}`, { paths: [first, second], message });
    }
  }
  return problems.values();
}

/** Where an experiment says the value that a key has in a grid. */
function placeOf({ sweep }: Experiment, index: number, key: keyof Experiment): Path {
  const { zip, ...axes }: Readonly<Record<string, unknown>> = sweep[index]!;
  if (axes[key] !== undefined) return ['sweep', index, key];
  return isMap(zip) && zip[key] !== undefined ? ['sweep', index, 'zip', key] : [key];
}

function* seedProblems({ seed, seeds, replicates }: Experiment): Generator<Problem> {
  if (seeds === undefined) {
    const lastSeed = seed + replicates - 1;
    if (lastSeed > LARGEST_SEED) {
      yield {
        paths: [['replicates'], ['seed']],
        message: `the last replicate would have seed ${lastSeed}, but the largest seed is ${LARGEST_SEED}`,
      };
    }
    return;
  }
  const twice = seeds.findIndex((value, index) => seeds.indexOf(value) < index);
  if (twice >= 0) yield { paths: [['seeds', twice]], message: `seed ${seeds[twice]} is listed twice` };
  if (replicates !== experimentDefaults.replicates) {
    yield {
      paths: [['replicates'], ['seeds']],
      message:
        'replicates and seeds exclude each other; keep seeds to run exactly those, or replicates to count up from seed',
    };
  }
  if (seed !== experimentDefaults.seed) {
    yield { paths: [['seed'], ['seeds']], message: 'seed has no effect beside seeds; remove one of them' };
  }
}

function* streamProblems(experiment: Experiment): Generator<Problem> {
  const { stream, builtTogether } = experiment;
  if (builtTogether === undefined) return;
  const path = ['builtTogether'];
  if (stream !== 'notebook') {
    yield {
      paths: [path, ['stream']],
      message: 'builtTogether needs stream: notebook; remove it (--set builtTogether=) or change the stream',
    };
  }
  if (!isAxis(experiment, builtTogether)) {
    yield { paths: [path], message: `${builtTogether} is not an axis of the sweep` };
  }
}

function* chartProblems(experiment: Experiment): Generator<Problem> {
  for (const [index, { x, y, clamp }] of (experiment.charts ?? []).entries()) {
    const isSeries = seriesNames.some(name => name === y);
    if (x === undefined && !isSeries) {
      yield {
        paths: [['charts', index, 'y']],
        message: `${y} is one number per trial and needs an x, such as x: weightScale; without x, draw ${alternatives(seriesNames)}`,
      };
    }
    if (x !== undefined && isSeries) {
      yield {
        paths: [['charts', index, 'x']],
        message: `${y} is a series and has its own x; remove x, or draw a measure such as bestValAccuracy`,
      };
    }
    if (x !== undefined && !isAxis(experiment, x)) {
      yield { paths: [['charts', index, 'x']], message: `${x} is not an axis of the sweep` };
    }
    if (clamp && clamp[0] >= clamp[1]) {
      yield {
        paths: [['charts', index, 'clamp']],
        message: `expected [low, high], got ${show(clamp)}`,
      };
    }
  }
}

function isAxis({ sweep }: Experiment, key: SettingKey): boolean {
  return sweep.some(grid => axisOf(grid, key) !== undefined);
}
