/** A run as the page and the Markdown summary are given it. */
import { type Comparison, compareNets } from '../../analysis/comparison.ts';
import type { Identity, Invocation } from '../../store/manifest.ts';
import type { RunView } from '../run-view.ts';

export interface PageRun {
  /** What tells it from the other runs of the page: the end of its folder's path. */
  readonly label: string;
  readonly view: RunView;
  readonly identity: Identity;
  readonly invocation: Invocation | undefined;
  readonly startedAt: string;
  /** What to type to run it again. */
  readonly command: string;
}

/** The nets of a run against one another, if one axis tells them apart. */
export const comparisonOfRun = ({ view: { results, stream, baseline } }: PageRun): Comparison | undefined =>
  results.length === 0 ? undefined : compareNets(results, { stream, baseline });
