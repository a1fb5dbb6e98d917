/** `Map.groupBy`, which Node 20 lacks: groups and their members in order of first appearance. */
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

/** Neighbours of one value, by their indices. */
export interface Stretch<Value> {
  readonly value: Value;
  readonly first: number;
  readonly last: number;
}

/** Divides values into stretches of equal neighbours, in their order. */
export function stretchesOf<Value>(values: readonly Value[]): Stretch<Value>[] {
  const ends = values.flatMap((value, i) => (i + 1 < values.length && values[i + 1] === value ? [] : [i]));
  return ends.map((last, i) => ({ value: values[last]!, first: i === 0 ? 0 : ends[i - 1]! + 1, last }));
}
