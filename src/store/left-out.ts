/** What a reader of a journal left out, in sentences that every view of the run repeats. */
import { listed } from '../analysis/words.ts';
import type { Contents } from './reader.ts';

type LeftOut = Pick<Contents, 'corrupt' | 'newer' | 'foreign'>;

/** A sentence for each kind of line; none if every line was read. */
export function leftOutOf({ corrupt, newer, foreign }: LeftOut): string[] {
  const unreadable = corrupt.filter(line => !foreign.includes(line));
  return [
    ...said(unreadable, ['is corrupt', 'are corrupt'], ' (checksum mismatch): what was in it may be missing'),
    ...said(newer, ['was', 'were'], ' written by a newer version of cifar-norm: left out'),
    ...said(foreign, ['belongs', 'belong'], ' to another run: left out'),
  ];
}

function said(numbers: readonly number[], [one, several]: readonly [string, string], rest: string): string[] {
  // A damaged newline makes one line of several.
  const lines = [...new Set(numbers)];
  if (lines.length === 0) return [];
  return lines.length === 1
    ? [`Line ${lines[0]} of the journal ${one}${rest}.`]
    : [`Lines ${listed(ranges(lines))} of the journal ${several}${rest}.`];
}

/** `7`, `9 to 12`: ascending numbers with neighbours joined. */
function ranges(numbers: readonly number[]): string[] {
  const found: [first: number, last: number][] = [];
  for (const number of numbers) {
    const range = found.at(-1);
    if (range && number === range[1] + 1) range[1] = number;
    else found.push([number, number]);
  }
  return found.flatMap(([first, last]) =>
    last - first < 2 ? (first === last ? [`${first}`] : [`${first}`, `${last}`]) : [`${first} to ${last}`],
  );
}
