/** Whatever became of a journal, it is opened, repaired or refused, and what it gives back is what was written. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect } from 'vitest';
import { experimentSchema } from '../../src/config/schema.ts';
import { planTrials } from '../../src/plan/plan.ts';
import type { TrialRecord } from '../../src/records/record.ts';
import { chartsOf } from '../../src/report/charts.ts';
import { findingIn } from '../../src/report/run-view.ts';
import { viewOf } from '../../src/run/views.ts';
import { refuseForeign, setAside } from '../../src/store/folder.ts';
import { Journal } from '../../src/store/journal.ts';
import { identityOf } from '../../src/store/manifest.ts';
import { statusOf } from '../../src/store/status.ts';
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

  const around = fc.constantFrom('', '', '\r', '\r\r', ' ', '\t \r', '\n', '\r\n \n');
  isOrderly(
    'journals that editors changed, with nothing lost',
    0.03,
    fc.tuple(fc.boolean(), fc.array(around, { minLength: 8, maxLength: 8 }), fc.boolean(), fc.boolean()),
    async ([isMarked, paddings, isOpen, repair]) => {
      const lines = whole.toString('utf8').trimEnd().split('\n');
      const text = lines.map((line, i) => `${line}${paddings[i % 8]}\n`).join('');
      writeFileSync(path, (isMarked ? '\ufeff' : '') + (isOpen ? text.replace(/\n$/, '') : text));
      const journal = await open(repair);
      expect([...journal.entries.keys()]).toEqual(['a', 'b', 'c']);
      for (const entry of journal.entries.values()) expect(journal.record(entry)).toEqual(recordOf(entry.id));
      await journal.append([recordOf('d')]);
      await journal.close();
      const again = await open(false);
      expect([...again.entries.keys()]).toEqual(['a', 'b', 'c', 'd']);
      await again.close();
    },
  );

  const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
  isOrderly(
    'journals with zeros at their end, with only the last line lost',
    0.02,
    fc.tuple(
      fc.nat(whole.length - lastLine - 1),
      fc.integer({ min: 1, max: whole.length }),
      fc.nat(3),
      fc.boolean(),
    ),
    async ([from, length, zeros, isEnded]) => {
      const bytes = Buffer.concat([whole, Buffer.alloc(zeros * 4096), Buffer.from(isEnded ? '\n' : '')]);
      bytes.fill(0, lastLine + from, Math.min(lastLine + from + length, whole.length));
      writeFileSync(path, bytes);
      const journal = await open(false);
      expect([...journal.entries.keys()].slice(0, 2)).toEqual(['a', 'b']);
      await journal.append([recordOf('c')]);
      expect([...journal.entries.keys()]).toEqual(['a', 'b', 'c']);
      await journal.close();
      expect(readFileSync(path).equals(whole)).toBe(true);
    },
  );

  const lengths = fc.array(fc.integer({ min: 20, max: 9000 }), { maxLength: 4 });
  isOrderly('journals of zeros', 0.002, lengths, async each => {
    writeFileSync(path, each.map(length => '\0'.repeat(length)).join('\n'));
    const journal = await open(false);
    expect(journal.entries.size).toBe(0);
    await journal.close();
  });

  const contents = whole
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(0, -1, 1e308, 2 ** 53, '', '__proto__', 'a', 'batchnorm', null, [], {}, [[[]]]),
  );
  isOrderly(
    'sealed lines with other content',
    0.05,
    fc.array(
      fc.tuple(fc.nat(contents.length - 1), fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), anything),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    async changes => {
      const lines = structuredClone(contents);
      for (const [line, places, value] of changes) replaceIn(lines[line]!, places, value);
      writeFileSync(path, lines.map(sealed).join(''));
      await useRun();
    },
  );
});

/** Replaces, or removes, a value in a tree; each place chooses a branch. */
function replaceIn(
  tree: Record<string, unknown> | unknown[],
  [place, ...places]: readonly number[],
  value: unknown,
): void {
  const keys = Object.keys(tree);
  if (keys.length === 0) return;
  const key = keys[place! % keys.length]! as keyof typeof tree;
  const inner: unknown = tree[key];
  if (places.length > 0 && typeof inner === 'object' && inner !== null)
    replaceIn(inner as Record<string, unknown>, places, value);
  else if (place! % 7 === 0) delete tree[key];
  else tree[key] = value as never;
}

function sealed({ sha256: _, ...content }: Record<string, unknown>): string {
  const json = JSON.stringify(content);
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 16);
  return `${json.slice(0, -1)}${json === '{}' ? '' : ','}"sha256":"${hash}"}\n`;
}

/** Reads the run as the commands do. */
async function useRun(): Promise<void> {
  const run = await readRun(folder);
  try {
    await statusOf(run);
    for (const { record } of run.results) record();
    chartsOf(viewOf(run).charts, run.results, viewOf(run).data);
    findingIn(viewOf(run));
  } finally {
    await run.close();
  }
}

describe('the views beside a journal', () => {
  const manifest = {
    ...{ ...identity, command: 'sweep', dataSource: 'x', version: '1', node: 'v1', status: 'finished' },
    ...{ trials: { planned: 1, completed: 1, diverged: 0, failed: 0 }, startedAt: '', trainingSeconds: 1 },
  };
  const texts = {
    'manifest.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'finding.json': '{ "sentences": ["x"] }\n',
    'trials.csv': 'trial,status\n0,completed\n',
  };
  isOrderly(
    'manifests, findings and CSV files',
    0.03,
    fc.tuple(
      fc.constantFrom(...(Object.keys(texts) as (keyof typeof texts)[])).chain(name =>
        fc.tuple(
          fc.constant(name),
          fc.oneof(
            mutated([Buffer.from(texts[name])], insert),
            fc.uint8Array(),
            fc.json().map(text => Buffer.from(text)),
          ),
        ),
      ),
      fc.boolean(),
    ),
    async ([[name, bytes], isFresh]) => {
      const place = mkdtempSync(join(folder, 'views-'));
      writeFileSync(join(place, 'journal.jsonl'), whole);
      writeFileSync(join(place, name), bytes);
      let aside: string | undefined;
      try {
        await refuseForeign(place);
        if (isFresh) aside = await setAside(place);
      } finally {
        const kept = aside ?? place;
        expect(readFileSync(join(kept, name)).equals(bytes)).toBe(true);
        expect(readFileSync(join(kept, 'journal.jsonl')).equals(whole)).toBe(true);
        for (const each of [place, kept]) rmSync(each, { recursive: true, force: true });
      }
    },
  );
});
