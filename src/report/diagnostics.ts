/** The layers of a run's nets: a table of all figures, and maps of one figure by layer and epoch. */
import { type Cell, cellsOf } from '../analysis/cells.ts';
import { diagnosedOf, layerMean, theoryOf } from '../analysis/layers.ts';
import { type DataLabel, powerText, type Result, varyingKeys } from '../analysis/results.ts';
import { type DiagnosticName, diagnosticNames, diagnostics } from '../records/diagnostics.ts';
import { curveNamer } from './curve-names.ts';
import type { Figure, Table } from './model.ts';
import { counted, meansNotes } from './notes.ts';

/** More nets make no table that anybody reads; diagnostics.csv has them all. */
const MAX_NETS = 6;
/** Epochs side by side. */
const MAX_EPOCHS = 8;
const MAPPED = ['preactivationStd', 'preactivationGradientNorm', 'updateRatio'] as const;
const SHADES = ' ░▒▓█';

/** All figures at the first iteration, a row for each layer of each net; no table if no trial has diagnostics. */
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
  return [
    table,
    ...nets.shown.flatMap(cell => MAPPED.map(name => heatMap(cell, name, nets.nameOf(cell), data))),
  ];
}

/** A figure of one net: a row for each layer, a column for each epoch, darker where it is larger; theory beside it. */
function heatMap(cell: Cell, name: DiagnosticName, net: string, data: DataLabel): Table {
  const trials = diagnosedOf(cell);
  const longest = trials.reduce((most, steps) => (steps.length > most.length ? steps : most));
  const chosen = evenly(longest.length, MAX_EPOCHS);
  const values = layersOf(cell).map(layer => chosen.map(step => layerMean(trials, step, layer, name)));
  const shade = shader(values.flat());
  const hasTheory = name !== 'preactivationGradientNorm';
  return {
    title: `${diagnostics[name].label} by layer and epoch: ${net} (${data})`,
    names: [{ head: 'layer', align: 'right' }],
    figures: [
      ...chosen.map(step => ({
        head: step === 0 ? 'first' : String(longest[step]!.epoch),
        align: 'right' as const,
      })),
      ...(hasTheory ? [{ head: 'theory', align: 'right' as const }] : []),
    ],
    groups: [undefined],
    rows: values.map((row, i) => ({
      names: [String(i + 1)],
      groups: [
        [
          ...row.map(value => ({ ...figure(value), text: `${shade(value)} ${figure(value).text}` })),
          ...(hasTheory ? [figure(theoryOf(cell, i + 1, name))] : []),
        ],
      ],
    })),
    notes: [THEORY[name] ?? ''].filter(Boolean),
  };
}

const THEORY: Partial<Record<DiagnosticName, string>> = {
  preactivationStd:
    'Theory, for the first iteration: a layer multiplies a signal from ReLUs by s sqrt(n/2), with n inputs and weights of deviation s.',
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

/** A shade for the size of each value, on a logarithmic scale from the least to the greatest. */
function shader(values: readonly (number | null)[]): (value: number | null) => string {
  const sizes = values.flatMap(value => (value === null || value === 0 ? [] : Math.log10(Math.abs(value))));
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  return value => {
    if (value === null || value === 0) return ' ';
    const share = high - low < 1e-9 ? 1 : (Math.log10(Math.abs(value)) - low) / (high - low);
    return SHADES[Math.round(share * (SHADES.length - 1))]!;
  };
}

/** Indices of an even selection of `count` things, the first and the last among them. */
function evenly(count: number, most: number): number[] {
  if (count <= most) return [...Array(count).keys()];
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

function figure(value: number | null): Figure {
  if (value === null) return { text: '-', best: false };
  const plain = value === 0 || (Math.abs(value) >= 0.01 && Math.abs(value) < 1000);
  return { text: plain ? String(Number(value.toPrecision(3))) : powerText(value, 1), best: false };
}
