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

/** Longer lists end in a count. */
const MOST_NAMED = 20;

function said(lines: readonly number[], [one, several]: readonly [string, string], rest: string): string[] {
  if (lines.length === 0) return [];
  if (lines.length === 1) return [`Line ${lines[0]} of the journal ${one}${rest}.`];
  const named = lines.slice(0, MOST_NAMED).map(String);
  const more = lines.length - named.length;
  const numbers = listed(more > 0 ? [...named, `${more} more`] : named);
  return [`Lines ${numbers} of the journal ${several}${rest}.`];
}
