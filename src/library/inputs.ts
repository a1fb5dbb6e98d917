/** What the public functions expect of experiments, data and options. */
import { z } from 'zod';
import { kindOf } from '../arguments.ts';
import { experimentSchema } from '../config/schema.ts';
import { IMAGE_SIZE, NUM_CLASSES } from '../data/dataset.ts';
import { kernelChoices } from '../kernels/backend.ts';
import { dtypes, NUMERICS } from '../kernels/numerics.ts';
import { MOST_SECONDS } from '../run/time-limit.ts';
import {
  anyText,
  callback,
  either,
  exactly,
  flag,
  having,
  isBytes,
  isObject,
  json,
  list,
  object,
  oneOf,
  text,
  that,
  valid,
  whole,
} from './values.ts';

export const experimentSource = either(
  'the name of a shipped experiment, the path of a file, or an experiment as an object',
  value => (typeof value === 'string' ? text : isObject(value) ? json : undefined),
);

export const environment = object.pipe(z.record(z.string(), anyText.optional()));

export const MOST_IMAGES = 1_000_000;

export const images = having({
  count: whole(0, MOST_IMAGES),
  pixels: that('a Uint8Array', isBytes),
  labels: that('a Uint8Array', isBytes),
}).superRefine((value, context) => {
  const { count, pixels, labels } = value as { count: number; pixels: Uint8Array; labels: Uint8Array };
  const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  if (pixels.length < count * IMAGE_SIZE) refuse('pixels', `${IMAGE_SIZE} bytes for each of ${count} images`);
  if (labels.length < count) refuse('labels', `a label for each of ${count} images`);
  if (labels.subarray(0, count).some(label => label >= NUM_CLASSES))
    refuse('labels', `labels from 0 to ${NUM_CLASSES - 1}`);
});

export const dataset = having({
  source: anyText,
  kind: oneOf(['cifar-10', 'synthetic']),
  official: flag.optional(),
  train: images,
  test: images.optional(),
  fingerprint: text,
});

const places: ReadonlyMap<unknown, z.ZodType> = new Map<unknown, z.ZodType>([
  ['synthetic', object],
  ['archive', having({ path: text })],
  ['folder', having({ path: text, layout: oneOf(['binary', 'python']) })],
]);

export const place = either(
  "a place as locateData finds it: { kind: 'synthetic' }, { kind: 'archive', path } or { kind: 'folder', path, layout }",
  value => (isObject(value) ? places.get((value as { kind?: unknown }).kind) : undefined),
);

export const searchContext = having({
  option: anyText.optional(),
  environment: anyText.optional(),
  config: anyText.optional(),
  cwd: text,
  configFolder: text.optional(),
  cacheFolder: text.optional(),
  home: text.optional(),
});

export const loadOptions = exactly({ test: flag.optional() });

export const split = having({ numTraining: whole(0, MOST_IMAGES), numValidation: whole(0, MOST_IMAGES) });

export const numerics = oneOf(Object.keys(NUMERICS));

export const dtype = oneOf(dtypes);

export const seed = whole(0, 0xffff_ffff);

export const seeds = list(seed, 'a list of seeds');

const shard = exactly({ index: whole(1, 1_000_000), count: whole(1, 1_000_000) }).superRefine(
  (value, context) => {
    const { index, count } = value as { index: number; count: number };
    if (index > count)
      context.addIssue({ code: 'custom', path: ['index'], message: `a whole number from 1 to ${count}` });
  },
);

const changes = either("changes by key, or a list of texts such as 'epochs=3'", value =>
  Array.isArray(value) ? list(anyText, 'a list of texts') : isObject(value) ? json : undefined,
);

/** The options of runExperiment: see RunOptions. */
export const runOptions = exactly({
  set: changes.optional(),
  data: either('a folder or an archive of CIFAR-10, synthetic, or a dataset', value =>
    typeof value === 'string' ? anyText : isObject(value) ? dataset : undefined,
  ).optional(),
  out: text.optional(),
  cwd: text.optional(),
  env: environment.optional(),
  numerics: numerics.optional(),
  workers: whole(0, 1024).optional(),
  compile: callback.optional(),
  queue: text.optional(),
  shard: shard.optional(),
  fresh: flag.optional(),
  repair: flag.optional(),
  retries: whole(0, 100).optional(),
  failFast: flag.optional(),
  timeout: that(
    `a number of seconds above 0, at most ${MOST_SECONDS}`,
    value => typeof value === 'number' && value > 0 && value <= MOST_SECONDS,
  ).optional(),
  signal: that('an AbortSignal', value => kindOf(value) === 'AbortSignal').optional(),
  command: oneOf(['sweep', 'train']).optional(),
  onEvent: callback.optional(),
});

export const compileOptions = exactly({
  kernels: oneOf(kernelChoices).optional(),
  wide: flag.optional(),
});

export const planContext = having({ fingerprint: text, numerics: text });

/** The keys that a checked experiment always has. */
const given = Object.entries(experimentSchema.shape)
  .filter(([, schema]) => schema.safeParse(undefined).data !== undefined)
  .map(([key]) => key);
const WHOLE = 'an experiment with all its keys, as loadExperiment and experimentSchema.parse give it';
export const experiment = valid(WHOLE, experimentSchema).refine(
  value => given.every(key => Object.hasOwn(value as object, key)),
  WHOLE,
);

export const mean = that(
  `a Float64Array of ${IMAGE_SIZE} numbers`,
  value => kindOf(value) === 'Float64Array' && (value as Float64Array).length === IMAGE_SIZE,
);

export const program = that(
  'a program, as compileProgram gives it',
  value => isObject(value) && kindOf((value as { module?: unknown }).module) === 'WebAssembly.Module',
);
