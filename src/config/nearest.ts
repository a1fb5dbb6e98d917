/** The candidate that `word` most likely misspells: at most one letter in three, and three in all, may be wrong. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const letters = plain(word);
  let best: string | undefined;
  let least = Math.min(3, Math.floor(letters.length / 3)) + 1;
  for (const candidate of candidates) {
    const target = plain(candidate);
    // The distance is at least the difference in length; this keeps very long words cheap.
    if (Math.abs(letters.length - target.length) >= least) continue;
    const errors = distance(letters, target);
    if (errors < least) {
      best = candidate;
      least = errors;
    }
  }
  return best;
}

/** Folds `learning_rate`, `Learning-Rate` and `learningRate` into one spelling. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Damerau-Levenshtein distance (optimal string alignment): letters inserted, deleted, replaced or swapped. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
