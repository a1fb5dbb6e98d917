/**
 * Reads the sentences that the program prints about a run and judges them by the raw figures. A sentence of no known form is a
 * fault; one of several forms is true if one of them finds it true.
 */
import { comparisonSentenceForms } from './comparison-forms.ts';
import type { RawRun } from './facts.ts';
import { axesOf, familyBy, hasAll, netsOf } from './families.ts';
import { findingForms } from './finding-forms.ts';
import type { Claim, Form, Subject } from './judging.ts';

export interface Reading {
  readonly form: string;
  /** Why it is false; none if it is true. */
  readonly faults: readonly string[];
  readonly claims: readonly Claim[];
}

const forms: readonly Form[] = [...findingForms, ...comparisonSentenceForms];

/** What a run says of its nets against one another, by the rule of its usual comparison. */
export function subjectOf(run: RawRun): Subject {
  const nets = netsOf(run);
  const cells = nets.nets.flatMap(net => net.cells);
  const varying = axesOf(cells).flatMap(({ keys }) => keys);
  const declared = Object.keys(run.baseline ?? {}).find(key => varying.includes(key));
  const by = declared ?? (nets.parts.length === 1 ? nets.parts[0]!.keys[0] : undefined);
  const isMissing =
    run.baseline !== undefined && !cells.some(({ settings }) => hasAll(settings, run.baseline!));
  const family = by === undefined || isMissing ? undefined : familyBy(run, by, { baseline: run.baseline });
  return { run, nets, family };
}

const compiled = new WeakMap<Subject, { readonly form: Form; readonly pattern: RegExp }[]>();

/** The forms that the sentences of a run may have. */
function formsOf(subject: Subject): { readonly form: Form; readonly pattern: RegExp }[] {
  const known =
    compiled.get(subject) ??
    forms.flatMap(form => {
      const pattern = form.pattern(subject);
      return pattern === undefined ? [] : [{ form, pattern: new RegExp(`^${pattern}$`) }];
    });
  compiled.set(subject, known);
  return known;
}

/** Reads one sentence. */
export function read(text: string, subject: Subject): Reading {
  const readings = formsOf(subject).flatMap(({ form, pattern }): Reading[] => {
    const match = pattern.exec(text);
    if (!match) return [];
    return [{ form: form.name, faults: form.judge(match, subject), claims: form.claims?.(match) ?? [] }];
  });
  const best = readings.find(({ faults }) => faults.length === 0) ?? readings[0];
  return best ?? { form: 'unknown', faults: ['no known form'], claims: [] };
}

/** Reads a sentence whose trends are of another measure than the usual one. */
export const readWith = (text: string, subject: Subject, measure: Subject['measure']): Reading =>
  read(text, measure === undefined ? subject : { ...subject, measure });
