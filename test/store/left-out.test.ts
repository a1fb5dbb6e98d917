/** The sentences about lines that a reader leaves out. */
import { expect, it } from 'vitest';
import { leftOutOf } from '../../src/store/left-out.ts';

const none = { corrupt: [], newer: [], foreign: [] };

it.each([
  [{ corrupt: [7] }, ['Line 7 of the journal is corrupt']],
  [{ corrupt: [7, 9, 10, 11, 30, 31] }, ['Lines 7, 9 to 11, 30 and 31 of the journal are corrupt']],
  [{ newer: [3], foreign: [5, 5] }, ['Line 3 of the journal was written', 'Line 5 of the journal belongs']],
  // The plan of another run has the right checksum.
  [{ corrupt: [4, 8], foreign: [8] }, ['Line 4 of the journal is corrupt', 'Line 8 of the journal belongs']],
])('%j', (lines, beginnings) => {
  const sentences = leftOutOf({ ...none, ...lines });
  expect(sentences).toHaveLength(beginnings.length);
  for (const [i, beginning] of beginnings.entries()) expect(sentences[i]).toContain(beginning);
});
