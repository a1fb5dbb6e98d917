/** Finds contradictions between values that are valid on their own. */

import { pow } from '../kernels/base.ts';
import { seriesNames } from '../records/series.ts';
import { axisBounds } from './axis-bounds.ts';
import { alternatives, show } from './explain.ts';
import type { Problem } from './problems.ts';
import { type Experiment, experimentSchema, type SettingKey } from './schema.ts';
import { checkSweep } from './sweep-cells.ts';
import { SweepError } from './sweep-error.ts';
import { axisOf } from './sweep-schema.ts';

const CIFAR_TRAINING_IMAGES = 50_000;
const LARGEST_SEED = 0xffff_ffff;
const experimentDefaults = experimentSchema.parse({});

/** Every contradiction between the keys of an experiment. */
export function contradictions(experiment: Experiment): Problem[] {
  return [
    ...imageProblems(experiment),
    ...seedProblems(experiment),
    ...groupProblems(experiment),
    ...streamProblems(experiment),
    ...chartProblems(experiment),
    ...sweepProblems(experiment),
  ];
}

/** Problems that would stop the expansion of the sweep, found before it. */
function* sweepProblems(experiment: Experiment): Generator<Problem> {
  try {
    checkSweep(experiment, pow);
  } catch (error) {
    if (!(error instanceof SweepError)) throw error;
    const { path, fault, hint } = error;
    const isLone = path[0] === 'sweep' && path.length > 1 && typeof path[1] !== 'number';
    // The checked experiment has the sweep as a list.
    yield { paths: [isLone ? path.toSpliced(1, 0, 0) : path], message: fault, hint };
  }
}

function* imageProblems({ numTraining, numValidation, trainImages, sweep }: Experiment): Generator<Problem> {
  const images = numTraining + numValidation;
  if (images > CIFAR_TRAINING_IMAGES) {
    yield {
      paths: [['numTraining'], ['numValidation']],
      message: `numTraining + numValidation is ${images}, but CIFAR-10 has ${CIFAR_TRAINING_IMAGES} training images`,
    };
  }
  for (const [index, grid] of sweep.entries()) {
    const [, most] = axisBounds(axisOf(grid, 'trainImages') ?? trainImages);
    if (most > numTraining) {
      const place = ['sweep', index, ...(grid.zip?.trainImages ? ['zip'] : []), 'trainImages'];
      yield {
        paths: [axisOf(grid, 'trainImages') ? place : ['trainImages'], ['numTraining']],
        message: `trainImages is ${most}, but numTraining is only ${numTraining}`,
      };
    }
  }
}

/** Group norm needs groups of equal width in every hidden layer. */
function* groupProblems(experiment: Experiment): Generator<Problem> {
  for (const [index, grid] of experiment.sweep.entries()) {
    const settingOf = <Key extends SettingKey>(key: Key) => axisOf(grid, key) ?? experiment[key];
    const [normalization, normGroups, hiddenDims] = [
      settingOf('normalization'),
      settingOf('normGroups'),
      settingOf('hiddenDims'),
    ];
    if (![normalization].flat().some(name => name === 'groupnorm')) continue;
    const widths = [hiddenDims].flat(2).map(Number);
    for (const groups of [normGroups].flat().map(Number)) {
      const width = widths.find(width => width % groups !== 0);
      if (width === undefined) continue;
      const pathOf = (key: 'normGroups' | 'hiddenDims') =>
        axisOf(grid, key) ? ['sweep', index, key] : [key];
      yield {
        paths: [pathOf('normGroups'), pathOf('hiddenDims')],
        message: `normGroups is ${groups}, which does not divide the width ${width} of a hidden layer; group norm needs groups of equal width`,
      };
    }
  }
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
