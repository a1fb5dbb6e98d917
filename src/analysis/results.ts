import type { SettingValue } from '../config/schema.ts';
import type { Trial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import type { Summary } from '../records/measures.ts';

/** A trial and what happened in it. A run's results are a list of these in plan order, without the trials that are still to run. */
export interface Result {
  readonly trial: Trial;
  readonly status: TrialRecord['status'];
  /** What went wrong, when status is failed. */
  readonly error: string | undefined;
  readonly summary: Summary;
  /** The whole record, with its histories; read from the journal each time it is asked for, for it may be long. */
  record(): TrialRecord;
}

/** How many trials ended in which way. */
export function tally(results: readonly Result[]): Record<TrialRecord['status'], number> {
  const counts = { completed: 0, diverged: 0, failed: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

/** What the nets were trained on; every table and chart says it, so that no synthetic run passes for CIFAR-10. */
export type DataLabel = 'CIFAR-10' | 'synthetic';

/** Names of the axes, in the order of the config. */
export function axisKeys(results: readonly Result[]): string[] {
  return [...new Set(results.flatMap(({ trial }) => Object.keys(trial.axes)))];
}

/** Results by the point of the grid they stand on: repeats, which differ in their seed alone, come together. */
export function byPoint(results: readonly Result[]): Result[][] {
  return [...groupBy(results, ({ trial }) => JSON.stringify([trial.axes, trial.groups])).values()];
}

/** Says of how many repeats a figure is the mean; nothing when there are none. */
export function meansNote(results: readonly Result[]): string[] {
  const counts = byPoint(results).map(repeats => repeats.length);
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  if (most < 2) return [];
  return [`Means over ${counts.every(count => count === most) ? '' : 'up to '}${most} seeds.`];
}

/** As Map.groupBy, which Node 20 lacks: groups and their members in the order in which they first appear. */
export function groupBy<Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The distinct values of one axis, in the order in which they first appear. */
export function axisValues(results: readonly Result[], key: string): SettingValue[] {
  const values = new Map<string, SettingValue>();
  for (const { trial } of results) {
    const value = trial.axes[key];
    if (value !== undefined) values.set(JSON.stringify(value), value);
  }
  return [...values.values()];
}
