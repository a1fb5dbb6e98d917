/** A run as a JSON document, for scripts. */

import type { Result } from '../analysis/results.ts';
import { CifarNormError } from '../errors.ts';
import { pointsOf, type TrialRecord } from '../records/record.ts';
import { type SeriesInfo, seriesBy } from '../records/series.ts';
import { isComplete, type RunView } from './run-view.ts';
import { jsonText } from './text.ts';

/** What the document says beside the view. */
export interface RunJsonExtra {
  readonly folder: string;
  /** Kind, label, source and fingerprint of the dataset. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The experiment's settings. */
  readonly settings: unknown;
}

/**
 * Name, title, description, whether the run is complete, which shard it is, folder, data, settings, number of planned trials, what of
 * its journal is left out, and the trials that have run; with `histories` also what was measured at each iteration and epoch, a list for each column.
 */
export function reportJson(
  view: RunView,
  extra: RunJsonExtra,
  options: { readonly histories: boolean },
): string {
  const { name, title, description, planned, results, shard, leftOut = [] } = view;
  const { folder, data, settings } = extra;
  const trials = results.map(result => ({
    ...trialOf(result),
    ...(options.histories && { histories: historiesOf(result.record()) }),
  }));
  const complete = isComplete(view);
  const head = { name, title, description, complete, shard, folder, data, settings, planned, leftOut };
  const document = { ...head, trials };
  try {
    return jsonText(document);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CifarNormError(
      'usage',
      'the histories of this run are too long for one JSON document (512 MiB)',
      'read losses.csv and accuracies.csv, which cifar-norm export writes',
    );
  }
}

const trialOf = ({ trial: { index, axes, seed }, status, summary, error }: Result) => ({
  trial: index,
  ...axes,
  seed,
  status,
  ...summary,
  error,
});

const historiesOf = (record: TrialRecord) => ({
  iterations: columnsOf(record, 'iteration'),
  epochs: columnsOf(record, 'epoch'),
});

/** Lists of one length: where each value was measured, and each series. */
function columnsOf(record: TrialRecord, by: SeriesInfo['by']): Readonly<Record<string, number[]>> {
  const series = seriesBy(by).map(name => ({ name, points: pointsOf(record, name) }));
  return {
    [by]: series[0]?.points.map(({ x }) => x) ?? [],
    ...Object.fromEntries(series.map(({ name, points }) => [name, points.map(({ y }) => y)])),
  };
}
