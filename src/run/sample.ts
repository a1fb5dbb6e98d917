/** A sample of a run's trials that looks at as many cells as possible. */
import { groupBy } from '../analysis/group-by.ts';
import type { Result } from '../analysis/results.ts';
import { RandomState } from '../random/random-state.ts';

/**
 * One trial of each cell, cells and trials in random order, then a second of each, and so on until there are `count`.
 * @param seed equal seeds give equal samples
 * @returns in the order of the results
 */
export function sampleOf(results: readonly Result[], count: number, seed: number): Result[] {
  const random = new RandomState(seed);
  const points = groupBy(results, ({ trial }) => JSON.stringify([trial.axes, trial.groups]));
  const cells = shuffled([...points.values()], random).map(members => shuffled(members, random));
  const most = cells.reduce((length, members) => Math.max(length, members.length), 0);
  const rounds = Array.from({ length: most }, (_, round) => cells.flatMap(members => members[round] ?? []));
  const chosen = new Set(rounds.flat().slice(0, count));
  return results.filter(result => chosen.has(result));
}

/** R. A. Fisher and F. Yates, as in D. Knuth, The Art of Computer Programming, volume 2, algorithm 3.4.2P. */
function shuffled<Item>(items: readonly Item[], random: RandomState): Item[] {
  const order = [...items];
  const drawn = new Int32Array(1);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.choice(i + 1, drawn)[0]!;
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
