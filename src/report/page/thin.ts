/** Fewer points for the same picture. */
import type { Point } from '../model.ts';

/**
 * The least and the greatest point of each pixel column, in their order, if there are more than two a column; else all. Points
 * whose y is not finite stay, because they break the line.
 * @param points ordered by x
 */
export function thinned(
  points: readonly Point[],
  pixels: number,
  place: (point: Point) => number,
): readonly Point[] {
  if (points.length <= 2 * pixels) return points;
  const kept: Point[] = [];
  for (let start = 0, end = 0; start < points.length; start = end) {
    const column = Math.floor(place(points[start]!));
    let [least, most] = [start, start];
    while (end < points.length && Math.floor(place(points[end]!)) === column) {
      if (Number.isNaN(points[end]!.y)) break;
      if (points[end]!.y < points[least]!.y) least = end;
      if (points[end]!.y > points[most]!.y) most = end;
      end++;
    }
    if (end === start) end = start + 1;
    kept.push(points[Math.min(least, most)]!);
    if (least !== most) kept.push(points[Math.max(least, most)]!);
  }
  return kept;
}
