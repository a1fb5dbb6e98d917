/** Bytes that were whole, damaged in the ways that bytes are damaged. */
import fc from 'fast-check';

type Edit = (bytes: Uint8Array) => Uint8Array;

const splice = (bytes: Uint8Array, start: number, length: number, insert: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + length)]);

/** Most of a file is pixels; what gives it its form stands at its ends. */
const place = fc.oneof(
  fc.nat().map(n => (length: number) => n % (length + 1)),
  fc.nat(300).map(n => (length: number) => Math.min(n, length)),
  fc.nat(60).map(n => (length: number) => Math.max(0, length - n)),
);

/** One to four edits of one of `originals`; `inserts` are bytes that mean something in them. */
export function mutated(
  originals: readonly Uint8Array[],
  inserts: fc.Arbitrary<Uint8Array> = fc.constant(new Uint8Array(1)),
): fc.Arbitrary<Uint8Array> {
  const some = fc.oneof(fc.uint8Array({ maxLength: 8 }), inserts);
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.tuple(place, fc.nat(7)).map(([at, bit]) => (bytes: Uint8Array) => {
      const i = at(bytes.length - 1);
      return bytes.length === 0 ? bytes : splice(bytes, i, 1, Uint8Array.of(bytes[i]! ^ (1 << bit)));
    }),
    fc.tuple(place, some).map(
      ([at, insert]) =>
        (bytes: Uint8Array) =>
          splice(bytes, at(bytes.length), insert.length, insert),
    ),
    fc.tuple(place, some).map(
      ([at, insert]) =>
        (bytes: Uint8Array) =>
          splice(bytes, at(bytes.length), 0, insert),
    ),
    fc.tuple(place, fc.nat(40)).map(
      ([at, length]) =>
        (bytes: Uint8Array) =>
          splice(bytes, at(bytes.length), length, new Uint8Array()),
    ),
    fc.tuple(place, place).map(
      ([from, to]) =>
        (bytes: Uint8Array) =>
          splice(bytes, to(bytes.length), 0, bytes.subarray(from(bytes.length)).subarray(0, 4096)),
    ),
    { weight: 1, arbitrary: place.map(at => (bytes: Uint8Array) => bytes.subarray(0, at(bytes.length))) },
  );
  return fc
    .tuple(fc.constantFrom(...originals), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([original, edits]) => edits.reduce((bytes, change) => change(bytes), original));
}
