/** What the report of a run is made of. */
import type { Stream } from '../analysis/comparison.ts';
import type { ExpectationOutcome } from '../analysis/expectations.ts';
import { type Finding, findingOf } from '../analysis/finding.ts';
import type { DataLabel, Result } from '../analysis/results.ts';
import type { ChartSpec } from '../config/schema.ts';

export interface RunView {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly command: 'sweep' | 'train';
  readonly data: DataLabel;
  /** Number of trials in the plan. */
  readonly planned: number;
  /** In plan order; fewer than planned if the run was interrupted, none if it has yet to begin. */
  readonly results: readonly Result[];
  /** Undefined for the usual ones. */
  readonly charts: readonly ChartSpec[] | undefined;
  readonly stream: Stream;
  /** What the experiment expects, judged; empty if it expects nothing. */
  readonly expectations: readonly ExpectationOutcome[];
}

export const isComplete = ({ planned, results }: RunView): boolean => results.length === planned;

/** What the run shows, by rules. */
export const findingIn = ({ results, data, stream }: RunView): Finding =>
  findingOf(results, { data, stream });
