/**
 * The journal's format: one line of JSON each, whose last key is a hash of the rest of the line.
 *
 * - plan lines say which run it is and which trials are planned. They are written twice, so that no single damaged line
 *   loses a run; a run that is extended has further ones.
 * - invocation lines say what worked on the run.
 * - record lines hold one finished trial each.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { PlannedTrial } from '../plan/trial.ts';
import { type TrialRecord, trialRecordSchema } from '../records/record.ts';
import { type Invocation, identitySchema, invocationSchema } from './manifest.ts';

/** Raised when older programs can no longer read what is written. */
const FORMAT = 2;

/** A trial as a plan line holds it; its settings are the experiment's, changed by its axes. */
const plannedSchema = z.strictObject({
  id: z.string(),
  index: z.int().nonnegative(),
  axes: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.array(z.number())])),
  groups: z.array(z.string()),
  seed: z.int(),
});

const planLineSchema = z.strictObject({
  format: z.literal(FORMAT),
  run: identitySchema,
  startedAt: z.string(),
  trials: z.array(plannedSchema),
});
export type PlanLine = z.output<typeof planLineSchema>;

const invocationLineSchema = z.strictObject({ invocation: invocationSchema });

export type Line =
  | { readonly kind: 'plan'; readonly plan: PlanLine }
  | { readonly kind: 'invocation'; readonly invocation: Invocation }
  | { readonly kind: 'record'; readonly record: TrialRecord }
  /** The hash is right, but this program does not know the content: a newer one wrote it. */
  | { readonly kind: 'newer' }
  /** A journal of cifar-norm 0.1.0. */
  | { readonly kind: 'older' }
  /** An editor or another program added it. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'corrupt' };

const SEAL = /^,"sha256":"([0-9a-f]{16})"\}$/;
const SEAL_BYTES = ',"sha256":"0123456789abcdef"}'.length;

/** V8's longest string, and so the longest line. A trial of MOST_ITERATIONS (see plan/limits.ts) has a shorter line. */
export const MOST_LINE_BYTES = 2 ** 29 - 64;

/** @param open an object's JSON without its closing brace */
const hash = (open: string | Uint8Array) =>
  createHash('sha256').update(open).update('}').digest('hex').slice(0, 16);

/** The object as a line that ends in its hash and a newline. */
function sealed(object: object): string {
  const open = JSON.stringify(object).slice(0, -1);
  return `${open},"sha256":"${hash(open)}"}\n`;
}

export function planLine({
  run,
  startedAt,
  trials,
}: Pick<PlanLine, 'run' | 'startedAt'> & { readonly trials: readonly PlannedTrial[] }): string {
  const planned = trials.map(({ id, index, seed, axes, groups }) => ({ id, index, seed, axes, groups }));
  return sealed({ format: FORMAT, run, startedAt, trials: planned });
}
export const invocationLine = (invocation: Invocation): string => sealed({ invocation });
export const recordLine = (record: TrialRecord): string => sealed(record);

/** How every journal begins; a torn first line is a beginning of this. */
export const BEGINNING = `{"format":${FORMAT},"run":{`;

const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const SPACES: ReadonlySet<number | undefined> = new Set(Buffer.from(' \t\r\n'));

/**
 * A line's content: without what editors, Git or tools of Windows put around it, such as a carriage return. The seal is that of
 * the content.
 * @param bytes a line without its newline
 */
export function contentOf(bytes: Buffer): Buffer {
  let from = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  let to = bytes.length;
  while (from < to && SPACES.has(bytes[from])) from++;
  while (from < to && SPACES.has(bytes[to - 1])) to--;
  return bytes.subarray(from, to);
}

/** @param bytes the content of a line */
export function readLine(bytes: Buffer): Line {
  if (bytes.length === 0) return { kind: 'blank' };
  const content = unsealed(bytes);
  if (typeof content !== 'object' || content === null) return { kind: 'corrupt' };
  if ('id' in content) {
    const { data: record } = trialRecordSchema.safeParse(content);
    if (record) return { kind: 'record', record };
  } else if ('invocation' in content) {
    const { data } = invocationLineSchema.safeParse(content);
    if (data) return { kind: 'invocation', invocation: data.invocation };
  } else if ('run' in content) {
    if (!('format' in content)) return { kind: 'older' };
    const { data: plan } = planLineSchema.safeParse(content);
    if (plan) return { kind: 'plan', plan };
  }
  return { kind: 'newer' };
}

/** Whether the hash of a line's content matches the rest of it. */
export function isSealed(bytes: Buffer): boolean {
  const end = bytes.length - SEAL_BYTES;
  const seal = end > 0 && end < MOST_LINE_BYTES ? SEAL.exec(bytes.toString('latin1', end)) : null;
  return seal !== null && hash(bytes.subarray(0, end)) === seal[1];
}

/** The content of a line; undefined if its hash does not match, or the rest is not JSON. */
function unsealed(bytes: Buffer): unknown {
  if (!isSealed(bytes)) return undefined;
  try {
    const { sha256: _, ...content } = JSON.parse(bytes.toString()) as object & { sha256: string };
    return content;
  } catch {
    return undefined;
  }
}
