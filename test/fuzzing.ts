/** Inputs of every kind, FUZZ_RUNS of them over all properties: none may break the program, or keep it busy. */
import fc from 'fast-check';
import { CifarNormError } from '../src/errors.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 4000);
const MOST_MS = 2000;
/** Long enough for a hundred thousand. */
export const FUZZ_TIMEOUT = 60_000 + RUNS * 10;

/**
 * Each input is taken, or refused with a CifarNormError whose words are ours; within two seconds.
 * @param share of all runs that this property gets
 */
export async function fuzz<Input>(
  name: string,
  share: number,
  inputs: fc.Arbitrary<Input>,
  take: (input: Input) => unknown,
): Promise<void> {
  let [accepted, refused, longest] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(inputs, async input => {
      const start = performance.now();
      try {
        await take(input);
        accepted++;
      } catch (error) {
        if (!(error instanceof CifarNormError)) throw error;
        if (/Invalid input|received|ZodError|undefined|\[object/.test(error.message))
          throw new Error(`not our words: ${error.message}`);
        refused++;
      }
      const milliseconds = performance.now() - start;
      longest = Math.max(longest, milliseconds);
      if (milliseconds > MOST_MS) throw new Error(`it took ${milliseconds} ms`);
    }),
    { numRuns: Math.ceil(RUNS * share) },
  );
  console.log(
    `${name}: ${accepted + refused} cases, ${accepted} taken, ${refused} refused, the longest ${longest.toFixed(0)} ms`,
  );
}

/** Bytes that were changed in a few places: overwritten, cut out, or with something put in. */
export const damaged = (bytes: Uint8Array, head = bytes.length): fc.Arbitrary<Uint8Array> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(fc.nat(bytes.length), fc.nat(head)),
        fc.oneof(fc.constant(0), fc.nat(8), fc.nat(bytes.length)),
        fc.uint8Array({ maxLength: 12 }),
      ),
      { minLength: 0, maxLength: 4 },
    )
    .map(edits =>
      edits.reduce(
        (old, [place, length, insert]) =>
          Uint8Array.from(Buffer.concat([old.subarray(0, place), insert, old.subarray(place + length)])),
        bytes,
      ),
    );
