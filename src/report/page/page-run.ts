/** A run as the page and the Markdown summary are given it. */
import {
  type Comparison,
  type ComparisonOptions,
  compareBy,
  type Stream,
} from '../../analysis/comparison.ts';
import type { ExpectationOutcome } from '../../analysis/expectations.ts';
import { type Finding, findingOf } from '../../analysis/finding.ts';
import { netsOf } from '../../analysis/nets.ts';
import type { Identity, Invocation } from '../../store/manifest.ts';
import type { RunView } from '../run-report.ts';

export interface PageRun {
  /** What tells it from the other runs of the page: the name of its folder. */
  readonly label: string;
  readonly view: RunView;
  readonly identity: Identity;
  readonly invocation: Invocation | undefined;
  readonly startedAt: string;
  /** What to type to run it again. */
  readonly command: string;
  readonly expectations: readonly ExpectationOutcome[];
}

export const streamOf = ({ identity }: PageRun): Stream =>
  identity.experiment.stream === 'notebook' ? 'notebook' : 'paired';

export const findingOfRun = (run: PageRun): Finding =>
  findingOf(run.view.results, { data: run.view.data, stream: streamOf(run) });

/** The nets of a run against one another, if a single setting tells them apart. */
export function comparisonOfRun(
  run: PageRun,
  measure: ComparisonOptions['measure'] = 'bestValAccuracy',
): Comparison | undefined {
  const { results } = run.view;
  const { keys } = netsOf(results);
  if (keys.length !== 1 || results.length === 0) return undefined;
  return compareBy(results, { by: keys[0]!, measure, stream: streamOf(run) });
}
