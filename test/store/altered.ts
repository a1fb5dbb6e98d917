/** Journals that were altered and sealed again: what only `verify` can find. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrialRecord } from '../../src/records/record.ts';
import type { PlanLine } from '../../src/store/format.ts';
import type { Invocation } from '../../src/store/manifest.ts';
import { emptyFolder } from '../e2e/cli.ts';

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** The content of a journal, to be changed in place. */
export interface Journal {
  readonly plans: Mutable<PlanLine>[];
  readonly invocations: { invocation: Mutable<Invocation> }[];
  readonly records: Mutable<TrialRecord>[];
}

export function readLines(folder: string): Journal {
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
  const contents = lines.map(line => {
    const { sha256: _, ...content } = JSON.parse(line) as { sha256: string };
    return content;
  });
  return {
    plans: contents.filter((content): content is PlanLine => 'run' in content),
    invocations: contents.filter((content): content is { invocation: Invocation } => 'invocation' in content),
    records: contents.filter((content): content is TrialRecord => 'id' in content),
  };
}

/** A line with the right checksum. */
export function sealed(content: object): string {
  const text = JSON.stringify(content);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${text.slice(0, -1)},"sha256":"${hash}"}`;
}

/** A folder with the journal's lines, in the order in which a run writes them, and any others behind. */
export function writeLines({ plans, invocations, records }: Journal, others: readonly string[] = []): string {
  const folder = join(emptyFolder(), 'altered');
  mkdirSync(folder);
  const lines = [...[...plans, ...invocations, ...records].map(sealed), ...others];
  writeFileSync(join(folder, 'journal.jsonl'), lines.map(line => `${line}\n`).join(''));
  return folder;
}
