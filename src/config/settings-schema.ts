/** The settings of a training run: the single source of their names, types, defaults and help. */
import { z } from 'zod';

export const positiveInteger = z.int().positive();
export const seedSchema = z
  .int()
  .min(0)
  .max(0xffff_ffff)
  .describe('seed of the random numbers, as for numpy.random.seed');
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
      'standard deviation of the initial weights; he: sqrt(2 / inputs of the layer), xavier: sqrt(1 / inputs)',
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
  normMomentum: share.default(0.9).describe("share of batch norm's running statistics that a step keeps"),
  normGroups: positiveInteger
    .max(65_536)
    .default(1)
    .describe('groupnorm: number of groups of adjacent units; must divide every width'),
  adamBeta1: share.default(0.9).describe("adam: decay of the gradients' mean"),
  adamBeta2: share.default(0.999).describe("adam: decay of the squared gradients' mean"),
  adamEps: nonNegative.default(1e-8).describe('adam: number added to the divisor'),
  sgdMomentum: share.default(0.9).describe('sgdMomentum: share of the velocity that a step keeps'),
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
export type UpdateRule = Settings['updateRule'];

export const settingKeys = Object.keys(settingsSchema.shape) as [SettingKey, ...SettingKey[]];

/** The schema of one setting's values, without the default. */
export function settingSchema(key: SettingKey): z.ZodType<SettingValue, SettingValue> {
  return settingsSchema.shape[key].unwrap();
}

/** The settings whose values are numbers. */
export const numericKeys = settingKeys.filter(key =>
  [0.5, 1].some(number => settingSchema(key).safeParse(number).success),
) as typeof settingKeys;

const normalizationsButNone = settingsSchema.shape.normalization
  .unwrap()
  .options.filter(name => name !== 'none');

/** The constants of normalizations and update rules: the setting that decides whether they count, and its values for which they do. */
export const constants = {
  normEps: { of: 'normalization', with: normalizationsButNone },
  normMomentum: { of: 'normalization', with: ['batchnorm'] },
  normGroups: { of: 'normalization', with: ['groupnorm'] },
  adamBeta1: { of: 'updateRule', with: ['adam'] },
  adamBeta2: { of: 'updateRule', with: ['adam'] },
  adamEps: { of: 'updateRule', with: ['adam'] },
  sgdMomentum: { of: 'updateRule', with: ['sgdMomentum'] },
  rmspropDecay: { of: 'updateRule', with: ['rmsprop'] },
} as const satisfies Readonly<
  Partial<
    Record<
      SettingKey,
      | { readonly of: 'normalization'; readonly with: readonly Normalization[] }
      | { readonly of: 'updateRule'; readonly with: readonly UpdateRule[] }
    >
  >
>;
export type ConstantKey = keyof typeof constants;
export const constantKeys = Object.keys(constants) as ConstantKey[];

/** Whether a setting takes part in a training: the constants of other normalizations and rules do not. */
export function takesPart(key: SettingKey, settings: Readonly<Settings>): boolean {
  if (!Object.hasOwn(constants, key)) return true;
  const constant = constants[key as ConstantKey];
  return (constant.with as readonly string[]).includes(settings[constant.of]);
}
