/** The keys of an experiment: the single source of their names, types, defaults and help. */
import { z } from 'zod';
import { measureNames } from '../records/measures.ts';
import { seriesNames } from '../records/series.ts';

const positiveInteger = z.int().positive();
const nonNegative = z.number().nonnegative();
const share = z.number().min(0).lt(1);

/** The settings of one training run. Each can be an axis of a sweep. */
export const settingsSchema = z.strictObject({
  hiddenDims: z
    .array(positiveInteger.max(65_536))
    .max(1000)
    .default([100, 100, 100, 100, 100])
    .describe('width of each hidden layer'),
  normalization: z
    .enum(['none', 'batchnorm', 'layernorm', 'rmsnorm', 'groupnorm'])
    .default('batchnorm')
    .describe('normalization between each affine layer and its ReLU'),
  weightScale: z
    .union([nonNegative, z.enum(['he', 'xavier'])])
    .default(2e-2)
    .describe(
      'standard deviation of the initial weights; he: sqrt(2 / inputs), xavier: sqrt(1 / inputs) of each layer',
    ),
  reg: nonNegative.default(0).describe('L2 regularization strength'),
  dtype: z.enum(['float32', 'float64']).default('float32').describe('number type of weights and activations'),
  updateRule: z
    .enum(['sgd', 'sgdMomentum', 'rmsprop', 'adam'])
    .default('adam')
    .describe('rule that updates the weights from their gradients'),
  learningRate: nonNegative.default(1e-3).describe('step size of the update rule'),
  lrDecay: nonNegative.default(1).describe('factor that multiplies the learning rate after each epoch'),
  batchSize: positiveInteger.max(50_000).default(50).describe('images in a minibatch'),
  epochs: positiveInteger.max(1_000_000).default(10).describe('passes over the training images'),
  trainImages: positiveInteger
    .max(50_000)
    .default(1000)
    .describe('how many images of the training split to train on, from the first'),
  normEps: nonNegative.default(1e-5).describe('number that normalizations add to the variance'),
  normMomentum: share.default(0.9).describe("part of batch norm's running statistics that a step keeps"),
  normGroups: positiveInteger
    .max(65_536)
    .default(1)
    .describe('groupnorm: groups of adjacent units, which must divide every width'),
  adamBeta1: share.default(0.9).describe("adam: decay of the gradients' mean"),
  adamBeta2: share.default(0.999).describe("adam: decay of the squared gradients' mean"),
  adamEps: nonNegative.default(1e-8).describe('adam: number added to the divisor'),
  sgdMomentum: share.default(0.9).describe('sgdMomentum: part of the velocity that a step keeps'),
  rmspropDecay: share.default(0.99).describe("rmsprop: decay of the squared gradients' mean"),
  hiddenWeightFactor: nonNegative
    .default(1)
    .describe('factor that multiplies the initial weights of hidden layers'),
  hiddenRateFactor: nonNegative
    .default(1)
    .describe('factor that multiplies the learning rate of the weights and biases of hidden layers'),
  diagnostics: z
    .boolean()
    .default(false)
    .describe('measure each layer after the first iteration and at the end of each epoch'),
});

export type Settings = z.output<typeof settingsSchema>;
export type SettingKey = keyof Settings;
export type SettingValue = Settings[SettingKey];
export type Normalization = Settings['normalization'];
export type Dtype = Settings['dtype'];
export type Preprocessing = Experiment['preprocessing'];
export type UpdateRule = Settings['updateRule'];

export const settingKeys = Object.keys(settingsSchema.shape) as [SettingKey, ...SettingKey[]];

/** The schema of one setting's values, without the default. */
export function settingSchema(key: SettingKey): z.ZodType<SettingValue, SettingValue> {
  return settingsSchema.shape[key].unwrap();
}

/** Some take no 1, some nothing but whole numbers. */
const numericKeys = settingKeys.filter(key =>
  [0.5, 1].some(number => settingSchema(key).safeParse(number).success),
) as typeof settingKeys;

/** `count` values from 10^start to 10^stop, evenly spaced on a logarithmic scale, as in numpy.logspace. */
const logspaceSchema = z.strictObject({
  logspace: z
    .tuple([z.number(), z.number(), positiveInteger.max(10_000)])
    .describe('[start, stop, count]: count values from 10^start to 10^stop'),
});

/** One axis: a value, a list of values, or, for numbers, a logspace. */
export type Axis = SettingValue | SettingValue[] | z.output<typeof logspaceSchema>;

function axisSchema(key: SettingKey): z.ZodType<Axis, Axis> {
  const value = settingSchema(key);
  const values = z.array(value).min(1).max(10_000);
  return z.union(numericKeys.includes(key) ? [value, values, logspaceSchema] : [value, values]);
}

/** A grid of trials: the product of its axes, the first one slowest. */
const gridSchema = z.intersection(
  // A strict object returns its keys in the order of its shape; the record keeps the order in which they were written.
  z.partialRecord(z.enum(['group', ...settingKeys]), z.unknown()),
  z.strictObject({
    group: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('grids of the same group share charts and, with stream notebook, one random stream'),
    ...(Object.fromEntries(settingKeys.map(key => [key, axisSchema(key).optional()])) as Record<
      SettingKey,
      z.ZodOptional<z.ZodType<Axis, Axis>>
    >),
  }),
);
export type Grid = z.output<typeof gridSchema>;

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

const seedSchema = z
  .int()
  .min(0)
  .max(0xffff_ffff)
  .describe('seed of the random numbers, as for numpy.random.seed');

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
  data: z
    .string()
    .min(1)
    .optional()
    .describe('folder or archive of CIFAR-10, or synthetic; omitted: the usual places are searched'),
  numTraining: positiveInteger
    .max(50_000)
    .default(49_000)
    .describe('images in the training split, of which the mean image is taken'),
  numValidation: positiveInteger
    .max(50_000)
    .default(1000)
    .describe('images in the validation split, which follows the training split'),
  preprocessing: z
    .enum(['meanImage', 'none', 'standardize', 'perImage', 'perPixelRow', 'threshold'])
    .default('meanImage')
    .describe(
      'what is done to each image: subtract the mean image; nothing; also divide by the standard deviation of each pixel; make the numbers of an image, or of each row of its pixels, sum to 1; 1 where a number is above 127, else 0',
    ),
  ...settingsSchema.shape,
  sweep: z
    .union([gridSchema.transform(grid => [grid]), z.array(gridSchema).min(1).max(1000)])
    .default([{}])
    .describe('grid of settings to run, or a list of grids'),
  charts: chartsSchema.optional().describe('charts to draw'),
});

/** A checked experiment: every key that has a default is present. */
export type Experiment = z.output<typeof experimentSchema>;
/** An experiment as written: keys with a default may be omitted. */
export type ExperimentInput = z.input<typeof experimentSchema>;

/** The keys that a map at `path` of an experiment may have. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(experimentSchema.shape);
  if (path[0] === 'charts') return Object.keys(chartSchema.shape);
  return typeof path.at(-1) === 'string' && path.length > 1
    ? Object.keys(logspaceSchema.shape)
    : ['group', ...settingKeys];
}
