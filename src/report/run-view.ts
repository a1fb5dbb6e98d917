/** The content of a run's report. */
import type { Stream } from '../analysis/comparison.ts';
import type { ExpectationOutcome } from '../analysis/expectations.ts';
import { type Finding, findingOf } from '../analysis/finding.ts';
import type { DataLabel, Result } from '../analysis/results.ts';
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
  /** Undefined for the usual ones. */
  readonly charts: readonly ChartSpec[] | undefined;
  readonly stream: Stream;
  /** The cells that the experiment compares with. */
  readonly baseline?: Where | undefined;
  /** What the experiment expects, judged; empty if it expects nothing. */
  readonly expectations: readonly ExpectationOutcome[];
}

export const isComplete = ({ planned, results }: RunView): boolean => results.length === planned;

/** What the run shows, by rules. A shard has no finding, because the trials to compare with are in other shards. */
export function findingIn({ results, data, stream, baseline, shard }: RunView): Finding {
  const finding = findingOf(results, { data, stream, baseline });
  return shard ? { ...finding, sentences: [shardSentence(shard)] } : finding;
}

export const shardSentence = (shard: Shard): string =>
  `This is shard ${shardText(shard)} of a run. To see what the run shows, put all shards together with cifar-norm merge.`;
