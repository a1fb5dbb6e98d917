/** Whatever happened to a journal, opening it ends in a run that can go on or a CifarNormError. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.ts';
import { Journal } from '../../src/run/journal.ts';
import type { Identity } from '../../src/run/manifest.ts';
import { readRun } from '../../src/run/stored-run.ts';
import { damaged, FUZZ_TIMEOUT, fuzz } from '../fuzzing.ts';

const identity: Identity = {
  name: 'fuzzed',
  experiment: experimentSchema.parse({}),
  data: { kind: 'synthetic', fingerprint: 'f' },
  numerics: 'portable-1',
};
const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-fuzz-'));
const path = join(folder, 'journal.jsonl');
const open = (repair: boolean) => Journal.open(path, identity, { repair, tell: () => {} });
const IDS = ['a', 'b', 'c'];
const recordOf = (id: string) => ({
  id,
  status: 'completed' as const,
  iterations: 2,
  losses: [2.3, 1 / 3],
  accuracies: [{ epoch: 0, trainAccuracy: 0.1, valAccuracy: 0.125 }],
  seconds: 0.5,
});

describe('the journal is orderly', { timeout: FUZZ_TIMEOUT }, () => {
  let whole: Uint8Array;
  beforeAll(async () => {
    const journal = await open(false);
    for (const id of IDS) await journal.append(recordOf(id));
    await journal.close();
    whole = readFileSync(path);
  });

  it('with damage of any kind: what it gives back is what was written, or nothing', async () => {
    const inputs = fc.constant(undefined).chain(() => fc.tuple(damaged(whole), fc.boolean()));
    await fuzz('journal: damaged', 0.1, inputs, async ([bytes, repair]) => {
      writeFileSync(path, bytes);
      const journal = await open(repair);
      try {
        for (const entry of journal.entries.values())
          expect(journal.record(entry)).toEqual(recordOf(entry.id));
        await journal.append(recordOf('d'));
      } finally {
        await journal.close();
      }
      const again = await open(false);
      expect(again.entries.has('d')).toBe(true);
      await again.close();
    });
  });

  it('read without changing it', async () => {
    const inputs = fc.constant(undefined).chain(() => damaged(whole));
    await fuzz('journal: read only', 0.04, inputs, async bytes => {
      writeFileSync(path, bytes);
      await (await readRun(folder)).close();
      expect(readFileSync(path).equals(bytes)).toBe(true);
    });
    rmSync(folder, { recursive: true });
  });
});
