/** Tables of all figures of a run's layers, and maps of one figure by layer and epoch. */
import { type Cell, cellsOf } from '../analysis/cells.ts';
import { diagnosedOf, layerMean, theoryOf } from '../analysis/layers.ts';
import { type DataLabel, powerText, type Result, varyingKeys } from '../analysis/results.ts';
import { type DiagnosticName, diagnosticNames, diagnostics } from '../records/diagnostics.ts';
import { curveNamer } from './curve-names.ts';
import type { Figure, Table } from './model.ts';
import { counted, meansNotes } from './notes.ts';
import { extent } from './range.ts';

/** A longer table is hard to read; diagnostics.csv has all nets. */
const MAX_NETS = 6;
/** Epochs side by side. */
const MAX_EPOCHS = 8;
/** The figures that have maps. */
const MAPPED = ['preactivationStd', 'preactivationGradientNorm', 'updateRatio'] as const;
const SHADES = ' ░▒▓█';

/** All figures at the first iteration, one row for each layer of each net. No table if no trial has diagnostics. */
export function diagnosticsTables(results: readonly Result[], data: DataLabel): Table[] {
  const nets = netsOf(results);
  if (nets.shown.length === 0) return [];
  const rows = nets.shown.flatMap(cell =>
    layersOf(cell).map(layer => ({
      names: [nets.nameOf(cell), String(layer)],
      groups: [diagnosticNames.map(name => figure(layerMean(diagnosedOf(cell), 0, layer, name)))],
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
      ...nets.notes,
      `${diagnosticNames.map(name => `${diagnostics[name].short}: ${diagnostics[name].caption}`).join('; ')}.`,
    ],
  };
  return [table, ...heatMapsOf(results).maps.map(map => heatTable(map, data))];
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
  const { shown, nameOf, notes } = netsOf(results);
  return {
    maps: shown.flatMap(cell => MAPPED.map(name => heatMap(cell, name, nameOf(cell)))),
    notes,
  };
}

function heatMap(cell: Cell, name: HeatMap['name'], net: string): HeatMap {
  const trials = diagnosedOf(cell);
  const longest = trials.reduce((most, steps) => (steps.length > most.length ? steps : most));
  const chosen = evenly(longest.length, MAX_EPOCHS);
  const layers = layersOf(cell);
  const theory = layers.map(layer => theoryOf(cell, layer, name));
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

function netsOf(results: readonly Result[]) {
  const cells = cellsOf(results).filter(cell => diagnosedOf(cell).length > 0);
  const name = curveNamer(results, varyingKeys(results), 'the net');
  const shown = evenly(cells.length, MAX_NETS).map(i => cells[i]!);
  const left =
    shown.length < cells.length
      ? [`${shown.length} of ${counted(cells.length, 'net')} are shown; diagnostics.csv has them all.`]
      : [];
  return { shown, nameOf: (cell: Cell) => name(cell.results[0]!), notes: [...meansNotes(results), ...left] };
}

const layersOf = ({ results: [result] }: Cell): number[] =>
  Array.from({ length: result!.trial.settings.hiddenDims.length + 1 }, (_, i) => i + 1);

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

/** Three digits, as a power of ten if small or large. */
export function sizeText(value: number | null): string {
  if (value === null) return '-';
  const plain = value === 0 || (Math.abs(value) >= 0.01 && Math.abs(value) < 1000);
  return plain ? String(Number(value.toPrecision(3))) : powerText(value, 1);
}
