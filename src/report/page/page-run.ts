/** A run as the page and the Markdown summary are given it. */
import { type Comparison, compareBy } from '../../analysis/comparison.ts';
import { netsOf } from '../../analysis/nets.ts';
import type { Identity, Invocation } from '../../store/manifest.ts';
import type { RunView } from '../run-view.ts';

export interface PageRun {
  /** What tells it from the other runs of the page: the name of its folder. */
  readonly label: string;
  readonly view: RunView;
  readonly identity: Identity;
  readonly invocation: Invocation | undefined;
  readonly startedAt: string;
  /** What to type to run it again. */
  readonly command: string;
}

/** The nets of a run against one another, if a single setting tells them apart. */
export function comparisonOfRun({ view: { results, stream } }: PageRun): Comparison | undefined {
  const [by, ...others] = netsOf(results).keys;
  if (by === undefined || others.length > 0) return undefined;
  return compareBy(results, { by, measure: 'bestValAccuracy', stream });
}
