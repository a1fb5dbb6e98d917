/** What a pickle may hold, and the bytes and words that its values stand for. */
import { latin1, latin1InRawUnicode, latin1InUtf8 } from './python-text.ts';

/** A name, the arguments of its call, and the state that was set. */
export interface PythonCall {
  readonly name: CallableName;
  readonly args: readonly PickleValue[];
  state?: PickleValue;
}

/** Text as it stands in the pickle: decoded where it is needed, for a batch of pixels may be text. */
export interface PythonText {
  readonly encoded: Uint8Array;
  readonly encoding: 'utf-8' | 'raw-unicode-escape';
}

/** Strings of Python 2 are bytes. Lists and tuples are arrays. */
export type PickleValue =
  | number
  | boolean
  | null
  | Uint8Array
  | PythonText
  | PickleValue[]
  | Map<string, PickleValue>
  | PythonCall
  | GlobalName;

/** A name that may be called. */
export interface GlobalName {
  readonly global: CallableName;
}

/** What a batch may call, by its names in Python 2, Python 3, NumPy 1 and NumPy 2. */
export const CALLABLE = {
  'numpy.core.multiarray._reconstruct': 'reconstruct',
  'numpy._core.multiarray._reconstruct': 'reconstruct',
  'numpy.core.numeric._frombuffer': 'frombuffer',
  'numpy._core.numeric._frombuffer': 'frombuffer',
  'numpy.core.multiarray.scalar': 'scalar',
  'numpy._core.multiarray.scalar': 'scalar',
  'numpy.ndarray': 'ndarray',
  'numpy.dtype': 'dtype',
  '_codecs.encode': 'encode',
  '__builtin__.bytes': 'bytes',
  'builtins.bytes': 'bytes',
  '__builtin__.bytearray': 'bytes',
  'builtins.bytearray': 'bytes',
} as const;
type CallableName = (typeof CALLABLE)[keyof typeof CALLABLE];

/** Longest name or number, in bytes. */
export const MAX_WORD = 200;

/** The bytes that a value stands for: a string of Python 2, bytes of Python 3, or text of one byte a character. Undefined for others. */
export function bytesOf(
  value: PickleValue | undefined,
  most = Number.POSITIVE_INFINITY,
): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (isText(value)) {
    // No byte takes more than six in a pickle.
    if (value.encoded.length > 6 * most) return undefined;
    return value.encoding === 'utf-8' ? latin1InUtf8(value.encoded) : latin1InRawUnicode(value.encoded);
  }
  if (!isCall(value)) return undefined;
  const [content] = value.args;
  // As Python 3 writes bytes in protocols 0 to 2: text and its encoding.
  if (value.name === 'encode') return isText(content) ? bytesOf(content, most) : undefined;
  if (value.name !== 'bytes') return undefined;
  return content === undefined ? new Uint8Array() : content instanceof Uint8Array ? content : undefined;
}

/** Short text, or bytes of ASCII. */
export function wordOf(value: PickleValue | undefined): string | undefined {
  const bytes = bytesOf(value, MAX_WORD);
  return bytes && bytes.length <= MAX_WORD ? latin1(bytes) : undefined;
}

export const isCall = (value: PickleValue | undefined): value is PythonCall =>
  typeof value === 'object' && value !== null && 'args' in value;
export const isGlobal = (value: PickleValue): value is GlobalName =>
  typeof value === 'object' && value !== null && 'global' in value;
const isText = (value: PickleValue | undefined): value is PythonText =>
  typeof value === 'object' && value !== null && 'encoded' in value;
