/** Characters that look like those of YAML, numbers and keys, and are others: as word processors, web pages and input methods make them. */

export interface LookAlike {
  readonly char: string;
  /** Its index in the text. */
  readonly at: number;
  /** What to type: `type : instead of ： (U+FF1A)`. */
  readonly advice: string;
}

const DASHES = '\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58';
const SINGLE = '\u2018\u2019\u201a\u201b\u2032\u00b4\u02b9\u02bc';
const DOUBLE = '\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u300c\u300d\u300e\u300f';
/** Letters of Cyrillic and Greek, and the Latin letters that they look like. */
const CYRILLIC =
  '\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0501\u04bb\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425';
const CYRILLIC_AS = 'aeopcyxisdhABEKMHOPCTX';
const GREEK =
  '\u03bf\u03bd\u03c1\u03c4\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u03a5\u0396';
const GREEK_AS = 'ovptABEHIKMNOPTXYZ';

const replacements: ReadonlyMap<string, string> = new Map([
  ...[...DASHES].map(char => [char, '-'] as const),
  ...[...SINGLE].map(char => [char, "'"] as const),
  ...[...DOUBLE].map(char => [char, '"'] as const),
  ...[...CYRILLIC].map((char, i) => [char, CYRILLIC_AS[i]!] as const),
  ...[...GREEK].map((char, i) => [char, GREEK_AS[i]!] as const),
  ...([
    ['\u3001', ','],
    ['\u060c', ','],
    ['\u3002', '.'],
    ['\u066b', '.'],
    ['\u3010', '['],
    ['\u3011', ']'],
    ['\u3014', '['],
    ['\u3015', ']'],
    ['\u2236', ':'],
    ['\u02d0', ':'],
    ['\u2044', '/'],
    ['\u2215', '/'],
  ] as const),
]);

/** Names of characters that cannot be seen, or not told apart. */
const names: Readonly<Record<string, string>> = {
  '\u00a0': 'no-break space',
  '\u202f': 'narrow no-break space',
  '\u3000': 'ideographic space',
  '\u00ad': 'soft hyphen',
  '\u200b': 'zero-width space',
  '\u200c': 'zero-width non-joiner',
  '\u200d': 'zero-width joiner',
  '\u2060': 'word joiner',
  '\ufeff': 'byte-order mark',
  '\u2028': 'line separator',
  '\u2029': 'paragraph separator',
};

/** What to type instead of a character: empty for one to remove, undefined for one that looks like no other. */
export function replacementOf(char: string): string | undefined {
  if (/^[\x20-\x7e\t\n\r]$/.test(char)) return undefined;
  const known = replacements.get(char);
  if (known !== undefined) return known;
  if (/[\p{Cc}\p{Cf}]/u.test(char)) return '';
  if (/\p{Z}/u.test(char)) return ' ';
  if (/\p{Nd}/u.test(char)) return digitOf(char);
  // Full-width and mathematical letters and signs are compatible with those of ASCII.
  const compatible = char.normalize('NFKC');
  return /^[\x21-\x7e]+$/.test(compatible) ? compatible : undefined;
}

/** A digit of any script as one of ASCII: Unicode lists those of a script from 0 to 9. */
function digitOf(digit: string): string {
  const compatible = digit.normalize('NFKC');
  if (/^\d$/.test(compatible)) return compatible;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(digit.codePointAt(0)! - value - 1))) value++;
  return String(value);
}

/** Every look-alike of a text, in order. */
export function* lookAlikesIn(text: string): Generator<LookAlike> {
  if (/^[\x20-\x7e\t\n\r]*$/.test(text)) return;
  let at = 0;
  for (const char of text) {
    const instead = replacementOf(char);
    if (instead !== undefined) yield { char, at, advice: adviceOn(char, instead) };
    at += char.length;
  }
}

/** The first look-alike of a text. */
export function lookAlikeIn(text: string): LookAlike | undefined {
  for (const found of lookAlikesIn(text)) return found;
  return undefined;
}

/** A text as its author meant it: a colon or a comma also gets the space that the full-width one contains. */
export const withoutLookAlikes = (text: string): string =>
  Array.from(text, char => {
    const instead = replacementOf(char) ?? char;
    return instead !== char && /^[:,]$/.test(instead) ? `${instead} ` : instead;
  }).join('');

function adviceOn(char: string, instead: string): string {
  const code = `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  const name = names[char];
  const unseen = name ?? (/\p{Cc}/u.test(char) ? 'control character' : 'character that cannot be seen');
  if (instead === '') return `remove the ${unseen} (${code})`;
  if (instead === ' ') return `type a space instead of the ${name ?? 'wide space'} (${code})`;
  const script = CYRILLIC.includes(char) ? ' of Cyrillic' : GREEK.includes(char) ? ' of Greek' : '';
  return `type ${instead} instead of ${name ? `the ${name}` : `${char}${script}`} (${code})`;
}
