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
  exactly,
  flag,
  having,
  list,
  number,
  object,
  oneOf,
  text,
  that,
  valid,
  whole,
} from './values.ts';

/** Results that have been checked: those of a run do not change. */
const known = new WeakSet<object>();

const resultShape = having({
  trial: having({
    id: text,
    index: whole(0, Number.MAX_SAFE_INTEGER),
    axes: object,
    groups: list(anyText, 'a list of texts'),
    seed,
    settings,
    split: having({ numTraining: number, numValidation: number }),
  }),
  status: oneOf(['completed', 'diverged', 'failed']),
  summary: having(
    Object.fromEntries(measureNames.map(name => [name, number.nullish()])) as Record<string, z.ZodType>,
  ),
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

const side = having({ name: anyText, at: anyText, net: object, axes: object, estimate: object });

export const comparison = having({
  measure,
  stream,
  equivalent: number.nullable(),
  differs: list(anyText, 'a list of texts'),
  cells: list(
    having({ baseline: side, candidate: side, seeds: list(number, 'a list of seeds') }),
    'a list of cells',
  ),
  family: number,
  unmatched: list(object, 'a list of axes'),
  images: having({ training: number.nullable(), validation: number.nullable() }),
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
