/** How well nets that learn do: along an axis, side by side, and how soon. Sentences of a finding. */
import type { MeasureName } from '../records/measures.ts';
import { estimate } from './cells.ts';
import { accuracyText, xText } from './finding-range.ts';
import { bestCell, type Net, type NetCell, type Nets } from './nets.ts';
import { imagesOf } from './outcomes.ts';
import { binomialStandardError } from './statistics.ts';
import { figureText, fractionText, listed, sentence, thousands } from './words.ts';

/**
 * How training accuracy depends on the axis. Accuracies at the end are fair where the axis changes the number of
 * iterations: the best over all epochs favours nets that are measured more often, and so does the loss of the last 100.
 */
export function trendSentence({ axis, nets }: Nets): string | undefined {
  const long = nets.filter(({ cells }) => cells.length > 1);
  if (long.length === 0) return undefined;
  const trends = long.map(net => ({ net, ...trendOf(net.cells, 'lastTrainAccuracy') }));
  const xs = long.flatMap(({ cells }) => [cells[0]!, cells.at(-1)!]).sort((a, b) => a.x! - b.x!);
  const from = `From ${axis} ${xText(xs[0]!)} to ${xText(xs.at(-1)!)} the training accuracy at the end`;
  const verbs = new Set(trends.map(({ verb }) => verb));
  if (verbs.size === 1)
    return `${from} ${trends[0]!.verb}: ${listed(trends.map(({ net, figures }) => `${net.name} ${figures}`))}.`;
  return `${from}: ${trends.map(({ net, verb, figures }) => `${net.name} ${verb}, ${figures}`).join('; ')}.`;
}

function trendOf(cells: readonly NetCell[], measure: MeasureName): { verb: string; figures: string } {
  const [first, last] = [cells[0]!, cells.at(-1)!];
  const [start, end] = [meanOf(first, measure), meanOf(last, measure)];
  const best = bestCell(cells, 'lastTrainAccuracy') ?? first;
  const ends = `${accuracyText(first, measure)} to ${accuracyText(last, measure)}`;
  if (isApart(meanOf(best, measure), Math.max(start, end), imagesOf(first.cell)))
    return { verb: 'peaks', figures: `${accuracyText(best, measure)} at ${xText(best)}` };
  if (!isApart(start, end, imagesOf(first.cell))) return { verb: 'hardly changes', figures: ends };
  return { verb: end > start ? 'rises' : 'falls', figures: ends };
}

/** How each net ends next to the baseline, at the smallest value of the axis that both have. */
export function againstBaseline({ axis, nets }: Nets): string[] {
  const base = nets.find(({ values }) => values.normalization === 'none') ?? nets[0]!;
  return nets.flatMap(net => {
    const pair = net.cells.flatMap(cell => {
      const other = base.cells.find(({ x }) => x === cell.x);
      return net !== base && other ? [[cell, other] as const] : [];
    })[0];
    if (!pair) return [];
    const [cell, other] = pair;
    const at = axis === null ? '' : `At ${axis} ${xText(cell)} `;
    const train = `${accuracyText(cell, 'lastTrainAccuracy')} against ${accuracyText(other, 'lastTrainAccuracy')} on training images`;
    const val = `${accuracyText(cell, 'lastValAccuracy')} against ${accuracyText(other, 'lastValAccuracy')} on validation images`;
    const sides = (['lastTrainAccuracy', 'lastValAccuracy'] as const).map(measure =>
      side(cell, other, measure),
    );
    const text =
      sides[0] === sides[1]
        ? `${net.name} ends ${sides[0]} ${base.name}: ${train}, ${val}`
        : `${net.name} ends ${sides[0]} ${base.name} in one way and ${sides[1]} in the other: ${train}, ${val}`;
    return [`${sentence(at + text)}.`];
  });
}

const side = (a: NetCell, b: NetCell, measure: MeasureName): string => {
  const difference = meanOf(a, measure) - meanOf(b, measure);
  return difference === 0 ? 'level with' : difference > 0 ? 'above' : 'below';
};

/** Whether validation accuracy depends on the axis as much as training accuracy does. */
export function validationSentence({ nets }: Nets): string | undefined {
  const long = nets.filter(({ cells }) => cells.length > 1);
  if (long.length === 0) return undefined;
  const range = (measure: MeasureName) =>
    Math.max(...long.map(({ cells }) => spread(cells.map(cell => meanOf(cell, measure)))));
  const less = range('lastValAccuracy') < range('lastTrainAccuracy') / 2;
  const spans = long.map(({ name, cells }) => {
    const accuracies = cells.map(cell => meanOf(cell, 'lastValAccuracy'));
    return `${name} ${fractionText(Math.min(...accuracies))} to ${fractionText(Math.max(...accuracies))}`;
  });
  return `Validation accuracy at the end ${less ? 'varies much less' : 'varies too'}: ${listed(spans)}.`;
}

/** Which net trains faster: when the leader passes the training accuracy at which the others end. */
export function speedSentence(nets: readonly Net[]): string | undefined {
  const ranked = nets
    .flatMap(({ name, cells }) =>
      cells.slice(0, 1).map(cell => ({ name, cell, end: meanOf(cell, 'lastTrainAccuracy') })),
    )
    .sort((a, b) => b.end - a.end);
  const [leader, ...others] = ranked;
  if (!leader || others.length === 0 || Number.isNaN(leader.end)) return undefined;
  if (!isApart(leader.end, others[0]!.end, leader.cell.cell.results[0]!.trial.settings.trainImages))
    return `The nets train about equally well: ${listed(ranked.map(endText))} on training images at the end.`;
  const curve = meanCurve(leader.cell);
  const passes = others.map(({ name, cell, end }) => {
    const epoch = curve.find(({ y }) => y >= end)?.epoch;
    const after = epoch === undefined || epoch === curve.at(-1)?.epoch ? '' : ` after epoch ${epoch}`;
    return `that of ${name} (${accuracyText(cell, 'lastTrainAccuracy')})${after}`;
  });
  const epochs = curve.at(-1)?.epoch;
  const of = epochs === undefined ? '' : ` of ${epochs}`;
  return `${sentence(leader.name)} ${others.length === 1 ? 'trains faster' : 'trains fastest'}: its training accuracy passes ${listed(passes)}${of} and ends at ${accuracyText(leader.cell, 'lastTrainAccuracy')}.`;
}

/** The loss over the last epoch, net by net. */
export function lossSentence(nets: readonly Net[]): string | undefined {
  const losses = nets.flatMap(({ name, cells }) => {
    const loss = cells[0] && estimate(cells[0].cell, 'lastEpochTrainLoss').mean;
    return loss == null ? [] : [`${name} ${figureText('lastEpochTrainLoss', loss)}`];
  });
  return losses.length < 2 ? undefined : `Mean loss of the last epoch: ${listed(losses)}.`;
}

/** How the nets end on validation images. */
export function validationEndSentence(nets: readonly Net[]): string | undefined {
  const ends = nets.flatMap(({ name, cells }) =>
    cells.slice(0, 1).map(cell => ({ name, cell, end: meanOf(cell, 'lastValAccuracy') })),
  );
  if (ends.length < 2) return undefined;
  const images = imagesOf(ends[0]!.cell.cell);
  const all = ends.map(({ end }) => end);
  const apart = isApart(Math.max(...all), Math.min(...all), images);
  const close = apart ? '' : `, too close for ${thousands(images)} images to tell apart`;
  const texts = ends.map(({ name, cell }) => `${name} ${accuracyText(cell, 'lastValAccuracy')}`);
  return `Validation accuracy at the end: ${listed(texts)}${close}.`;
}

/** Whether two accuracies differ by more than two standard errors of their difference, by the number of images alone. */
export function isApart(a: number, b: number, images: number): boolean {
  return Math.abs(a - b) > 2 * Math.hypot(binomialStandardError(a, images), binomialStandardError(b, images));
}

const endText = ({ name, cell }: { readonly name: string; readonly cell: NetCell }): string =>
  `${name} ${accuracyText(cell, 'lastTrainAccuracy')}`;

const meanOf = ({ cell }: NetCell, measure: MeasureName): number =>
  estimate(cell, measure).mean ?? Number.NaN;

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** Training accuracy by epoch, the mean over the replicates. */
function meanCurve({ cell }: NetCell): { epoch: number; y: number }[] {
  const curves = cell.results.map(result => result.record().accuracies).filter(curve => curve.length > 0);
  const shortest = Math.min(...curves.map(curve => curve.length));
  return (curves[0] ?? []).slice(0, shortest).map(({ epoch }, i) => ({
    epoch,
    y: curves.reduce((sum, curve) => sum + curve[i]!.trainAccuracy, 0) / curves.length,
  }));
}
