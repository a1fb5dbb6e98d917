/** What a file is, by its bytes: names say little about what a browser, a library or a version control system has stored. */
import { isUtf8 } from 'node:buffer';
import { IMAGE_SIZE } from '../dataset.ts';
import { isHeader } from './tar.ts';

/** Bytes of an image and its label in a binary batch. */
export const RECORD = 1 + IMAGE_SIZE;
/** Images of CIFAR-100 have two labels. */
const RECORD_100 = 2 + IMAGE_SIZE;

/** How many bytes `recognize` looks at: some records of a binary batch, more than the header of a tar archive. */
export const HEAD_BYTES = 16_384;
/** How many bytes `conversionOf` looks at. */
export const SAMPLE_BYTES = 8 << 20;

export const FETCH = 'fetch the original with: cifar-norm data download';
const UNPACK = 'unpack it, and name the folder of the batches';
const ANOTHER = `${FETCH} (the images are the same, but the program reads only the batches of the binary and the Python version)`;

/** What a file is. */
export interface Kind {
  readonly name: string;
  /** To follow `it is`. */
  readonly words: string;
  /** What to do if it stands in the place of CIFAR-10. */
  readonly hint: string;
}

interface Head {
  readonly bytes: Uint8Array;
  /** The same bytes as text, one character a byte. */
  readonly text: string;
  /** Bytes of the whole file. */
  readonly size: number;
}

interface Row extends Kind {
  readonly is: (head: Head) => boolean;
}

type Test = Row['is'];

/** Begins with one of these, one character a byte. */
const starts =
  (...beginnings: readonly string[]): Test =>
  ({ text }) =>
    beginnings.some(beginning => text.startsWith(beginning));
const matches =
  (pattern: RegExp): Test =>
  ({ text }) =>
    pattern.test(text);

const row = (name: string, is: Test, words: string, hint: string): Row => ({ name, is, words, hint });
const packed = (name: string, is: Test, words: string) => row(name, is, words, `${UNPACK}, or ${FETCH}`);
const other = (name: string, is: Test, words: string) => row(name, is, words, ANOTHER);
const pointer = (name: string, is: Test, command: string) =>
  row(
    name,
    is,
    `a pointer of ${name}: its content has not been fetched`,
    `fetch its content with: ${command}`,
  );
const message = (name: string, is: Test, words: string) =>
  row(name, is, `${words}, not CIFAR-10`, `read it: a server may have answered with a message; or ${FETCH}`);

const LFS = ['version https://git-lfs.github.com/spec/', 'version https://hawser.github.com/spec/'];
const ANNEX = /^[./]*(\.git)?\/annex\/objects\//;
const DVC = /^(\w[\w-]*: .*\r?\n)*outs:\r?\n([ -]*\w[\w-]*: .*\r?\n)*?[ -]*(md5|hash|path): /;

/** The first row that fits counts. */
const rows: readonly Row[] = [
  row('empty', ({ size }) => size === 0, 'empty (it has 0 bytes)', FETCH),
  row(
    'zeros',
    ({ bytes }) => bytes.every(byte => byte === 0),
    'filled with zeros, as a broken copy is',
    FETCH,
  ),
  row('gzip', starts('\x1f\x8b'), 'compressed with gzip', UNPACK),
  row('tar', ({ bytes }) => bytes.length >= 512 && isHeader(bytes.subarray(0, 512)), 'a tar archive', UNPACK),
  row('pickle', isPickle, 'a pickle', 'name the folder of the batches'),
  row('binary batch', isBinary(RECORD, [10]), 'a binary batch', 'name the folder of the batches'),
  row('CIFAR-100', isBinary(RECORD_100, [20, 100]), 'a file of CIFAR-100', `CIFAR-10 is needed: ${FETCH}`),
  pointer('Git LFS', starts(...LFS), 'git lfs pull'),
  pointer('git-annex', matches(ANNEX), 'git annex get .'),
  pointer('DVC', matches(DVC), 'dvc pull'),
  other('NumPy archive', isZipOf(/\.npy/), 'an archive of NumPy (.npz)'),
  other('PyTorch', isZipOf(/\/data\.pkl/), 'a file of PyTorch'),
  packed('zip', starts('PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'), 'a zip archive'),
  packed('7-Zip', starts('7z\xbc\xaf\x27\x1c'), 'a 7-Zip archive'),
  packed('RAR', starts('Rar!\x1a\x07'), 'a RAR archive'),
  packed('xz', starts('\xfd7zXZ\0'), 'compressed with xz'),
  packed('bzip2', starts('BZh'), 'compressed with bzip2'),
  packed('zstd', starts('\x28\xb5\x2f\xfd'), 'compressed with zstd'),
  other('PNG', starts('\x89PNG'), 'a PNG image'),
  other('JPEG', starts('\xff\xd8\xff'), 'a JPEG image'),
  other('Parquet', starts('PAR1'), 'a Parquet file'),
  other('Arrow', starts('ARROW1', '\xff\xff\xff\xff'), 'an Arrow file'),
  other('TFRecord', isTfRecord, 'a TFRecord file'),
  other('NumPy', starts('\x93NUMPY'), 'an array of NumPy (.npy)'),
  other('HDF5', starts('\x89HDF\r\n'), 'an HDF5 file'),
  other('MATLAB', starts('MATLAB 5.0 MAT-file', 'MATLAB 7.3 MAT-file'), 'a file of the MATLAB version'),
  row(
    'AppleDouble',
    starts('\0\x05\x16\x07'),
    'a note of macOS about another file',
    'name that file, without ._',
  ),
  message('web page', matches(/^(\xef\xbb\xbf)?\s*<(!doctype|html|head|body|\?xml|!--)/i), 'a web page'),
  message('JSON', head => /^\s*[[{]/.test(head.text) && isText(head), 'JSON'),
  row(
    'UTF-16',
    starts('\xff\xfe', '\xfe\xff'),
    'damaged: it was converted to UTF-16 text, as PowerShell does',
    FETCH,
  ),
  message('text', isText, 'text'),
];

/**
 * What a file is; undefined if it is nothing known.
 * @param head its first HEAD_BYTES, or all
 * @param size bytes of the whole file
 */
export function recognize(head: Uint8Array, size: number): Kind | undefined {
  const bytes = head.subarray(0, HEAD_BYTES);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return rows.find(({ is }) => is({ bytes, text, size }));
}

/** Whether a file only says where its content is kept. */
export const isPointer = (kind: Kind | undefined): boolean =>
  kind !== undefined && ['Git LFS', 'git-annex', 'DVC'].includes(kind.name);

/** Whole records that begin with labels. */
function isBinary(record: number, classes: readonly number[]) {
  return ({ bytes, size }: Head): boolean => {
    if (size === 0 || size % record !== 0) return false;
    for (let at = 0; at + classes.length <= bytes.length; at += record)
      if (classes.some((count, i) => bytes[at + i]! >= count)) return false;
    return true;
  };
}

/** Protocol 2 to 5, or how a dict or a call begins in protocol 0 and 1. */
function isPickle({ bytes, text }: Head): boolean {
  if (bytes[0] === 0x80) return bytes[1]! >= 2 && bytes[1]! <= 5;
  return /^(\(dp?\d*\r?\n|\}q|\}\(|c[\w.]+\r?\n[\w.]+\r?\n)/.test(text);
}

/** A zip archive whose first file has such a name. */
function isZipOf(name: RegExp): Test {
  return ({ text }) => text.startsWith('PK\x03\x04') && name.test(text.slice(30, 130));
}

/** A length, its checksum, and an example with an image or a label. */
function isTfRecord({ bytes, text, size }: Head): boolean {
  if (bytes.length < 64 || bytes.subarray(3, 8).some(byte => byte > 0)) return false;
  return size > 64 && /image|label/.test(text.slice(12, 80));
}

function isText({ bytes, size }: Head): boolean {
  // A character may be cut at the end.
  const end = size > bytes.length ? bytes.length - 4 : bytes.length;
  return (
    bytes.every(byte => byte > 31 || (byte > 8 && byte < 14) || byte === 27) &&
    isUtf8(bytes.subarray(0, Math.max(0, end)))
  );
}

const AGAIN = `copy it again as binary (FTP: binary; git: -text in .gitattributes), or ${FETCH}`;
const converted = (how: string): Kind => ({ name: 'converted', words: `damaged: ${how}`, hint: AGAIN });
const LINE_ENDINGS = 'its line endings were converted, as a transfer in text mode does';

/** So many of a byte, or of pairs of bytes, are no chance. */
const MANY = 12;

/** For bytes that are shifted, but not at the end, and that show no more. */
export const SHIFTED = converted(
  'bytes are missing from it or were inserted, as where a transfer in text mode converts line endings',
);

/**
 * What a transfer as text has done to binary bytes; undefined if nothing shows. In images as in compressed bytes, CR and LF are
 * about as frequent as their neighbours, and CRLF is as frequent as pairs of their neighbours.
 * @param bytes the first SAMPLE_BYTES of a file, or all
 * @param isShifted whether bytes are known to be missing or inserted before the end
 */
export function conversionOf(bytes: Uint8Array, isShifted = false): Kind | undefined {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const { length } = sample;
  const counts = new Uint32Array(256);
  let [pairs, similar] = [0, 0];
  for (let i = 0; i < length; i++) {
    const byte = sample[i]!;
    counts[byte]!++;
    if (byte < 9 || byte > 11) continue;
    if (sample[i - 1] === byte + 3) byte === LF ? pairs++ : similar++;
  }
  const high = counts.subarray(128).some(count => count > 0);
  const end = bytes.length > length ? length - 4 : length;
  if (high && length >= MANY && isUtf8(sample.subarray(0, end)))
    return converted('it was converted to UTF-8, as a transfer in text mode does');
  if (counts[LF]! >= MANY && pairs === counts[LF]) return converted(`${LINE_ENDINGS} (LF to CRLF)`);
  const isGone = (byte: number) => counts[byte] === 0 && counts[byte - 1]! + counts[byte + 1]! >= 4 * MANY;
  // Protocol 0 of pickles has no CR.
  if (!PROTOCOL_0.includes(sample[0]!)) {
    if (similar >= 2 * MANY && pairs < similar / 8) return converted(`${LINE_ENDINGS} (CRLF to LF)`);
    if (isGone(CR) || isGone(LF)) return converted(LINE_ENDINGS);
  }
  return isShifted ? SHIFTED : undefined;
}

const [LF, CR] = [10, 13] as const;
/** How pickles of protocol 0 begin. */
const PROTOCOL_0 = Buffer.from('(c');
