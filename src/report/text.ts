/** How values are written for people; the CSV files keep them exact. */
import { stripVTControlCharacters } from 'node:util';
import { powerText } from '../analysis/results.ts';
import { columnsOf } from '../config/columns.ts';

export { columnsOf } from '../config/columns.ts';

/** A measured size in three digits, `12.3`; in two as a power of ten if it is small or large; `-` if there is none. */
export function sizeText(value: number | null): string {
  if (value === null) return '-';
  const plain = value === 0 || (Math.abs(value) >= 0.01 && Math.abs(value) < 1000);
  return plain ? String(Number(value.toPrecision(3))) : powerText(value, 1);
}

/**
 * Characters that a terminal obeys instead of showing: control characters, and those that format text or reverse its direction.
 * Joiners and the signs of Arabic numbers belong to the letters around them.
 */
const UNSEEN = /(?:[\p{Cc}\p{Zl}\p{Zp}]|(?!\u200c|\u200d|[\u0600-\u0605\u06dd])\p{Cf})+/gu;

/** Text from a config file or an error, safe for one line of a terminal: control characters become blanks. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text).replace(UNSEEN, ' ').trim();
}

/** What a text may hold before it needs to be cleaned: most texts hold nothing else. */
const CLEAN = /^[\x20-\x7e\n]*$/;
const ESC = '\u001b';
/** The colors and weights of this program. */
const STYLE = new RegExp(`(${ESC}\\[(?:[12]|22|3[1-69]|90)m)`);

/**
 * Text of any origin as a terminal may be given it. Newlines stay, and so do colors if the terminal shows them; every other
 * control character or escape sequence goes.
 */
export function safeText(text: string, color: boolean): string {
  if (CLEAN.test(text)) return text;
  const safe = (part: string) =>
    stripVTControlCharacters(part)
      .split('\n')
      .map(line => line.replace(UNSEEN, ' '))
      .join('\n');
  if (!color) return safe(text);
  return text
    .split(STYLE)
    .map((part, i) => (i % 2 === 1 ? part : safe(part)))
    .join('');
}

/** A word of a command for a POSIX shell; one that cannot be shown as it is, for bash, zsh and ksh. */
export function shellWord(word: string): string {
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word)) return word;
  if (word.search(UNSEEN) < 0) return `'${word.replaceAll("'", `'\\''`)}'`;
  const text = word.replace(/[\\']/g, '\\$&');
  return `$'${text.replace(UNSEEN, unseen => Array.from(Buffer.from(unseen), octal).join(''))}'`;
}

const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`;

/** The path of a file or folder as a word of a command, never taken for an option. */
export const shellPath = (path: string): string => shellWord(path.startsWith('-') ? `./${path}` : path);

/** JSON that is safe to print: escapes characters that a terminal would obey. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
    character.replace(/[\s\S]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );

/** Lines of at most `width` columns, broken between words where possible. */
export function wrap(text: string, width: number): string[] {
  return flow(
    oneLine(text)
      .split(' ')
      .flatMap(word => pieces(word, width)),
    ' ',
    width,
  );
}

/** Text cut to at most `width` columns. */
export function fitted(text: string, width: number): string {
  return columnsOf(text) <= width ? text : `${pieces(text, width - 1)[0] ?? ''}…`;
}

/** A word in pieces of at most `width` columns. */
function pieces(word: string, width: number): string[] {
  if (columnsOf(word) <= width) return word === '' ? [] : [word];
  const parts = [''];
  let columns = 0;
  for (const char of word) {
    columns += columnsOf(char);
    if (columns > width) {
      parts.push('');
      columns = columnsOf(char);
    }
    parts[parts.length - 1] += char;
  }
  return parts;
}

/** Items joined by `gap`, as many to a line as fit in `width`. */
export function flow(items: readonly string[], gap: string, width: number): string[] {
  return items.reduce<string[]>((lines, item) => {
    const line = lines.at(-1);
    const longer = `${line}${gap}${item}`;
    if (line !== undefined && columnsOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(item);
    return lines;
  }, []);
}
