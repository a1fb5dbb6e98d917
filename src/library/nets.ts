/** What nets, solvers and random streams expect. */
import type { z } from 'zod';
import { kindOf } from '../arguments.ts';
import {
  type SettingKey,
  type Settings,
  settingKeys,
  settingSchema,
  settingsSchema,
} from '../config/settings-schema.ts';
import { IMAGE_SIZE } from '../data/dataset.ts';
import { preparations } from '../data/preprocessing.ts';
import { ADDRESSABLE } from '../kernels/engine.ts';
import { bytesNeeded } from '../nn/net-of-settings.ts';
import type { TrainingData } from '../nn/solver.ts';
import { updateRules } from '../nn/update-rules.ts';
import { images, MOST_IMAGES, mean, seed } from './inputs.ts';
import { faultIn } from './json.ts';
import {
  either,
  flag,
  having,
  isBytes,
  isObject,
  list,
  number,
  object,
  oneOf,
  that,
  whole,
} from './values.ts';

/** Long lists are refused before zod finds fault with each of their items. */
const isSetting = (key: SettingKey, value: unknown): boolean =>
  faultIn(value) === undefined && settingSchema(key).safeParse(value).success;

/** Every setting; other keys, as those of an experiment, do not matter. */
export const settings = having(
  Object.fromEntries(
    settingKeys.map(key => [
      key,
      that(`the setting ${key} (${settingsSchema.shape[key].description})`, value => isSetting(key, value)),
    ]),
  ) as Record<string, z.ZodType>,
);

export const trainable = settings.refine(
  value => bytesNeeded(value as unknown as Settings) <= ADDRESSABLE,
  'settings of a net that fits into the 4 GiB of memory that WebAssembly can address',
);

export const listOfSettings = list(settings, 'a list of settings');

const KEY_BYTES = 2496;

const snapshot = having({
  key: that(
    `the ${KEY_BYTES} bytes of a state in base64`,
    value => typeof value === 'string' && Buffer.from(value, 'base64').length === KEY_BYTES,
  ),
  position: whole(0, KEY_BYTES / 4),
  gauss: number.nullable(),
});

export const randomStart = either(`a seed from 0 to ${0xffff_ffff}, or a snapshot of a RandomState`, value =>
  typeof value === 'number' ? seed : isObject(value) ? snapshot : undefined,
);

const atLeast0 = that(
  'a finite number, 0 or above',
  value => typeof value === 'number' && value >= 0 && Number.isFinite(value),
);

export const shape = settingsSchema.shape;

/** The options of a net: see NetOptions. */
export const fullyConnected = having({
  inputDim: whole(1, MOST_IMAGES),
  hiddenDims: that('a list of widths from 1 to 65536, at most 1000', value => isSetting('hiddenDims', value)),
  numClasses: whole(1, MOST_IMAGES),
  normalization: oneOf(shape.normalization.unwrap().options),
  maxRows: whole(1, MOST_IMAGES),
  rule: that('one of updateRules', value =>
    Object.values(updateRules).some(rule => rule === value),
  ).optional(),
  weightScale: that('a number, 0 or above, he or xavier', value => isSetting('weightScale', value)),
  reg: atLeast0,
  hiddenWeightFactor: atLeast0.optional(),
  hiddenRateFactor: atLeast0.optional(),
  diagnostics: flag.optional(),
  normConstants: object.optional(),
  ruleConstants: object.optional(),
  mean: having({ high: mean, low: mean }).optional(),
});

const deviation = that(
  `a Float64Array of ${IMAGE_SIZE} numbers above 0, as pixelStatistics gives it`,
  value =>
    kindOf(value) === 'Float64Array' &&
    (value as Float64Array).length === IMAGE_SIZE &&
    (value as Float64Array).every(each => each > 0),
);

/** Images with their split: see TrainingData. */
export const trainingData = having({
  pixels: that('a Uint8Array', isBytes),
  labels: that('a Uint8Array', isBytes),
  mean,
  numTraining: whole(1, MOST_IMAGES),
  numValidation: whole(1, MOST_IMAGES),
  preprocessing: oneOf(Object.keys(preparations)).optional(),
}).superRefine((value, context) => {
  const { pixels, labels, numTraining, numValidation, preprocessing } = value as unknown as TrainingData;
  const count = numTraining + numValidation;
  const own = { count, pixels, labels };
  for (const { path, message } of images.safeParse(own).error?.issues.slice(0, 1) ?? [])
    context.addIssue({ code: 'custom', path, message });
  const { error } = deviation.safeParse(value.deviation);
  if (preprocessing === 'standardize' && error)
    context.addIssue({ code: 'custom', path: ['deviation'], message: error.issues[0]!.message });
});
