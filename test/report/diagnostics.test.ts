/** The table and the heat maps of a run's layers. */
import { expect, it } from 'vitest';
import type { Result } from '../../src/analysis/results.ts';
import { diagnosticsTables, heatMapsOf } from '../../src/report/diagnostics.ts';
import { renderTable } from '../../src/report/terminal/table.ts';
import { resultsOf } from './results.ts';

const layers = [1, 2, 3].map(layer => ({ layer, preactivationStd: layer / 2, updateRatio: 1e-3 }));
const steps = [0, 1].map(epoch => ({ iteration: 1 + epoch, epoch, layers }));

/** Results that count how often their records are read. */
function counted(results: readonly Result[]) {
  const reads = new Map<string, number>();
  const record = ({ trial: { id }, record: read }: Result) => {
    reads.set(id, (reads.get(id) ?? 0) + 1);
    return read();
  };
  return { reads, results: results.map(result => ({ ...result, record: () => record(result) })) };
}

it('reads no record of a run without diagnostics', () => {
  const { reads, results } = counted(resultsOf({}, { seed: 232 }));
  expect(diagnosticsTables(results, 'CIFAR-10')).toEqual([]);
  expect(reads.size).toBe(0);
});

it('has a row for each layer, and reads a record no more often if there are more layers', () => {
  const settings = { hiddenDims: [2, 2], diagnostics: true };
  const { reads, results } = counted(
    resultsOf(...[231, 232].map(seed => ({ seed, settings, diagnostics: steps })), {
      settings,
      axes: { normalization: 'layernorm' },
      diagnostics: [],
    }),
  );
  const [table, ...maps] = diagnosticsTables(results, 'CIFAR-10');
  expect(table!.rows.map(({ names }) => names)).toEqual(['1', '2', '3'].map(layer => ['the net', layer]));
  expect(maps.map(({ rows }) => rows.length)).toEqual([3, 3, 3]);
  expect(Math.max(...reads.values())).toBeLessThan(3);
});

it('maps as many epochs as fit into 80 columns; the page maps more', () => {
  const long = Array.from({ length: 21 }, (_, epoch) => ({
    ...{ iteration: 1 + epoch, epoch },
    layers: layers.map(layer => ({ ...layer, preactivationStd: 0.0123 * layer.layer, updateRatio: 0.0123 })),
  }));
  const results = resultsOf({ settings: { hiddenDims: [2, 2], diagnostics: true }, diagnostics: long });
  const [, ...maps] = diagnosticsTables(results, 'CIFAR-10');
  // One line a layer: a table that is too wide is printed as a list.
  const lines = maps.map(map => renderTable(map, { width: 80, color: false }).split('\n'));
  for (const map of lines) expect(map.filter(line => /^ +[123] │/.test(line))).toHaveLength(3);
  expect(heatMapsOf(results).maps.map(({ steps: { length } }) => length)).toEqual([8, 8, 8]);
});
