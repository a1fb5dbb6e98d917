/** The candidate that `word` was most likely meant to be: the same letters, or at most one in three of them wrong. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const letters = plain(word);
  let best: string | undefined;
  let least = Math.min(3, Math.floor(letters.length / 3)) + 1;
  for (const candidate of candidates) {
    const target = plain(candidate);
    // The difference in length is a lower bound, and keeps a very long word cheap.
    if (Math.abs(letters.length - target.length) >= least) continue;
    const errors = distance(letters, target);
    if (errors < least) {
      best = candidate;
      least = errors;
    }
  }
  return best;
}

/** `learning_rate` and `Learning-Rate` are spellings of `learningRate`. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Damerau and Levenshtein's: letters inserted, left out, mistaken, or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const mistaken = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(mistaken, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
