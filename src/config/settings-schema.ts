/** The settings of a training run: the single source of their names, types, defaults and help. */
import { z } from 'zod';

export const positiveInteger = z.int().positive();
const nonNegative = z.number().nonnegative();

/** The settings of one training run. Each can be an axis of a sweep. */
export const settingsSchema = z.strictObject({
  hiddenDims: z
    .array(positiveInteger.max(65_536))
    .max(1000)
    .default([100, 100, 100, 100, 100])
    .describe('width of each hidden layer'),
  normalization: z
    .enum(['none', 'batchnorm', 'layernorm'])
    .default('batchnorm')
    .describe('normalization between each affine layer and its ReLU'),
  weightScale: nonNegative.default(2e-2).describe('standard deviation of the initial weights'),
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
export const numericKeys = settingKeys.filter(
  key => settingsSchema.shape[key].unwrap().def.type === 'number',
) as typeof settingKeys;
