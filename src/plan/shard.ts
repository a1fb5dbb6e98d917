/** Splits a plan among machines that know nothing of each other. */
import { costOf } from './cost.ts';
import type { PlannedTrial } from './trial.ts';

/** One of `count` parts of a plan, numbered from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const shardText = ({ index, count }: Shard): string => `${index}/${count}`;

/**
 * The shard, from 1, of each trial id. Each trial goes to the shard with the least work so far, the costliest first
 * (longest processing time first; Graham 1969). Deals out one replicate after the other, so that adding replicates moves no
 * trial to another shard.
 */
export function shardsOf(trials: readonly PlannedTrial[], count: number): Map<string, number> {
  // Only as many shards as trials have work.
  const loads = Array.from({ length: Math.min(count, trials.length) }, () => 0);
  const shards = new Map<string, number>();
  for (const seed of new Set(trials.map(trial => trial.seed))) {
    const costed = trials
      .filter(trial => trial.seed === seed)
      .map(trial => ({ trial, cost: costOf(trial) }))
      .sort((a, b) => b.cost - a.cost || a.trial.index - b.trial.index);
    for (const { trial, cost } of costed) {
      const lightest = loads.reduce((least, load, i) => (load < loads[least]! ? i : least), 0);
      loads[lightest]! += cost;
      shards.set(trial.id, lightest + 1);
    }
  }
  return shards;
}

/** The trials of one shard, in plan order; all trials if there is none. */
export function trialsOf<Planned extends PlannedTrial>(
  trials: readonly Planned[],
  shard: Shard | undefined,
): readonly Planned[] {
  if (!shard) return trials;
  const shards = shardsOf(trials, shard.count);
  return trials.filter(({ id }) => shards.get(id) === shard.index);
}
