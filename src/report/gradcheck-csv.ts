import type { CheckResult } from '../checks/check.ts';
import { numberCell } from './csv.ts';

/**
 * Gradient checks as CSV lines: a row for each figure, with the values of a list on rows of their own. `bound` is the
 * greatest value that passes, or the expected value and the distance allowed, as `1±1e-6`; empty if the figure is only shown.
 */
export function* gradcheckCsv(results: readonly CheckResult[]): Generator<string> {
  yield 'case,quantity,value,bound,pass\n';
  for (const { case: name, quantity, value, bound, pass } of results) {
    const values = typeof value === 'number' ? [value] : value;
    for (const [i, each] of values.entries()) {
      const limit =
        bound === null ? '' : typeof bound === 'number' ? bound : `${bound.near[i]}±${bound.within}`;
      const label = values.length > 1 ? `${quantity}[${i}]` : quantity;
      yield `${name},${label},${numberCell(each)},${limit},${bound === null ? '' : pass}\n`;
    }
  }
}
