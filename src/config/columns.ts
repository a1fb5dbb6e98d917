/** How many columns text takes in a terminal. */
import { stripVTControlCharacters } from 'node:util';

/** Characters that take two columns. */
const WIDE =
  /[\p{Emoji_Presentation}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
const NARROW = /^[\x20-\u02ff]*$/;

/** Columns that text takes in a terminal; escape sequences take none. */
export function columnsOf(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (NARROW.test(plain)) return plain.length;
  return [...plain].reduce(
    (sum, char) => sum + (/[\p{M}\p{Cf}]/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1),
    0,
  );
}
