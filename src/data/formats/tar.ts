/**
 * Reads tar archives of every kind that people make: POSIX ustar and pax, GNU, and the oldest. Memory and time stay in proportion
 * to the archive, whatever its headers say.
 *
 * Format: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html and
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */

/** A regular file in an archive. */
export interface ArchiveEntry {
  /** The folder that it is in, with `/` and without `.` and `..`; empty at the top. */
  readonly folder: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** Takes the content of a file. */
export interface Sink {
  write(chunk: Uint8Array): void;
  end(): void;
}

/** Why an archive cannot be read. */
export class TarError extends Error {
  /** It is beyond the limits of this reader, but not damaged. */
  readonly isLimit: boolean;
  /** Bytes are missing or inserted, but not at the end. */
  readonly isShifted: boolean;

  constructor(message: string, { isLimit = false, isShifted = false } = {}) {
    super(message);
    this.isLimit = isLimit;
    this.isShifted = isShifted;
  }
}

const BLOCK = 512;
/** CIFAR-10 as images has 60,000 files. */
const MAX_ENTRIES = 100_000;
/** Longest header of names and attributes, and all of them together. */
const MAX_META = 1 << 20;
const MAX_ALL_META = 16 << 20;

/** Types of headers, by what follows them. */
const FILE = ['0', '\0', '7'];
const LONG_NAME = 'L';
const PAX = 'x';
const META = [LONG_NAME, PAX, 'K', 'g', 'X'];
/** Links, devices and folders: whatever size they state, nothing follows. */
const BODILESS = ['2', '3', '4', '5', '6'];

/** What a header of names and attributes says about the file after it. */
interface Override {
  readonly path?: string | undefined;
  readonly size?: number | undefined;
  /** Its content is a map of holes, and what is between them. */
  readonly isSparse?: boolean;
}

/**
 * Calls `visit` for each regular file, in order, and writes its content to the sink that this returns.
 * @throws TarError from `write` and `end` if the archive is damaged; what `visit` and the sinks throw
 */
export class TarReader {
  readonly #visit: (entry: ArchiveEntry) => Sink | undefined;
  /** A part of a header. */
  #pending: Uint8Array = new Uint8Array();
  /** Bytes of the content left, and of the padding after it. */
  #left = 0;
  #padding = 0;
  #sink: Sink | undefined;
  #override: Override = {};
  #entries = 0;
  #meta = 0;
  #zeroBlocks = 0;

  constructor(visit: (entry: ArchiveEntry) => Sink | undefined) {
    this.#visit = visit;
  }

  write(chunk: Uint8Array): void {
    let at = 0;
    // Two blocks of zeros end an archive, whatever follows.
    while (at < chunk.length && this.#zeroBlocks < 2) {
      if (this.#left > 0) at += this.#writeContent(chunk.subarray(at, at + this.#left));
      else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, chunk.length - at);
        this.#padding -= skipped;
        at += skipped;
      } else {
        const missing = BLOCK - this.#pending.length;
        const part = chunk.subarray(at, at + missing);
        at += part.length;
        const block = this.#pending.length === 0 ? part : Buffer.concat([this.#pending, part]);
        this.#pending = new Uint8Array();
        if (block.length === BLOCK) this.#readHeader(block);
        else this.#pending = Uint8Array.from(block);
      }
    }
  }

  end(): void {
    if (this.#zeroBlocks < 2 && this.#left + this.#padding + this.#pending.length > 0)
      throw new TarError('it is truncated');
  }

  #writeContent(chunk: Uint8Array): number {
    this.#sink?.write(chunk);
    this.#left -= chunk.length;
    if (this.#left === 0) this.#endContent();
    return chunk.length;
  }

  #endContent(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end();
  }

  #readHeader(block: Uint8Array): void {
    if (block[0] === 0 && block.every(byte => byte === 0)) {
      this.#zeroBlocks++;
      return;
    }
    this.#zeroBlocks = 0;
    if (!isHeader(block))
      throw new TarError('it is damaged: no header where one must be', { isShifted: true });
    if (++this.#entries > MAX_ENTRIES)
      throw new TarError(`it holds more than ${MAX_ENTRIES} files`, { isLimit: true });
    const type = String.fromCharCode(block[156]!);
    const override = META.includes(type) ? {} : this.#override;
    const size = BODILESS.includes(type) ? 0 : (override.size ?? sizeIn(block));
    this.#left = size;
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (META.includes(type)) this.#sink = this.#metaSink(type, size);
    else {
      this.#override = {};
      if (FILE.includes(type) && !override.isSparse)
        this.#sink = this.#visit({ ...placeOf(override.path ?? pathIn(block)), size });
    }
    if (size === 0) this.#endContent();
  }

  /** Takes a header of names and attributes. */
  #metaSink(type: string, size: number): Sink | undefined {
    this.#meta += size;
    if (this.#meta > MAX_ALL_META) throw new TarError('its headers are too large', { isLimit: true });
    if (size > MAX_META || (type !== LONG_NAME && type !== PAX)) return undefined;
    const bytes = Buffer.alloc(size);
    let filled = 0;
    return {
      write: chunk => {
        bytes.set(chunk, filled);
        filled += chunk.length;
      },
      end: () => {
        const added = type === PAX ? paxIn(bytes) : { path: textIn(bytes) };
        this.#override = { ...this.#override, ...added };
      },
    };
  }
}

/** Whether the checksum of a header is right: the sum of its bytes, with blanks in the place of the checksum. */
export function isHeader(block: Uint8Array): boolean {
  const expected = octal(block, 148, 156);
  let [sum, high] = [8 * 32, 0];
  for (let i = 0; i < BLOCK; i++) {
    if (i >= 148 && i < 156) continue;
    sum += block[i]!;
    if (block[i]! > 127) high++;
  }
  // Some old programs summed signed bytes.
  return expected === sum || expected === sum - 256 * high;
}

/** A size: octal digits, or a binary number if the highest bit is set. */
function sizeIn(block: Uint8Array): number {
  const value =
    block[124]! < 128
      ? octal(block, 124, 136)
      : block.subarray(125, 136).reduce((sum, byte) => sum * 256 + byte, block[124]! & 0x7f);
  if (!Number.isSafeInteger(value)) throw new TarError('it is damaged: a size is not a number');
  return value;
}

/** Octal digits between blanks or zeros; 0 if there are none, NaN if there are other characters. */
function octal(block: Uint8Array, from: number, end: number): number {
  const isBlank = (byte: number) => byte === 0 || byte === 32;
  let [at, value] = [from, 0];
  while (at < end && isBlank(block[at]!)) at++;
  for (; at < end && !isBlank(block[at]!); at++) {
    const digit = block[at]! - 48;
    if (digit < 0 || digit > 7) return Number.NaN;
    value = value * 8 + digit;
  }
  return value;
}

/** Text up to the first zero. */
function textIn(field: Uint8Array): string {
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

function pathIn(block: Uint8Array): string {
  const name = textIn(block.subarray(0, 100));
  const isPosix = textIn(block.subarray(257, 263)) === 'ustar';
  const prefix = isPosix ? textIn(block.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Records of the form `LENGTH KEY=VALUE\n`, the length that of the record. */
function paxIn(bytes: Uint8Array): Override {
  let override: Override = {};
  for (let at = 0; at < bytes.length; ) {
    let start = at;
    let length = 0;
    while (start - at < 9 && isDigit(bytes[start])) length = length * 10 + bytes[start++]! - 48;
    if (bytes[start] !== 32 || length <= start - at) break;
    override = withRecord(override, bytes.subarray(start + 1, at + length - 1));
    at += length;
  }
  return override;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

function withRecord(override: Override, record: Uint8Array): Override {
  // The keys that count are path, size and GNU.sparse: most records are looked at no further.
  if (!FIRST_LETTERS.includes(record[0]!)) return override;
  const [, key, value = ''] = /^(path|size|GNU\.sparse)[^=]*=(.*)$/s.exec(textIn(record)) ?? [];
  if (key === 'path') return { ...override, path: value };
  if (key === 'GNU.sparse') return { ...override, isSparse: true };
  if (key !== 'size') return override;
  if (!/^\d{1,15}$/.test(value)) throw new TarError('it is damaged: a size is not a number');
  return { ...override, size: Number(value) };
}

const FIRST_LETTERS = Buffer.from('psG');

/** Folder and name, whatever separators and detours the path has. */
function placeOf(path: string): { readonly folder: string; readonly name: string } {
  const parts = path.split(/[/\\]/).filter(part => !['', '.', '..'].includes(part));
  return { name: parts.pop() ?? '', folder: parts.join('/') };
}
