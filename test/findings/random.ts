/** Seeded random numbers for made-up results: the same number gives the same results on every machine. */

export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  chance(p: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** An item by its weight. */
  weighted<Item>(items: readonly (readonly [weight: number, item: Item])[]): Item;
  /** `count` distinct items in their order. */
  some<Item>(items: readonly Item[], count: number): Item[];
  /** Successes of `n` trials, each of probability p, which is taken to the next multiple of .005. */
  binomial(n: number, p: number): number;
}

/** SplitMix32 (G. L. Steele et al., OOPSLA 2014, with 32 bits). */
export function randomOf(seed: number): Random {
  let state = (Math.imul(seed, 0x9e37_79b1) ^ 0x5bd1_e995) >>> 0;
  const uniform = (): number => {
    state = (state + 0x9e37_79b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85eb_ca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2_ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const int = (low: number, high: number) => low + Math.floor(uniform() * (high - low + 1));
  return {
    uniform,
    normal,
    int,
    chance: p => uniform() < p,
    pick: items => items[int(0, items.length - 1)]!,
    weighted: items => {
      let left = uniform() * items.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, item] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      return items.at(-1)![1];
    },
    some: (items, count) => {
      let wanted = Math.min(count, items.length);
      return items.filter((_, i) => {
        const taken = uniform() * (items.length - i) < wanted;
        if (taken) wanted--;
        return taken;
      });
    },
    binomial: (n, p) => {
      const table = binomialTable(n, Math.max(0, Math.min(1, Math.round(200 * p) / 200)));
      const u = uniform();
      let [low, high] = [0, n];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (table[middle]! > u) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}

const tables = new Map<number, Float64Array>();

/** P(X <= k) for k from 0 to n. */
function binomialTable(n: number, p: number): Float64Array {
  const key = 1000 * n + Math.round(200 * p);
  const known = tables.get(key);
  if (known) return known;
  const table = new Float64Array(n + 1);
  let [log, sum] = [n * Math.log1p(-p), 0];
  for (let k = 0; k <= n; k++) {
    table[k] = sum += Math.exp(log);
    log += Math.log((n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
  }
  if (p === 0 || p === 1) table.fill(p === 0 ? 1 : 0).fill(1, n);
  tables.set(key, table);
  return table;
}
