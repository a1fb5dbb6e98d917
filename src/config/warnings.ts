/** Warns about experiments that are valid but hardly what their author means. */
import { axisBounds } from './axis-bounds.ts';
import { show } from './explain.ts';
import { type Axis, type Experiment, type Grid, settingKeys } from './schema.ts';
import { axisOf, isRange } from './sweep-schema.ts';

/**
 * One line for each likely mistake, such as `batchSize: ...`: the key, what will happen, and what to write instead.
 * Empty for most experiments.
 */
export function warningsOf(experiment: Experiment): string[] {
  const warnings = experiment.sweep.flatMap(grid => [
    ...logspaceWarnings(grid),
    ...batchWarnings({ ...experiment, ...grid.zip, ...grid }),
  ]);
  return [...new Set(warnings)];
}

function* logspaceWarnings(grid: Grid): Generator<string> {
  for (const key of settingKeys) {
    const axis = axisOf(grid, key);
    if (axis === undefined || !isRange(axis) || !axis.logspace) continue;
    const [start, stop, count] = axis.logspace;
    if (!areValues(start, stop)) continue;
    const exponents = [start, stop].map(value => Number(Math.log10(value).toFixed(4)));
    const cure = exponents.every(Number.isFinite)
      ? `for values from ${start} to ${stop} write logspace: ${show([...exponents, count])}`
      : 'to give values, write a list';
    yield `${key}: logspace takes exponents, so ${show(axis.logspace)} runs from 10^${start} = ${powerOf(start)} to 10^${stop} = ${powerOf(stop)}; ${cure}`;
  }
}

/** As exponents, fractions below 1 give values between 1 and 10, and numbers above 10 give astronomical ones. */
function areValues(start: number, stop: number): boolean {
  return start >= 0 && stop >= 0 && [start, stop].some(value => (value > 0 && value < 1) || value > 10);
}

function powerOf(exponent: number): number {
  return Number((10 ** exponent).toPrecision(5));
}

/** Settings of a grid: its own axes, and the experiment's values for the rest. */
type GridSettings = Readonly<Record<'batchSize' | 'trainImages' | 'normalization' | 'hiddenDims', Axis>>;

function* batchWarnings({
  batchSize,
  trainImages,
  normalization,
  hiddenDims,
}: GridSettings): Generator<string> {
  const [smallest, largest] = axisBounds(batchSize);
  const [images] = axisBounds(trainImages);
  if (largest > images) {
    yield `batchSize: a minibatch of ${largest} is drawn, with replacement, from only ${images} training images; write batchSize: ${images} or less, or raise trainImages`;
  }
  const hasLayers = [hiddenDims].flat(2).length > 0;
  if (smallest === 1 && hasLayers && [normalization].flat().includes('batchnorm')) {
    yield 'batchSize: over a minibatch of 1, batch normalization turns every activation into 0, so the net cannot learn from its images; write batchSize: 2 or more, or normalization: layernorm';
  }
}
