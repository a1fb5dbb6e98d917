/**
 * The truth of a run: a first line that says which run it is, then one line of JSON for each finished trial, flushed to
 * disk before the trial counts as done; and one for each invocation, before its trials. Everything else in the run's folder
 * is a view of it. Each line ends in a hash of the rest of it, so that no damage goes unseen.
 */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { copyFile, type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CifarNormError } from '../errors.ts';
import { syncFolder, writeAtomically } from '../files/atomic.ts';
import { differences, type Identity, type Invocation, identitySchema, invocationSchema } from './manifest.ts';
import { type TrialRecord, trialRecordSchema } from '../records/record.ts';
import { type Summary, summarize } from '../records/measures.ts';

export const JOURNAL = 'journal.jsonl';

const headSchema = z.strictObject({ run: identitySchema, startedAt: z.string() });
export type Head = z.output<typeof headSchema>;
const invocationLineSchema = z.strictObject({ invocation: invocationSchema });

/** What is kept in memory of a record; its histories stay on the disk. */
export interface Entry {
  readonly id: string;
  readonly status: TrialRecord['status'];
  readonly error: string | undefined;
  readonly seconds: number;
  readonly summary: Summary;
  /** Where its line is, in bytes. */
  readonly at: number;
  readonly length: number;
}

/** What was found in a journal file. */
export interface Contents {
  readonly head: Head | undefined;
  /** By trial id; of several records of one trial the last. */
  readonly entries: Map<string, Entry>;
  /** The latest that began. */
  readonly invocation: Invocation | undefined;
  /** Bytes up to the end of the last line. */
  readonly complete: number;
  /** Bytes after it: a line that was being written when the program was killed. */
  readonly torn: number;
  /** Numbers, from 1, of lines that are not what was written. */
  readonly damaged: readonly number[];
}

const CHUNK = 1 << 20;
const SEAL = /,"sha256":"([0-9a-f]{16})"\}$/;

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The object as a line, with its hash as its last key. */
function sealed(object: object): string {
  const text = JSON.stringify(object);
  return `${text.slice(0, -1)},"sha256":"${hash(text)}"}\n`;
}

/** The object of a line; undefined if its hash is not that of the rest. */
function unsealed(line: string): unknown {
  const seal = SEAL.exec(line);
  if (!seal) return undefined;
  const text = `${line.slice(0, seal.index)}}`;
  return hash(text) === seal[1] ? JSON.parse(text) : undefined;
}

/** Reads a journal without changing it. */
export async function readJournal(file: FileHandle): Promise<Contents> {
  const entries = new Map<string, Entry>();
  const damaged: number[] = [];
  let head: Head | undefined;
  let invocation: Invocation | undefined;
  let complete = 0;
  let number = 0;
  for await (const { text, at, length } of linesOf(file)) {
    number++;
    complete = at + length;
    const object = unsealed(text);
    if (number === 1) {
      head = headSchema.safeParse(object).data;
      continue;
    }
    const record = trialRecordSchema.safeParse(object).data;
    const begun = record ? undefined : invocationLineSchema.safeParse(object).data;
    if (record) entries.set(record.id, entryOf(record, at, length));
    else if (begun) invocation = begun.invocation;
    else damaged.push(number);
  }
  const { size } = await file.stat();
  return { head, entries, invocation, complete, torn: size - complete, damaged };
}

function entryOf(record: TrialRecord, at: number, length: number): Entry {
  const { id, status, error, seconds } = record;
  return { id, status, error, seconds, summary: summarize(record), at, length };
}

interface Line {
  readonly text: string;
  readonly at: number;
  /** With its newline, in bytes. */
  readonly length: number;
}

/** Lines that end in a newline, with their places. */
async function* linesOf(file: FileHandle): AsyncGenerator<Line> {
  let at = 0;
  let begun: Buffer[] = [];
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const bytes = Buffer.concat([...begun, chunk.subarray(from, end)]);
      yield { text: bytes.toString(), at, length: bytes.length + 1 };
      at += bytes.length + 1;
      begun = [];
      from = end + 1;
    }
    begun.push(chunk.subarray(from));
  }
}

/** The whole record of an entry. */
export function recordAt(fd: number, { at, length }: Entry): TrialRecord {
  const bytes = Buffer.allocUnsafe(length - 1);
  for (let read = 0; read < bytes.length; ) {
    const count = readSync(fd, bytes, read, bytes.length - read, at + read);
    if (count === 0) throw new CifarNormError('run', 'the journal was cut while it was read', RESTORE);
    read += count;
  }
  return trialRecordSchema.parse(unsealed(bytes.toString()));
}

/** Whether a file without a whole line is empty, or begins as a journal does. */
async function mayBeTornHead(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD.length), 0, HEAD.length, 0);
  return HEAD.startsWith(buffer.toString('utf8', 0, bytesRead));
}

const HEAD = '{"run":';

const foreignError = (path: string) =>
  new CifarNormError('run', `${path}:1: this is not the first line of a journal of this program`, RESTORE);

const RESTORE = 'restore it from a copy, or begin anew with --fresh';

/** A journal that is written to. */
export class Journal {
  readonly head: Head;
  readonly entries: Map<string, Entry>;
  readonly path: string;
  readonly #file: FileHandle;
  #end: number;

  private constructor(path: string, file: FileHandle, head: Head, { entries, complete }: Contents) {
    this.path = path;
    this.#file = file;
    this.head = head;
    this.entries = entries;
    this.#end = complete;
  }

  /**
   * Opens the journal of a run, or begins one. A torn last line is cut off.
   * @param tell is told what had to be mended
   * @throws CifarNormError, with the file as it was, if it is another run's, or if a line before the last is damaged, unless it is to be repaired: then a copy is kept, and the
   *   trials of damaged lines count as not run
   */
  static async open(
    path: string,
    run: Identity,
    { repair, tell }: { readonly repair: boolean; tell(text: string): void },
  ): Promise<Journal> {
    const file = await open(path, 'a+');
    try {
      const contents = await readJournal(file);
      if (contents.complete === 0) {
        if (!(await mayBeTornHead(file))) throw foreignError(path);
        const head = { run, startedAt: new Date().toISOString() };
        const line = sealed(head);
        await file.truncate(0);
        await file.appendFile(line);
        await file.sync();
        await syncFolder(path);
        return new Journal(path, file, head, { ...contents, complete: Buffer.byteLength(line) });
      }
      if (!contents.head) throw foreignError(path);
      refuseAnother(dirname(path), contents.head.run, run);
      if (contents.damaged.length > 0) {
        if (!repair) throw damagedError(path, contents.damaged);
        const copy = `${path}.damaged-${Date.now()}`;
        await copyFile(path, copy);
        await writeAtomically(path, undamaged(file, contents));
        tell(
          `${damagedText(contents.damaged)} of the journal dropped; the damaged journal is kept as ${copy}`,
        );
        await file.close();
        return await Journal.open(path, run, { repair: false, tell });
      }
      if (contents.torn > 0) {
        await file.truncate(contents.complete);
        tell('the last line of the journal was torn and is dropped: its trial runs again');
      }
      return new Journal(path, file, contents.head, contents);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  /** A trial counts as done when this has returned: its record is on the disk. */
  async append(record: TrialRecord): Promise<Entry> {
    const line = sealed(record);
    await this.#file.appendFile(line);
    await this.#file.datasync();
    const entry = entryOf(record, this.#end, Buffer.byteLength(line));
    this.#end += entry.length;
    this.entries.set(record.id, entry);
    return entry;
  }

  async begin(invocation: Invocation): Promise<void> {
    const line = sealed({ invocation });
    await this.#file.appendFile(line);
    this.#end += Buffer.byteLength(line);
  }

  record(entry: Entry): TrialRecord {
    return recordAt(this.#file.fd, entry);
  }

  /** If someone has removed the file, writes it again from the copy that the system keeps while it is open. */
  async restoreIfRemoved(): Promise<boolean> {
    if ((await this.#file.stat()).nlink > 0) return false;
    await writeAtomically(this.path, textOf(this.#file, this.#end));
    return true;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function* textOf(file: FileHandle, end: number): AsyncGenerator<string> {
  for await (const { text, at } of linesOf(file)) if (at < end) yield `${text}\n`;
}

async function* undamaged(file: FileHandle, { damaged }: Contents): AsyncGenerator<string> {
  const numbers = new Set(damaged);
  let number = 0;
  for await (const { text } of linesOf(file)) if (!numbers.has(++number)) yield `${text}\n`;
}

function refuseAnother(folder: string, found: Identity, run: Identity): void {
  const changes = differences(found, run);
  if (changes.length === 0) return;
  throw new CifarNormError(
    'usage',
    `${folder} holds another run; they differ in\n${changes.map(change => `  ${change}`).join('\n')}`,
    'choose another folder with --out DIR, or let --fresh set that run aside',
  );
}

const damagedText = (damaged: readonly number[]) =>
  damaged.length === 1 ? `line ${damaged[0]}` : `${damaged.length} lines (the first: ${damaged[0]})`;

const damagedError = (path: string, damaged: readonly number[]) =>
  new CifarNormError(
    'run',
    `${path}:${damaged[0]}: ${damagedText(damaged)} of the journal ${damaged.length === 1 ? 'is' : 'are'} not what was written`,
    'restore it from a copy, or let --repair drop what is damaged: its trials run again',
  );
