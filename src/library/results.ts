/** What is expected of results, and of options for comparing them. */
import { z } from 'zod';
import { expectationsSchema } from '../config/expectations-schema.ts';
import { cellSchema, whereSchema } from '../config/where-schema.ts';
import { measureNames } from '../records/measures.ts';
import { reportFormats } from '../run/write-report.ts';
import { identitySchema, invocationSchema } from '../store/manifest.ts';
import { seed } from './inputs.ts';
import { settings } from './nets.ts';
import {
  anyText,
  callback,
  either,
  exactly,
  flag,
  having,
  isObject,
  list,
  number,
  object,
  oneOf,
  text,
  that,
  valid,
  whole,
} from './values.ts';

const isSettingValue = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every(each => typeof each === 'number')
    : ['string', 'number', 'boolean'].includes(typeof value);
const axes = that(
  'an object whose values are those of settings',
  value => isObject(value) && Object.values(value as object).every(isSettingValue),
);

/** No split is larger: CIFAR-10 has 50,000 training images. */
const MOST_SPLIT = 50_000;

/** Results that have been checked: those of a run do not change. */
const known = new WeakSet<object>();

const resultShape = having({
  trial: having({
    id: text,
    index: whole(0, Number.MAX_SAFE_INTEGER),
    axes,
    groups: list(anyText, 'a list of texts'),
    seed,
    settings,
    split: having({ numTraining: whole(1, MOST_SPLIT), numValidation: whole(1, MOST_SPLIT) }),
  }),
  status: oneOf(['completed', 'diverged', 'failed']),
  summary: having({
    ...(Object.fromEntries(measureNames.map(name => [name, number.nullish()])) as Record<string, z.ZodType>),
    iterations: number,
    lastEpochDataLoss: number.optional(),
  }),
  seconds: number,
  record: callback,
});

const result = z.unknown().superRefine((value, context) => {
  if (typeof value === 'object' && value !== null && known.has(value)) return;
  const { error } = resultShape.safeParse(value);
  if (!error) known.add(value as object);
  else context.addIssue({ code: 'custom', path: error.issues[0]!.path, message: error.issues[0]!.message });
});

export const results = list(result, 'a list of results, as a run has them');

export const cell = having({ results: list(result, 'a list of at least one result', 1) });

export const measure = oneOf(measureNames);

const stream = oneOf(['notebook', 'paired']);

const where = valid("settings that select cells, such as { normalization: 'none' }", whereSchema);

const comparing = {
  measure: measure.optional(),
  stream,
  equivalent: that(
    'a number above 0',
    value => typeof value === 'number' && value > 0 && Number.isFinite(value),
  ).optional(),
};

export const comparisonOptions = exactly(comparing);

export const netOptions = exactly({ ...comparing, baseline: where.optional() });

export const byOptions = exactly({ ...comparing, by: text, baseline: where.optional() });

const count = whole(0, Number.MAX_SAFE_INTEGER);
const figure = number.nullable();
const estimated = having({ mean: figure, sd: figure, low: figure, high: figure, n: count, missing: count });
const side = having({ name: anyText, at: anyText, net: axes, axes, estimate: estimated });
const pairs = having({
  difference: having({ mean: figure, sd: figure, low: figure, high: figure, n: count }),
  effectSize: figure,
  t: figure,
  tTestP: figure,
  signFlips: having({ p: number, sampled: flag }).nullable(),
  above: count,
  below: count,
  equal: count,
});
const outcome = oneOf(['learns', 'at chance', 'blows up', 'undecided', 'failed']);
const obstacle = either('why two cells are not compared', value => {
  if (!isObject(value)) return undefined;
  if ((value as { kind?: unknown }).kind === 'outcome')
    return having({ candidate: outcome, baseline: outcome });
  return having({ kind: oneOf(['no shared seed', 'no figure', 'unequal evaluations']) });
});
const comparedCell = having({
  baseline: side,
  candidate: side,
  seeds: list(seed, 'a list of seeds'),
  leftOut: count,
  unequal: count,
  unpaired: count,
  ownEnds: flag,
  pairs: pairs.nullable(),
  better: count,
  worse: count,
  probabilities: having({ worse: number, equivalent: number, better: number }).nullable(),
  p: figure,
  adjustedP: figure,
  pairsToTell: figure,
  verdict: oneOf(['better', 'worse', 'equivalent', 'not told apart', 'not compared']).nullable(),
  obstacle: obstacle.nullable(),
});
export const comparison = having({
  measure,
  stream,
  equivalent: figure,
  differs: list(anyText, 'a list of texts'),
  cells: list(comparedCell, 'a list of compared cells'),
  family: count,
  unmatched: list(axes, 'a list of axes'),
  images: having({ training: figure, validation: figure }),
});

export const findingContext = having({
  data: oneOf(['CIFAR-10', 'synthetic data', "unofficial images in CIFAR-10's layout"]),
  stream,
  baseline: valid('settings of a cell', cellSchema).optional(),
  comparison: comparison.optional(),
});

export const expectations = list(
  valid("an expectation as an experiment's `expect` has it", expectationsSchema.element),
  'a list of expectations',
);

export const checkResults = list(
  having({ cell: anyText, pass: flag, bound: z.unknown() }),
  'a list of results of checks',
);

const openRun = having({
  folder: text,
  identity: valid('the identity of a run', identitySchema),
  startedAt: anyText,
  invocation: valid('an invocation of a run', invocationSchema).optional(),
  trials: list(object, 'a list of trials'),
  results,
  trainingSeconds: number,
  leftOut: list(anyText, 'a list of texts').optional(),
});

export const openRuns = list(openRun, 'a list of at least one run', 1);

export const reportFormat = oneOf(reportFormats);
