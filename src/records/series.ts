/** What is measured while a net trains. The record's schema, CSV columns, charts and `verify` are made from this table. */

export interface SeriesInfo {
  readonly label: string;
  /** What one value belongs to: the loss is measured at each iteration, accuracies at the end of each epoch. */
  readonly by: 'iteration' | 'epoch';
  /** A series that was added after release 0.2.0: older records do not have it. */
  readonly added?: true;
}

export const series = {
  loss: { label: 'Training loss', by: 'iteration' },
  trainAccuracy: { label: 'Training accuracy', by: 'epoch' },
  valAccuracy: { label: 'Validation accuracy', by: 'epoch' },
} as const satisfies Readonly<Record<string, SeriesInfo>>;

export type SeriesName = keyof typeof series;
export const seriesNames = Object.keys(series) as [SeriesName, ...SeriesName[]];

export type EpochSeriesName = {
  [Name in SeriesName]: (typeof series)[Name]['by'] extends 'epoch' ? Name : never;
}[SeriesName];
export const epochSeriesNames = seriesBy('epoch') as EpochSeriesName[];

/** The series that are measured at each iteration, or at each epoch. */
export function seriesBy(by: SeriesInfo['by']): SeriesName[] {
  return seriesNames.filter(name => series[name].by === by);
}
