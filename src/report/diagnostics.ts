/** Tables of all figures of a run's layers, and maps of one figure by layer and epoch. */
import { type Cell, cellsOf } from '../analysis/cells.ts';
import { type Diagnosed, diagnosedOf, layerMean, theoryOf } from '../analysis/layers.ts';
import { type DataLabel, type Result, varyingKeys } from '../analysis/results.ts';
import { counted } from '../analysis/words.ts';
import { type DiagnosticName, diagnosticNames, diagnostics } from '../records/diagnostics.ts';
import { curveNamer } from './curve-names.ts';
import type { Figure, Table } from './model.ts';
import { meansNotes } from './notes.ts';
import { extent } from './range.ts';
import { sizeText } from './text.ts';

/** A longer table is hard to read; diagnostics.csv has all nets. */
const MAX_NETS = 6;
/** Epochs side by side: on the page, and in a table of 80 columns. */
const [MAX_EPOCHS, MAX_TABLE_EPOCHS] = [8, 5];
/** The figures that have maps. */
const MAPPED = ['preactivationStd', 'preactivationGradientNorm', 'updateRatio'] as const;
const SHADES = ' ░▒▓█';

/** All figures at the first iteration, one row for each layer of each net. No table if no trial has diagnostics. */
export function diagnosticsTables(results: readonly Result[], data: DataLabel): Table[] {
  const { nets, notes } = netsOf(results);
  if (nets.length === 0) return [];
  const rows = nets.flatMap(({ name: net, trials, layers }) =>
    layers.map(layer => ({
      names: [net, String(layer)],
      groups: [diagnosticNames.map(name => figure(layerMean(trials, 0, layer, name)))],
    })),
  );
  const table: Table = {
    title: `Layers at the first iteration (${data})`,
    names: [
      { head: 'net', align: 'left' },
      { head: 'layer', align: 'right' },
    ],
    figures: diagnosticNames.map(name => ({ head: diagnostics[name].short, align: 'right' })),
    groups: [undefined],
    rows,
    notes: [
      ...notes,
      `${diagnosticNames.map(name => `${diagnostics[name].short}: ${diagnostics[name].caption}`).join('; ')}.`,
    ],
  };
  return [table, ...mapsOf(nets, MAX_TABLE_EPOCHS).map(map => heatTable(map, data))];
}

/** A figure of one net by layer and epoch. */
export interface HeatMap {
  readonly name: (typeof MAPPED)[number];
  readonly net: string;
  /** `first` for the first iteration, then the number of each epoch shown. */
  readonly steps: readonly string[];
  /** (layers, steps); null where no trial has the figure. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Theory's prediction for each layer at the first iteration; undefined if it has none. */
  readonly theory: readonly (number | null)[] | undefined;
}

/** The maps of a run's nets, figure by figure. `notes` say how many nets are left out. */
export function heatMapsOf(results: readonly Result[]): {
  readonly maps: readonly HeatMap[];
  readonly notes: readonly string[];
} {
  const { nets, notes } = netsOf(results);
  return { maps: mapsOf(nets, MAX_EPOCHS), notes };
}

const mapsOf = (nets: readonly Net[], mostEpochs: number): HeatMap[] =>
  nets.flatMap(net => MAPPED.map(name => heatMap(net, name, mostEpochs)));

function heatMap(
  { name: net, cell, trials, layers }: Net,
  name: HeatMap['name'],
  mostEpochs: number,
): HeatMap {
  const longest = trials.reduce((most, steps) => (steps.length > most.length ? steps : most));
  const chosen = evenly(longest.length, mostEpochs);
  const theory = layers.map(layer => theoryOf(cell, trials, layer, name));
  return {
    ...{ name, net },
    steps: chosen.map(step => (step === 0 ? 'first' : String(longest[step]!.epoch))),
    values: layers.map(layer => chosen.map(step => layerMean(trials, step, layer, name))),
    theory: theory.some(each => each !== null) ? theory : undefined,
  };
}

/** A row for each layer, a column for each epoch, darker where the figure is larger; theory beside it. */
function heatTable({ name, net, steps, values, theory }: HeatMap, data: DataLabel): Table {
  const shareOf = logShare(values.flat());
  const shade = (value: number | null) => {
    const share = shareOf(value);
    return share === undefined ? ' ' : SHADES[Math.round(share * (SHADES.length - 1))]!;
  };
  const heads = [...steps, ...(theory ? ['theory'] : [])];
  return {
    title: `${diagnostics[name].label} by layer and epoch: ${net} (${data})`,
    names: [{ head: 'layer', align: 'right' }],
    figures: heads.map(head => ({ head, align: 'right' })),
    groups: [undefined],
    rows: values.map((row, i) => ({
      names: [String(i + 1)],
      groups: [
        [
          ...row.map(value => figure(value, `${shade(value)} `)),
          ...(theory ? [figure(theory[i] ?? null)] : []),
        ],
      ],
    })),
    notes: [THEORY[name] ?? ''].filter(Boolean),
  };
}

export const THEORY: Partial<Record<DiagnosticName, string>> = {
  preactivationStd:
    'Theory, at the first iteration: a layer with n inputs and weights of deviation s multiplies a signal from ReLUs by s sqrt(n/2).',
  updateRatio: 'Theory: about 1e-3 in nets that learn well.',
};

/** A cell with diagnostics. */
interface Net {
  readonly name: string;
  readonly cell: Cell;
  readonly trials: Diagnosed;
  /** Their numbers, from 1. */
  readonly layers: readonly number[];
}

/** An even selection; the records of each are read once more, so that those of the others need not be kept. */
function netsOf(results: readonly Result[]): {
  readonly nets: readonly Net[];
  readonly notes: readonly string[];
} {
  const cells = cellsOf(results).filter(cell => diagnosedOf(cell).length > 0);
  const nameOf = curveNamer(results, varyingKeys(results), 'the net');
  const nets = evenly(cells.length, MAX_NETS).map((i): Net => {
    const cell = cells[i]!;
    const [first] = cell.results as [Result];
    const layers = Array.from({ length: first.trial.settings.hiddenDims.length + 1 }, (_, l) => l + 1);
    return { name: nameOf(first), cell, trials: diagnosedOf(cell), layers };
  });
  const left =
    nets.length < cells.length
      ? [`${nets.length} of ${counted(cells.length, 'net')} are shown; diagnostics.csv has them all.`]
      : [];
  return { nets, notes: [...meansNotes(results), ...left] };
}

/**
 * The place of each value's magnitude on a logarithmic scale, from 0 for the least to 1 for the greatest; undefined for a value
 * without one.
 */
export function logShare(values: readonly (number | null)[]): (value: number | null) => number | undefined {
  const sizes = values.flatMap(value => (value === null || value === 0 ? [] : Math.log10(Math.abs(value))));
  const [low, high] = extent(sizes);
  return value => {
    if (value === null || value === 0) return undefined;
    return high - low < 1e-9 ? 1 : (Math.log10(Math.abs(value)) - low) / (high - low);
  };
}

/** Indices of an even selection of `count` things, the first and the last among them. */
export function evenly(count: number, most: number): number[] {
  if (count <= most) return [...Array(count).keys()];
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

const figure = (value: number | null, lead = ''): Figure => ({
  text: `${lead}${sizeText(value)}`,
  best: false,
});
