/**
 * Exact sign-flip tests. If two treatments do not differ, the sign of each seed's difference is arbitrary, so the observed
 * mean is one of 2^n equally likely ones (R. A. Fisher, The Design of Experiments (1935), section 21). All are
 * enumerated: no random numbers, and every reader computes the same p.
 */

/** Enumerating 2^n flips ends here; beyond, n is large enough for the t test. */
export const MAX_FLIPPED_SEEDS = 16;

/** Statistics that differ by less are equal but for rounding. They lie in 0..1. */
const TIE = 1e-12;

/** The two-sided p values of one cell; null without seeds or beyond 16. */
export interface SignFlipP {
  /** The share of flips with a mean of this cell at least as far from 0. The least possible is 2 / 2^n. */
  readonly p: number | null;
  /** The share of flips in which any cell's |t| is at least this cell's: corrected for looking at all cells. */
  readonly adjustedP: number | null;
}

/**
 * Tests every cell for a mean difference of 0, and corrects for their number by max-|t| (P. H. Westfall and S. S. Young,
 * Resampling-Based Multiple Testing (1993), single step): whole seeds flip, all cells together, which keeps the
 * correlation between cells. A cell whose differences are all 0 has p = 1; a cell whose differences are equal but not
 * 0 has the largest statistic, whatever its size.
 *
 * @param cells paired differences, (cells x seeds); every cell has the same seeds in the same order
 * @returns one row a cell
 * @throws RangeError if a cell lacks a seed or a difference is not finite: which seeds to leave out is the caller's policy
 */
export function signFlipTest(cells: readonly (readonly number[])[]): readonly SignFlipP[] {
  const seeds = cells[0]?.length ?? 0;
  if (!cells.every(cell => cell.length === seeds && cell.every(Number.isFinite)))
    throw new RangeError('every cell needs a finite difference for each seed');
  if (seeds === 0 || seeds > MAX_FLIPPED_SEEDS) return cells.map(() => ({ p: null, adjustedP: null }));

  const scaled = cells.map(scale);
  const observed = scaled.map(cell => statistic(cell, 0));
  const flips = 1 << (seeds - 1); // a flip and its opposite have the same |t|: the last seed keeps its sign
  const reached = cells.map(() => 0);
  const reachedByAny = cells.map(() => 0);
  for (let flip = 0; flip < flips; flip++) {
    const flipped = scaled.map(cell => statistic(cell, flip));
    const largest = Math.max(...flipped);
    for (const [i, threshold] of observed.entries()) {
      if (flipped[i]! >= threshold - TIE) reached[i]!++;
      if (largest >= threshold - TIE) reachedByAny[i]!++;
    }
  }
  return cells.map((_, i) => ({ p: reached[i]! / flips, adjustedP: reachedByAny[i]! / flips }));
}

/**
 * Divides a cell by sqrt(n Σ d^2), which no flip changes. Then r = |Σ ±d| lies in 0..1 and orders flips and cells as |t|
 * does, for t^2 = (n - 1) r^2 / (1 - r^2), but stays finite when the flipped differences are all equal.
 */
function scale(cell: readonly number[]): readonly number[] {
  const largest = Math.max(...cell.map(Math.abs));
  if (largest === 0) return cell;
  const shares = cell.map(d => d / largest); // no overflow in the squares
  const norm = Math.sqrt(cell.length * shares.reduce((sum, d) => sum + d * d, 0));
  return shares.map(d => d / norm);
}

/** r of a scaled cell after flipping the seeds whose bits are set. */
function statistic(scaled: readonly number[], flip: number): number {
  let sum = 0;
  for (let i = 0; i < scaled.length; i++) sum += (flip >> i) & 1 ? -scaled[i]! : scaled[i]!;
  return Math.abs(sum);
}
