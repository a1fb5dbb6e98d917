/** Arguments that a function cannot use. */
import { CifarNormError } from './errors.ts';

/**
 * @param place the argument: `meanImage: count`
 * @param expected to follow "expected"
 * @throws CifarNormError (usage) unless the argument is as expected
 */
export function expectArgument(isRight: boolean, place: string, value: unknown, expected: string): void {
  if (!isRight) throw wrongArgument(place, value, expected);
}

export function wrongArgument(place: string, value: unknown, expected: string): CifarNormError {
  const what = value === undefined ? 'is missing' : `is ${shown(value)}`;
  return new CifarNormError('usage', `${place} ${what}: expected ${expected}`);
}

export const isWhole = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/** A value in a few words. */
function shown(value: unknown): string {
  switch (typeof value) {
    case 'string': {
      const text = JSON.stringify(value);
      return text.length > 60 ? `${text.slice(0, 59)}…` : text;
    }
    case 'bigint':
      return `the BigInt ${String(value).slice(0, 40)}n`;
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    case 'object':
      return value === null ? 'null' : `of the type ${kindOf(value)}`;
    default:
      return String(value);
  }
}

/** `Object`, `Array`, `Map`. */
export const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
