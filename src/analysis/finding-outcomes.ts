/** Outcomes net by net, or of many cells at once: sentences of a finding. */
import { estimate } from './cells.ts';
import { accuracyText } from './finding-range.ts';
import { groupBy } from './group-by.ts';
import { bestCell, type Net, type Nets } from './nets.ts';
import type { Outcome } from './outcomes.ts';
import { axesText, counted, figureText, listed, sentence } from './words.ts';

/** For one and for several. */
const VERBS: Readonly<Record<Outcome, readonly [one: string, several: string]>> = {
  learns: ['learns', 'learn'],
  'at chance': ['does not learn', 'do not learn'],
  'blows up': ['blows up', 'blow up'],
  undecided: ['is undecided', 'are undecided'],
  failed: ['failed to run', 'failed to run'],
};

/** What became of nets that are no series along an axis: `Batch norm learns (.329 ...); the plain net blows up.` */
export function outcomeSentence(nets: readonly Net[]): string {
  const clauses = nets.flatMap(({ name, cells }) =>
    cells.map(cell => {
      const loss = estimate(cell.cell, 'lastEpochTrainLoss').mean;
      const accuracy = `best validation accuracy ${accuracyText(cell, 'bestValAccuracy')}`;
      const figure =
        cell.outcome === 'failed'
          ? ''
          : cell.outcome !== 'blows up'
            ? ` (${accuracy})`
            : loss === null
              ? ' (its loss is no longer finite)'
              : ` (loss of the last epoch ${figureText('lastEpochTrainLoss', loss)})`;
      return `${name} ${VERBS[cell.outcome][0]}${figure}`;
    }),
  );
  return `${sentence(clauses.join('; '))}.`;
}

/** Many nets: how many cells have each outcome, and the best. */
export function overviewSentences({ axis, nets }: Nets): string[] {
  const cells = nets.flatMap(net => net.cells);
  const counts = [...groupBy(cells, ({ outcome }) => outcome)].map(
    ([outcome, { length }]) => `${length} ${VERBS[outcome][length === 1 ? 0 : 1]}`,
  );
  const first = `Of ${counted(cells.length, 'cell')} ${listed(counts)}.`;
  const best = (measure: 'bestValAccuracy' | 'bestTrainAccuracy', images: string): string[] => {
    const cell = bestCell(cells, measure);
    if (!cell) return [];
    const { axes } = cell.cell.results[0]!.trial;
    return [`Best on ${images} images: ${accuracyText(cell, measure)} with ${axesText(axes)}.`];
  };
  const range =
    axis === null
      ? []
      : [
          ...groupBy(
            cells.filter(({ outcome }) => outcome !== 'learns'),
            ({ x }) => x,
          ),
        ].map(([x]) => x ?? 0);
  const where =
    range.length === 0 || axis === null
      ? []
      : [
          `Cells that do not learn have ${axesText({ [axis]: Math.min(...range) })} to ${axesText({ [axis]: Math.max(...range) })}.`,
        ];
  return [
    first,
    ...best('bestValAccuracy', 'validation'),
    ...best('bestTrainAccuracy', 'training'),
    ...where,
  ];
}
