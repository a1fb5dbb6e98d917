/** What an experiment expects of its results: checked with the config, judged when the run has results. */
import { z } from 'zod';
import { measureNames } from '../records/measures.ts';
import { seedSchema } from './settings-schema.ts';
import { boundKeys, boundsShape, hasBounds, whereSchema } from './where-schema.ts';

const nonNegative = z.number().nonnegative();

const shape = {
  say: z.string().min(1).max(1000).optional().describe('what it says, in your words'),
  measure: z.enum(measureNames).optional().describe('the figure that has the bounds or is better'),
  where: whereSchema.optional().describe('the cells it is about; omitted: every cell'),
  ...boundsShape,
  better: z
    .strictObject({
      than: whereSchema.describe('the cells to compare with'),
      by: nonNegative.optional().describe('the smallest difference, in the unit of the measure'),
    })
    .optional()
    .describe('the measure is better than in the cells that differ as told'),
  learns: z.boolean().optional().describe('whether the net learns'),
  blowsUp: z.boolean().optional().describe('whether the loss blows up'),
  seeds: z.array(seedSchema).min(1).optional().describe('the seeds that it is claimed for; omitted: any'),
  points: nonNegative.optional().describe('what it is worth to a grader'),
};
export const expectationKeys = Object.keys(shape);

const claimHelp = 'learns, blowsUp, or a measure with better or a bound (atLeast, atMost, above, below)';

const expectationSchema = z.strictObject(shape).superRefine((expectation, context) => {
  const message = faultOf(expectation);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** One claim about every cell that `where` selects. */
export type Expectation = Readonly<z.output<typeof expectationSchema>>;
export const expectationsSchema = z.array(expectationSchema).max(1000);

/** What is wrong with the claims of an expectation: it makes exactly one. */
function faultOf(expectation: z.output<z.ZodObject<typeof shape>>): string | undefined {
  const { measure, better, learns, blowsUp } = expectation;
  const claims = [
    ...(hasBounds(expectation) ? ['a bound'] : []),
    ...(better === undefined ? [] : ['better']),
    ...(learns === undefined ? [] : ['learns']),
    ...(blowsUp === undefined ? [] : ['blowsUp']),
  ];
  const [claim] = claims;
  if (claims.length > 1) return `${claims.join(' and ')} are two claims; write an expectation for each`;
  if (claim === undefined) {
    return measure === undefined
      ? `it claims nothing; write ${claimHelp}`
      : `measure needs a bound (${boundKeys.join(', ')}) or better`;
  }
  if (claim === 'learns' || claim === 'blowsUp')
    return measure === undefined ? undefined : `${claim} takes no measure; remove measure`;
  return measure === undefined ? `${claim} needs a measure, such as measure: bestValAccuracy` : undefined;
}
