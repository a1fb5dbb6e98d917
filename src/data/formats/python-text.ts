/** Text and byte strings as Python writes them into pickles. */

/** Why bytes are no batch. */
export class PickleError extends Error {
  /** Whether they are damaged, and not something else that is whole. */
  readonly isBroken: boolean | 'perhaps';

  constructor(message: string, isBroken: boolean | 'perhaps' = false) {
    super(message);
    this.isBroken = isBroken;
  }
}

/** For bytes that are no pickle. */
export function fail(message: string): never {
  throw new PickleError(message, true);
}

/** Bytes as text, one character per byte. */
export const latin1 = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1');

const BACKSLASH = 0x5c;
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '\\': BACKSLASH, "'": 39, '"': 34 };

/** The content of a string literal of Python 2: `'a\x00b'`. */
export function unquoted(literal: Uint8Array): Uint8Array {
  const quote = literal[0];
  if (literal.length < 2 || (quote !== 39 && quote !== 34) || literal.at(-1) !== quote)
    return fail('a string does not end');
  const inner = literal.subarray(1, -1);
  const bytes = new Uint8Array(inner.length);
  let length = 0;
  for (let i = 0; i < inner.length; i++) {
    if (inner[i] !== BACKSLASH) {
      bytes[length++] = inner[i]!;
      continue;
    }
    const letter = String.fromCharCode(inner[++i] ?? 0);
    if (letter === 'x') {
      bytes[length++] = hexIn(inner.subarray(i + 1, i + 3), 2);
      i += 2;
    } else bytes[length++] = ESCAPES[letter] ?? fail('a string has an unknown escape');
  }
  return bytes.subarray(0, length);
}

/** The code points of UTF-8 as bytes. All must be below 256: text that stands for bytes. */
export function latin1InUtf8(encoded: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(encoded.length);
  let length = 0;
  for (let i = 0; i < encoded.length; i++) {
    const byte = encoded[i]!;
    if (byte < 0x80) bytes[length++] = byte;
    else if ((byte === 0xc2 || byte === 0xc3) && (encoded[i + 1]! & 0xc0) === 0x80)
      bytes[length++] = ((byte & 3) << 6) | (encoded[++i]! & 0x3f);
    else return fail('its bytes are not Latin-1 text');
  }
  return bytes.subarray(0, length);
}

/** As latin1InUtf8, for Python's `raw-unicode-escape`: Latin-1, with `\u0000` for what a line cannot hold. */
export function latin1InRawUnicode(encoded: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(encoded.length);
  let length = 0;
  for (let i = 0; i < encoded.length; i++) {
    const byte = encoded[i]!;
    if (byte !== BACKSLASH || encoded[i + 1] !== 0x75) {
      bytes[length++] = byte;
      continue;
    }
    const code = hexIn(encoded.subarray(i + 2, i + 6), 4);
    if (code > 255) return fail('its bytes are not Latin-1 text');
    bytes[length++] = code;
    i += 5;
  }
  return bytes.subarray(0, length);
}

function hexIn(digits: Uint8Array, count: number): number {
  const text = latin1(digits);
  return text.length === count && /^[0-9a-f]+$/i.test(text)
    ? Number.parseInt(text, 16)
    : fail('an escape is not hexadecimal');
}
