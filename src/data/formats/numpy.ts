/** Arrays of NumPy as they stand in pickles, written by NumPy 1 or 2 in any protocol. */
import { bytesOf, isCall, type PickleValue, type PythonCall, wordOf } from './pickle-values.ts';

/** A pickled array: its elements are still bytes. */
export interface PickledArray {
  /** Kind and bytes of an element: `u1`, `i8`, `f4`. */
  readonly dtype: string;
  readonly isLittleEndian: boolean;
  readonly shape: readonly number[];
  /** Columns follow one another, not rows. */
  readonly isFortran: boolean;
  readonly bytes: Uint8Array;
}

/** The array that a value stands for; undefined if it is none, or if its bytes do not fill its shape. */
export function arrayOf(value: PickleValue | undefined): PickledArray | undefined {
  if (!isCall(value)) return undefined;
  const [shape, dtype, isFortran, content] = partsOf(value);
  const type = dtypeOf(dtype);
  if (!type || !isShape(shape) || typeof isFortran !== 'boolean') return undefined;
  const size = shape.reduce((product, length) => product * length, 1) * type.itemSize;
  const bytes = bytesOf(content, size);
  if (bytes?.length !== size) return undefined;
  return { ...{ dtype: type.name, isLittleEndian: type.isLittleEndian }, shape, isFortran, bytes };
}

/** Shape, dtype, order and content. */
function partsOf({ name, args, state }: PythonCall): readonly (PickleValue | undefined)[] {
  // Protocol 5: _frombuffer(content, dtype, shape, 'C' or 'F').
  if (name === 'frombuffer') return [args[2], args[1], wordOf(args[3]) === 'F', args[0]];
  // Others: _reconstruct(..), with the state (version, shape, dtype, is Fortran order, content).
  return name === 'reconstruct' && Array.isArray(state) ? state.slice(1) : [];
}

/** The number that a scalar of NumPy stands for; undefined if it is none. */
export function scalarOf(value: PickleValue | undefined): number | undefined {
  if (!isCall(value) || value.name !== 'scalar') return undefined;
  const type = dtypeOf(value.args[0]);
  const bytes = bytesOf(value.args[1], type?.itemSize);
  if (!type || bytes?.length !== type.itemSize) return undefined;
  return numbersOf({ dtype: type.name, isLittleEndian: type.isLittleEndian, bytes })?.[0];
}

const READERS: Readonly<Record<string, (view: DataView, at: number, isLittle: boolean) => number>> = {
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, isLittle) => view.getUint16(at, isLittle),
  i2: (view, at, isLittle) => view.getInt16(at, isLittle),
  u4: (view, at, isLittle) => view.getUint32(at, isLittle),
  i4: (view, at, isLittle) => view.getInt32(at, isLittle),
  u8: (view, at, isLittle) => Number(view.getBigUint64(at, isLittle)),
  i8: (view, at, isLittle) => Number(view.getBigInt64(at, isLittle)),
  f4: (view, at, isLittle) => view.getFloat32(at, isLittle),
  f8: (view, at, isLittle) => view.getFloat64(at, isLittle),
};

/** The elements of an array in the order of their bytes; undefined for a dtype that is no number. */
export function numbersOf({
  dtype,
  isLittleEndian,
  bytes,
}: Pick<PickledArray, 'dtype' | 'isLittleEndian' | 'bytes'>): number[] | undefined {
  const read = READERS[dtype];
  const size = Number(dtype[1]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return read && Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size, isLittleEndian));
}

/** `numpy.dtype('u1', ..)` with the state (version, byte order, ..). */
function dtypeOf(value: PickleValue | undefined) {
  if (!isCall(value) || value.name !== 'dtype') return undefined;
  const [, order, kind, size] = /^([<>|=]?)([a-zA-Z])(\d{1,2})$/.exec(wordOf(value.args[0]) ?? '') ?? [];
  if (!kind) return undefined;
  const state = Array.isArray(value.state) ? wordOf(value.state[1]) : undefined;
  return { name: kind + size, itemSize: Number(size), isLittleEndian: (state ?? order) !== '>' };
}

const isShape = (value: PickleValue | undefined): value is number[] =>
  Array.isArray(value) &&
  value.length <= 4 &&
  value.every(length => typeof length === 'number' && Number.isSafeInteger(length) && length >= 0);
