/** The keys of an experiment: the single source of their names, types, defaults and help. */
import { z } from 'zod';
import { measureNames } from '../records/measures.ts';
import { seriesNames } from '../records/series.ts';
import { expectationKeys, expectationsSchema } from './expectations-schema.ts';
import { numericKeys, positiveInteger, seedSchema, settingKeys, settingsSchema } from './settings-schema.ts';
import { gridKeys, rangeKeys, sweepSchema } from './sweep-schema.ts';
import { pathFault } from './user-path.ts';
import { boundKeys, cellSchema } from './where-schema.ts';

export type { Expectation } from './expectations-schema.ts';
export { expectationsSchema } from './expectations-schema.ts';
export type {
  ConstantKey,
  Dtype,
  Normalization,
  SettingKey,
  Settings,
  SettingValue,
  UpdateRule,
} from './settings-schema.ts';
export {
  constantKeys,
  constants,
  settingKeys,
  settingSchema,
  settingsSchema,
  takesPart,
} from './settings-schema.ts';
export type { Axis, Grid } from './sweep-schema.ts';
export type { Bounds, Where } from './where-schema.ts';

export type Preprocessing = Experiment['preprocessing'];

/**
 * A chart: a series of each trial (`loss` by iteration, accuracies by epoch), or, if `x` names a numeric axis, a measure
 * of each trial against that axis.
 */
const chartSchema = z.strictObject({
  y: z.enum([...seriesNames, ...measureNames]).describe('what to draw'),
  x: z.enum(numericKeys).optional().describe('the axis to draw it against; omitted for a series'),
  clamp: z
    .tuple([z.number(), z.number()])
    .optional()
    .describe('[low, high]: values outside are drawn at the edge'),
});
export type ChartSpec = z.output<typeof chartSchema>;
export const chartsSchema = z.array(chartSchema).max(20);

/** An experiment: the keys of a config file. */
export const experimentSchema = z.strictObject({
  title: z.string().max(200).optional().describe('title of the results'),
  description: z.string().max(10_000).optional().describe('what to expect of the results'),
  seed: seedSchema.default(231),
  stream: z
    .enum(['notebook', 'paired'])
    .default('paired')
    .describe(
      'notebook: one random stream runs through all trials, as in the notebook; paired: every trial starts from the same seed',
    ),
  builtTogether: z
    .enum(settingKeys)
    .optional()
    .describe(
      'with stream notebook: nets that differ only in this axis are all built before the first of them trains',
    ),
  replicates: positiveInteger
    .max(10_000)
    .default(1)
    .describe('how many times to run everything, with seeds seed, seed + 1, ...'),
  seeds: z
    .array(seedSchema)
    .min(1)
    .max(10_000)
    .optional()
    .describe('seeds to run everything with, instead of seed and replicates. Example: [231, 7, 9]'),
  data: z
    .string()
    .min(1)
    .superRefine((path, context) => {
      const fault = pathFault(path);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .optional()
    .describe('folder or archive of CIFAR-10, or synthetic; omitted: the usual places are searched'),
  numTraining: positiveInteger
    .max(50_000)
    .default(49_000)
    .describe('images in the training split; the mean image is their mean'),
  numValidation: positiveInteger
    .max(50_000)
    .default(1000)
    .describe('images in the validation split, which follows the training split'),
  preprocessing: z
    .enum(['meanImage', 'none', 'standardize', 'perImage', 'perPixelRow', 'threshold'])
    .default('meanImage')
    .describe(
      'preprocessing of each image: subtract the mean image; nothing; also divide by the standard deviation of each pixel; make the numbers of an image, or of each row of its pixels, sum to 1; 1 where a number is above 127, else 0',
    ),
  ...settingsSchema.shape,
  sweep: sweepSchema
    .default([{}])
    .describe(
      'grid of settings to run, or a list of grids. An axis is a list of values, { linspace: [start, stop, count] }, or { logspace: [start, stop, count] } for powers of ten; a grid runs every combination, and values that differ only in their last bits once. zip holds axes that go together, exclude lists cells to leave out, group names the charts of a grid. Example: { weightScale: { logspace: [-4, 0, 20] }, normalization: [batchnorm, none] }',
    ),
  baseline: cellSchema
    .optional()
    .describe('the cells that findings and comparisons compare with. Example: { normalization: none }'),
  charts: chartsSchema
    .optional()
    .describe(
      `list of charts. y is a series (${seriesNames.join(', ')}) or, with a numeric axis as x, a measure (${measureNames.join(', ')}); clamp: [low, high] draws values outside at the edge. Example: [{ y: loss }, { y: bestValAccuracy, x: weightScale }]`,
    ),
  expect: expectationsSchema
    .optional()
    .describe(
      'what the results should show. Each item makes one claim about the cells that agree with where: learns, blowsUp, or a measure with a bound (atLeast, atMost, above, below) or better: { than, by }. Example: [{ where: { normalization: batchnorm }, learns: true }, { where: { normalization: none }, measure: bestValAccuracy, atMost: 0.2 }]',
    ),
});

/** A checked experiment: every key that has a default is present. */
export type Experiment = z.output<typeof experimentSchema>;
/** An experiment as written: keys with a default may be omitted. */
export type ExperimentInput = z.input<typeof experimentSchema>;

/** Keys that cannot change the result of a trial: where the data are, what is shown, how many seeds run. */
const indecisiveKeys: readonly string[] = [
  'data',
  'title',
  'description',
  'charts',
  'replicates',
  'seeds',
  'expect',
  'baseline',
] satisfies (keyof Experiment)[];

export function isDecisive(key: string): boolean {
  return !indecisiveKeys.includes(key);
}

/** An experiment without the keys that cannot change the result of a trial. */
export function decisivePart(experiment: Experiment): Record<string, unknown> {
  return Object.fromEntries(Object.entries(experiment).filter(([key]) => isDecisive(key)));
}

const textKeys: readonly string[] = ['title', 'description', 'data', 'group', 'say'];

/** Whether the value at `path` of an experiment is text of the user's own. */
export const isTextKey = (path: readonly PropertyKey[]): boolean => textKeys.includes(String(path.at(-1)));

/** The keys that a map at `path` of an experiment may have. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  // Positions in lists do not matter.
  const [top, ...names] = path.filter(step => typeof step === 'string');
  switch (top) {
    case undefined:
      return Object.keys(experimentSchema.shape);
    case 'charts':
      return Object.keys(chartSchema.shape);
    case 'expect':
      if (names.length === 0) return expectationKeys;
      if (names.at(-1) === 'better') return ['than', 'by'];
      return names.at(-1) === 'where' || names.at(-1) === 'than' ? settingKeys : boundKeys;
    case 'sweep':
      if (names.length === 0) return gridKeys;
      if (names.length === 1 && (names[0] === 'zip' || names[0] === 'exclude')) return settingKeys;
      return names[0] === 'exclude' ? boundKeys : rangeKeys;
    default:
      return settingKeys;
  }
}
