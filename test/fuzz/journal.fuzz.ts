/** Whatever became of a journal, it is opened, repaired or refused, and what it gives back is what was written. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect } from 'vitest';
import { experimentSchema } from '../../src/config/schema.ts';
import { planTrials } from '../../src/plan/plan.ts';
import type { TrialRecord } from '../../src/records/record.ts';
import { Journal } from '../../src/store/journal.ts';
import { identityOf } from '../../src/store/manifest.ts';
import { readRun } from '../../src/store/stored-run.ts';
import { mutated } from './mutations.ts';
import { isOrderly } from './orderly.ts';

const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'journal.jsonl');
const experiment = experimentSchema.parse({});
const identity = identityOf(
  { name: 'fuzzed', experiment },
  { kind: 'synthetic', fingerprint: 'f' },
  'portable-1',
);
/** Trials enough for every record below; only their ids and settings count. */
const [trial] = planTrials(experiment, { fingerprint: 'f', numerics: 'portable-1' });
const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const trials = ids.map((id, index) => ({ ...trial!, id, index }));
const open = (repair: boolean) => Journal.open(path, identity, () => trials, { repair, warn: () => {} });

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0);
const error = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\u2028', 'a\r\nb', '\u0085\u2029', '\ud800'),
);
const record: fc.Arbitrary<TrialRecord> = fc.record(
  {
    id: fc.constantFrom(...ids),
    status: fc.constantFrom('completed', 'diverged', 'failed'),
    iterations: fc.nat(),
    losses: fc.array(finite),
    accuracies: fc.array(fc.record({ epoch: fc.nat(), trainAccuracy: finite, valAccuracy: finite })),
    seconds: fc.nat(),
    error,
  },
  { requiredKeys: ['id', 'status', 'iterations', 'losses', 'accuracies', 'seconds'] },
);

const recordOf = (id: string): TrialRecord => ({
  id,
  status: 'failed',
  iterations: 2,
  losses: [2.3, 1 / 3],
  accuracies: [{ epoch: 0, trainAccuracy: 0.1, valAccuracy: 0.125 }],
  seconds: 0.5,
  error: 'größer',
});
async function written(records: readonly TrialRecord[]): Promise<Buffer> {
  rmSync(path, { force: true });
  const journal = await open(false);
  await journal.append(records);
  await journal.close();
  return readFileSync(path);
}
const whole = await written(['a', 'b', 'c'].map(recordOf));
const insert = fc
  .constantFrom(
    '\n',
    '\r\n',
    '\0',
    '\0'.repeat(4096),
    '\u2028',
    '{}\n',
    '[',
    '"',
    '1e999',
    ',"__proto__":{}',
    'null\n',
  )
  .map(text => Buffer.from(text));

describe('the journal', () => {
  isOrderly(
    'journals as they are written, cut anywhere',
    0.03,
    fc.tuple(fc.array(record), fc.nat()),
    async ([records, cut]) => {
      const bytes = await written(records);
      const left = bytes.subarray(0, bytes.length - (cut % (bytes.length + 1)));
      writeFileSync(path, left);
      const journal = await open(false);
      const last = new Map(records.map(each => [each.id, each]));
      for (const entry of journal.entries.values()) {
        const read = journal.record(entry);
        expect(records).toContainEqual(read);
        if (left.length === bytes.length) expect(read).toEqual(last.get(entry.id));
      }
      await journal.close();
    },
  );

  isOrderly(
    'damaged journals',
    0.06,
    fc.tuple(mutated([whole], insert), fc.boolean()),
    async ([bytes, repair]) => {
      writeFileSync(path, bytes);
      const journal = await open(repair);
      try {
        for (const entry of journal.entries.values())
          expect(journal.record(entry)).toEqual(recordOf(entry.id));
        await journal.append([recordOf('d')]);
      } finally {
        await journal.close();
      }
      const again = await open(false);
      expect(again.entries.has('d')).toBe(true);
      await again.close();
    },
  );

  isOrderly('damaged journals, only looked at', 0.03, mutated([whole], insert), async bytes => {
    writeFileSync(path, bytes);
    try {
      await (await readRun(folder)).close();
    } finally {
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
  });
});
