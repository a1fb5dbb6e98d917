/** How a net's figures change along the axis: contrasts between its cells, fixed before looking at them. */
import type { MeasureName } from '../records/measures.ts';
import { estimate, stepOf } from './cells.ts';
import { groupBy } from './group-by.ts';
import type { Net, NetCell } from './nets.ts';
import { type PairedTest, testPairs } from './paired.ts';
import { pairUp } from './pairing.ts';
import { judge, type Verdict } from './verdicts.ts';

/** What is told apart along the axis of one net; empty if nothing is. */
export interface Trend {
  readonly net: Net;
  /** Its first and its last cell. */
  readonly ends: readonly [NetCell, NetCell];
  /** How many of its comparisons were tested. */
  readonly tested: number;
  /** Whether the last cell is told apart from the first, and which is higher. */
  readonly slope: 'rises' | 'falls' | null;
  /** An inner cell that is told apart from both ends, the highest if several are above; the lowest if several are below. */
  readonly peak: NetCell | null;
  readonly valley: NetCell | null;
}

interface Contrast {
  readonly net: Net;
  readonly cell: NetCell;
  readonly pairs: readonly PairedTest[];
}

/**
 * Judges every net's last cell against its first, and each inner cell against both ends: one family over all nets. An inner cell
 * stands out if it differs from both ends in the same direction, so the larger of its two p values counts. Cells at chance and
 * cells that blow up are not compared.
 * @returns a trend for each net with two cells or more, and the number of comparisons
 */
export function trendsOf(nets: readonly Net[], measure: MeasureName): { trends: Trend[]; family: number } {
  const long = nets.filter(({ cells }) => cells.length > 1);
  const contrasts = long.flatMap(net => {
    const [first, ...others] = net.cells as readonly [NetCell, ...NetCell[]];
    const last = others.pop()!;
    const against = (cell: NetCell, ends: readonly NetCell[]): Contrast => {
      const pairs = ends.flatMap(end => pairsOf(cell, end, measure) ?? []);
      return { net, cell, pairs: pairs.length === ends.length ? pairs : [] };
    };
    return [against(last, [first]), ...others.map(cell => against(cell, [first, last]))];
  });
  const judged = judge(
    contrasts.map(({ pairs }) => pairs),
    {
      higher: true,
      step: stepOf(
        measure,
        long.flatMap(({ cells }) => cells.map(({ cell }) => cell)),
      ),
    },
  ).map(({ verdict, p }, i) => ({ ...contrasts[i]!, verdict, p }));
  const byNet = groupBy(judged, ({ net }) => net);
  const trends = long.map((net): Trend => {
    const [slope, ...inner] = byNet.get(net)!;
    const standing = (wanted: Verdict) =>
      inner.filter(({ verdict }) => verdict === wanted).map(({ cell }) => cell);
    return {
      ...{ net, ends: [net.cells[0]!, slope!.cell] },
      tested: [slope!, ...inner].filter(({ p }) => p !== null).length,
      slope: slope!.verdict === 'better' ? 'rises' : slope!.verdict === 'worse' ? 'falls' : null,
      peak: highest(standing('better'), measure, 1),
      valley: highest(standing('worse'), measure, -1),
    };
  });
  return { trends, family: judged.filter(({ p }) => p !== null).length };
}

function pairsOf(cell: NetCell, against: NetCell, measure: MeasureName): PairedTest | null {
  if (![cell, against].every(({ outcome }) => outcome === 'learns' || outcome === 'undecided')) return null;
  const { a, b } = pairUp(against.cell, cell.cell, measure);
  return a.length === 0 ? null : testPairs(a, b);
}

/** The cell with the highest mean; with `sign` -1 the lowest. */
function highest(cells: readonly NetCell[], measure: MeasureName, sign: 1 | -1): NetCell | null {
  const height = ({ cell }: NetCell) => sign * (estimate(cell, measure).mean ?? Number.NEGATIVE_INFINITY);
  return cells.reduce<NetCell | null>(
    (best, cell) => (best && height(best) >= height(cell) ? best : cell),
    null,
  );
}
