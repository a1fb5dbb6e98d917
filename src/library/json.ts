/** What JSON cannot say, in objects that are written as JSON. */
import { kindOf } from '../arguments.ts';

export interface Fault {
  readonly path: readonly (string | number)[];
  /** To follow "expected". */
  readonly expected: string;
}

/** More than any experiment needs, and little enough to walk at once. */
const MOST_VALUES = 50_000;
const MOST_DEPTH = 50;

/** The first value that is neither text, a finite number, true, false, null or undefined, nor a list or a plain object of such. */
export function faultIn(value: unknown): Fault | undefined {
  let count = 0;
  const visit = (node: unknown, path: Fault['path'], above: readonly unknown[]): Fault | undefined => {
    const fault = (expected: string): Fault => ({ path, expected });
    count += Array.isArray(node) ? node.length + 1 : 1;
    if (count > MOST_VALUES) return { path: [], expected: `at most ${MOST_VALUES} values in it` };
    if (typeof node === 'number') return Number.isFinite(node) ? undefined : fault('a finite number');
    if (['string', 'boolean', 'undefined'].includes(typeof node) || node === null) return undefined;
    if (typeof node !== 'object' || !['Object', 'Array'].includes(kindOf(node)))
      return fault('text, a number, true, false, a list or a plain object');
    if (above.includes(node)) return fault('an object that does not contain itself');
    if (above.length > MOST_DEPTH) return fault(`at most ${MOST_DEPTH} objects in one another`);
    if ('toJSON' in node) return fault('an object without a method toJSON');
    for (const key in node) {
      if (!Object.hasOwn(node, key)) return fault('an object that inherits no keys');
      const step = Array.isArray(node) ? Number(key) : key;
      const found = visit((node as Record<string, unknown>)[key], [...path, step], [...above, node]);
      if (found) return found;
    }
    return undefined;
  };
  return visit(value, [], []);
}
