/** What no experiment can be, though each of its values is fine. */
import { show } from './explain.ts';
import type { Problem } from './problems.ts';
import { type Axis, type Experiment, type SettingKey, seriesNames } from './schema.ts';

const CIFAR_TRAINING_IMAGES = 50_000;
const LARGEST_SEED = 0xffff_ffff;

/** Every contradiction between the keys of an experiment. */
export function contradictions(experiment: Experiment): Problem[] {
  return [...imageProblems(experiment), ...streamProblems(experiment), ...chartProblems(experiment)];
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
    const most = largest(grid.trainImages ?? trainImages);
    if (most > numTraining) {
      yield {
        paths: [grid.trainImages ? ['sweep', index, 'trainImages'] : ['trainImages'], ['numTraining']],
        message: `trainImages is ${most}, but numTraining only ${numTraining}`,
      };
    }
  }
}

function largest(axis: Axis): number {
  const values =
    typeof axis === 'object' && 'logspace' in axis
      ? axis.logspace.slice(0, 2).map(exponent => 10 ** exponent)
      : [axis].flat();
  return Math.max(...values.map(Number));
}

function* streamProblems(experiment: Experiment): Generator<Problem> {
  const { seed, replicates, stream, builtTogether } = experiment;
  const lastSeed = seed + replicates - 1;
  if (lastSeed > LARGEST_SEED) {
    yield {
      paths: [['replicates'], ['seed']],
      message: `the seeds of the replicates end at ${lastSeed}, but the largest seed is ${LARGEST_SEED}`,
    };
  }
  if (builtTogether === undefined) return;
  const path = ['builtTogether'];
  if (stream !== 'notebook') {
    yield {
      paths: [path, ['stream']],
      message:
        'builtTogether needs stream: notebook; leave it out (--set builtTogether=) or change the stream',
    };
  }
  if (!isAxis(experiment, builtTogether)) {
    yield { paths: [path], message: `${builtTogether} is no axis of the sweep` };
  }
}

function* chartProblems(experiment: Experiment): Generator<Problem> {
  for (const [index, { x, y, clamp }] of (experiment.charts ?? []).entries()) {
    const isHistory = seriesNames.some(name => name === y);
    if (x === undefined && !isHistory) {
      yield {
        paths: [['charts', index, 'y']],
        message: `${y} is one number a trial and needs an x, such as x: weightScale; without x there are ${seriesNames.join(', ')}`,
      };
    }
    if (x !== undefined && isHistory) {
      yield {
        paths: [['charts', index, 'x']],
        message: `${y} is a history and has its own x; leave x out, or draw a summary such as bestValAccuracy`,
      };
    }
    if (x !== undefined && !isAxis(experiment, x)) {
      yield { paths: [['charts', index, 'x']], message: `${x} is no axis of the sweep` };
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
  return sweep.some(grid => grid[key] !== undefined);
}
