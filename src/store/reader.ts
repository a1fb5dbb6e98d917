/** Reads a journal, without changing it. */
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { CifarNormError } from '../errors.ts';
import type { PlannedTrial } from '../plan/trial.ts';
import type { TrialRecord } from '../records/record.ts';
import { type Entry, entryOf } from './entry.ts';
import {
  BEGINNING,
  contentOf,
  isSealed,
  type Line,
  MOST_LINE_BYTES,
  type PlanLine,
  readLine,
} from './format.ts';
import { differences, type Invocation } from './manifest.ts';
import { contradiction, plannedIn } from './planned.ts';

export interface Contents {
  /** Undefined if no plan line can be read. */
  readonly head: Pick<PlanLine, 'run' | 'startedAt'> | undefined;
  /** In plan order. */
  readonly trials: readonly PlannedTrial[];
  /** By trial id; the last of several records of one trial. */
  readonly entries: Map<string, Entry>;
  /** The latest. */
  readonly invocation: Invocation | undefined;
  /** How many plan lines hold a trial, by its id. */
  readonly copies: ReadonlyMap<string, number>;
  /** Bytes up to the end of the last whole line. */
  readonly complete: number;
  /** Bytes after it: lines that were being written when the program was killed or the power failed. */
  readonly torn: number;
  /** Whether the last whole line lacks its newline. */
  readonly isOpen: boolean;
  /** Whether there is more than lines and newlines: an editor or Git changed the file. */
  readonly isPadded: boolean;
  /** Numbers of lines, from 1; those below too. */
  readonly corrupt: readonly number[];
  readonly newer: readonly number[];
  /** Lines that belong to another run: its plans, which are corrupt here, and records of trials that no line before them plans. */
  readonly foreign: readonly number[];
  /** Plan lines that say something else of a trial than a line before them. */
  readonly contradicting: readonly number[];
  /** Records that a later record of the same trial has replaced. */
  readonly replaced: readonly ReplacedRecord[];
  readonly older: boolean;
}

export interface ReplacedRecord {
  readonly line: number;
  readonly entry: Entry;
}

/** @param known trials that need no plan line, for the caller has planned them */
export async function readJournal(file: FileHandle, known: readonly PlannedTrial[] = []): Promise<Contents> {
  const trials = new Map(known.map(trial => [trial.id, trial]));
  const copies = new Map<string, number>();
  const entries = new Map<string, Entry>();
  const lines = new Map<string, number>();
  const [corrupt, newer]: [number[], number[]] = [[], []];
  const [foreign, contradicting]: [number[], number[]] = [[], []];
  const replaced: ReplacedRecord[] = [];
  /** Numbers of lines that may turn out to be the torn end. */
  let zeroed: number[] = [];
  let head: PlanLine | undefined;
  let invocation: Invocation | undefined;
  let [older, complete, number] = [false, 0, 0];
  let [isOpen, isPadded] = [false, false];
  for await (const whole of linesOf(file)) {
    number++;
    const parts = partsOf(whole);
    const isReadable = parts.some(({ line }) => line.kind !== 'corrupt');
    if (!isReadable && !whole.isEnded) break;
    const isBlank = whole.bytes.length === 0;
    const isZeroed = !isReadable && whole.bytes.includes(0);
    isPadded ||= whole.padding > 0 || isBlank;
    if (isZeroed) zeroed.push(number);
    if (isZeroed || (isBlank && zeroed.length > 0)) continue;
    corrupt.push(...zeroed);
    zeroed = [];
    complete = whole.end;
    isOpen = !whole.isEnded;
    let isCorrupt = parts.length > 1;
    for (const { line, at, bytes } of parts) {
      if (line.kind === 'record') {
        const trial = trials.get(line.record.id);
        if (!trial) foreign.push(number);
        else {
          const earlier = entries.get(trial.id);
          if (earlier) replaced.push({ line: lines.get(trial.id)!, entry: earlier });
          entries.set(trial.id, entryOf(line.record, trial, at, bytes.length));
          lines.set(trial.id, number);
        }
      } else if (line.kind === 'plan' && sameRun(head, line.plan)) {
        head ??= line.plan;
        for (const raw of line.plan.trials) {
          const earlier = trials.get(raw.id);
          copies.set(raw.id, (copies.get(raw.id) ?? 0) + 1);
          if (!earlier || contradicting.at(-1) === number) continue;
          const axes = raw.axes as PlannedTrial['axes'];
          if (contradiction({ ...earlier, ...raw, axes }, earlier)) contradicting.push(number);
        }
        for (const trial of plannedIn(line.plan, trials)) trials.set(trial.id, trial);
      } else if (line.kind === 'invocation') invocation = line.invocation;
      else if (line.kind === 'newer') newer.push(number);
      else if (line.kind === 'older' && number === 1) older = true;
      else if (line.kind !== 'blank') {
        isCorrupt = true;
        if (line.kind === 'plan') foreign.push(number);
      }
    }
    if (isCorrupt) corrupt.push(number);
  }
  const { size } = await file.stat();
  const inPlan = [...trials.values()].filter(({ id }) => copies.has(id)).sort((a, b) => a.index - b.index);
  return {
    ...{ head, trials: inPlan, entries, invocation, copies, complete, torn: size - complete },
    ...{ isOpen, isPadded, corrupt, newer, foreign, contradicting, replaced, older },
  };
}

const sameRun = (head: PlanLine | undefined, { run }: PlanLine): boolean =>
  head === undefined || differences(head.run, run).length === 0;

/**
 * The whole record of an entry, checked again.
 * @throws CifarNormError (run) if the file has changed since the entry was made
 */
export function recordAt(file: FileHandle, path: string, { id, at, length }: Entry): TrialRecord {
  const { fd } = file;
  // Once it is closed; its number may belong to another file by then.
  if (fd < 0)
    throw new CifarNormError(
      'usage',
      `${path}: the run is closed, and its records can no longer be read`,
      'call close after the last use of the run and its results',
    );
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  for (let count = 1; count > 0 && read < bytes.length; read += count)
    count = readSync(fd, bytes, read, bytes.length - read, at + read);
  const line = read < bytes.length ? undefined : readLine(bytes);
  if (line?.kind === 'record' && line.record.id === id) return line.record;
  throw new CifarNormError(
    'run',
    `${path}: the record at byte ${at} is corrupt: the file has changed since it was opened`,
    'run the same command with --repair: trials whose records are corrupt run again',
  );
}

/** Numbers of lines, from 1. Unlike `readJournal` it parses nothing. */
export async function corruptLines(file: FileHandle): Promise<number[]> {
  const corrupt: number[] = [];
  let number = 0;
  for await (const { bytes, isEnded } of linesOf(file)) {
    number++;
    if (isEnded && bytes.length > 0 && !isSealed(bytes)) corrupt.push(number);
  }
  return corrupt;
}

export async function beginningOf(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  return buffer.subarray(0, bytesRead);
}

/** Whether a file without a whole line is empty, or holds the beginning of a journal. A crash leaves zeros in any place of it. */
export async function beginsAsOurs(file: FileHandle): Promise<boolean> {
  const begun = contentOf(await beginningOf(file)).subarray(0, BEGINNING.length);
  return begun.every((byte, i) => byte === 0 || byte === BEGINNING.charCodeAt(i));
}

interface ByteLine {
  /** The content (see `contentOf`), or only its beginning if the line is longer than any that this program writes. */
  readonly bytes: Buffer;
  /** Where the content begins in the file, and where the next line does. */
  readonly at: number;
  readonly end: number;
  /** How many bytes there are around the content. */
  readonly padding: number;
  /** Whether it has its newline: only the last line may lack it. */
  readonly isEnded: boolean;
}

type Part = Pick<ByteLine, 'bytes' | 'at'> & { readonly line: Line };

/** A line; or the lines that a damaged newline joined, each readable on its own. */
export function partsOf(whole: ByteLine): readonly Part[] {
  const line = readLine(whole.bytes);
  if (line.kind !== 'corrupt') return [{ ...whole, line }];
  const parts = [];
  const text = whole.bytes.toString('latin1');
  let from = 0;
  for (const { index, 0: seal } of text.matchAll(/"sha256":"[0-9a-f]{16}"\}(?=.?\{"|$)/gs)) {
    const bytes = whole.bytes.subarray(from, index + seal.length);
    parts.push({ bytes, at: whole.at + from, line: readLine(bytes) });
    from = index + seal.length + (text[index + seal.length] === '{' ? 0 : 1);
  }
  return parts.length > 1 ? parts : [{ ...whole, line }];
}

const CHUNK = 1 << 20;
const HEAD = 1 << 12;

/** All lines, with their positions. */
export async function* linesOf(file: FileHandle): AsyncGenerator<ByteLine> {
  let at = 0;
  let begun: Buffer[] = [];
  let length = 0;
  const add = (bytes: Buffer) => {
    length += bytes.length;
    if (length <= MOST_LINE_BYTES || begun.length === 0) begun.push(bytes);
    else begun.length = 1;
  };
  const line = (isEnded: boolean): ByteLine => {
    const whole = begun.length === 1 ? begun[0]! : Buffer.concat(begun);
    const bytes = contentOf(whole);
    const start = at + (bytes.byteOffset - whole.byteOffset);
    const padding = length - bytes.length;
    at += length + (isEnded ? 1 : 0);
    begun = [];
    length = 0;
    return { bytes, at: start, end: at, padding, isEnded };
  };
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, end));
      yield line(true);
      from = end + 1;
    }
    add(chunk.subarray(from));
  }
  if (length > 0) yield line(false);
}
