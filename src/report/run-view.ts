/** The content of a run's report. */
import type { Comparison, Stream } from '../analysis/comparison.ts';
import type { ExpectationOutcome } from '../analysis/expectations.ts';
import { type Finding, findingOf } from '../analysis/finding.ts';
import type { DataLabel, Result } from '../analysis/results.ts';
import { counted, thousands } from '../analysis/words.ts';
import type { ChartSpec } from '../config/schema.ts';
import type { Where } from '../config/where-schema.ts';
import { type Shard, shardText } from '../plan/shard.ts';

export interface RunView {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly command: 'sweep' | 'train';
  readonly data: DataLabel;
  /** Number of trials in the plan, or in the shard. */
  readonly planned: number;
  /** Which shard of a run this is; absent for a whole run. */
  readonly shard?: Shard | undefined;
  /** In plan order; fewer than planned if the run was interrupted, none if it has yet to begin. */
  readonly results: readonly Result[];
  /** What a reader of the journal left out, in sentences. */
  readonly leftOut?: readonly string[];
  /** Undefined for the usual ones. */
  readonly charts: readonly ChartSpec[] | undefined;
  readonly stream: Stream;
  /** The cells that the experiment compares with. */
  readonly baseline?: Where | undefined;
  /** What the experiment expects, judged; empty if it expects nothing. */
  readonly expectations: readonly ExpectationOutcome[];
}

export const isComplete = ({ planned, results }: RunView): boolean => results.length === planned;

/** `12 trials`, or `9 of 12 trials` if some are missing. */
export const trialsText = (planned: number, found: number): string =>
  `${found < planned ? `${thousands(found)} of ` : ''}${counted(planned, 'trial')}`;

/** The run's title, with the number of trials if some are missing. */
export const titleOf = (view: RunView): string =>
  `${view.title ?? view.name}${isComplete(view) ? '' : ` (${trialsText(view.planned, view.results.length)})`}`;

/** What the title of a figure says beside what it draws: the data, and the number of trials if some are missing. */
export const placeOf = (view: RunView): string =>
  [view.data, ...(isComplete(view) ? [] : [trialsText(view.planned, view.results.length)])].join(', ');

/**
 * What the run shows, by rules. A shard has no finding, because the trials to compare with are in other shards.
 * @param comparison of the run's nets, if it has been made
 */
export function findingIn(
  { results, data, stream, baseline, shard }: RunView,
  comparison?: Comparison | undefined,
): Finding {
  const finding = findingOf(results, { data, stream, baseline, comparison });
  return shard ? { ...finding, sentences: [shardSentence(shard)] } : finding;
}

export const shardSentence = (shard: Shard): string =>
  `This is shard ${shardText(shard)} of a run. To see what the run shows, put all shards together with cifar-norm merge.`;
