/** What happened in one trial: a line of the journal, checked whenever it comes from outside. */
import { z } from 'zod';

const accuracySchema = z.strictObject({
  /** Epochs finished when it was measured; 0 is after the first iteration. */
  epoch: z.int().nonnegative(),
  trainAccuracy: z.number(),
  valAccuracy: z.number(),
});

export const trialRecordSchema = z.strictObject({
  id: z.string(),
  status: z.enum(['completed', 'diverged', 'failed']),
  /** Iterations with a finite loss. */
  iterations: z.int().nonnegative(),
  /** Training loss of each iteration; ends before the first that is not finite. */
  losses: z.array(z.number()),
  accuracies: z.array(accuracySchema),
  /** How long it took; the one thing that differs from one machine to the next. */
  seconds: z.number().nonnegative(),
  /** What went wrong, when status is failed. */
  error: z.string().optional(),
});

export type TrialRecord = z.output<typeof trialRecordSchema>;
export type Accuracy = z.output<typeof accuracySchema>;
