/** What zod finds wrong, in the words of someone who writes config files. */
import type { z } from 'zod';
import { nearest } from './nearest.ts';
import type { Problem } from './problems.ts';
import { keysAt } from './schema.ts';
import type { Path } from './yaml.ts';

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  array: 'a list',
  tuple: 'a list',
  object: 'a map of keys to values',
  record: 'a map of keys to values',
};

/** An error map for zod's parsers. */
export function explain(issue: z.core.$ZodRawIssue): string {
  const { input } = issue;
  const wrong = (expected: string): string =>
    input === undefined ? `missing: expected ${expected}` : `expected ${expected}, got ${show(input)}`;
  switch (issue.code) {
    case 'invalid_type':
      return wrong(kinds[issue.expected] ?? issue.expected);
    case 'invalid_value': {
      const names = issue.values.map(String);
      return wrong(alternatives(names)) + didYouMean(input, names);
    }
    case 'too_small':
      return wrong(`${issue.inclusive ? 'at least' : 'more than'} ${amount(issue.minimum, issue.origin)}`);
    case 'too_big':
      return wrong(`at most ${amount(issue.maximum, issue.origin)}`);
    default:
      return wrong('something else');
  }
}

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'array') return limit === 1 ? '1 value' : `${limit} values`;
  if (origin === 'string') return limit === 1 ? '1 character' : `${limit} characters`;
  return String(limit);
}

function alternatives(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function didYouMean(word: unknown, names: readonly string[]): string {
  const name = typeof word === 'string' && nearest(word, names);
  return name ? ` (did you mean ${name}?)` : '';
}

/** A value as JSON, cut to what fits into a line. */
export function show(value: unknown): string {
  if (value === null) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Zod's issues one by one. Of a union only the branch that was meant speaks: the one that got furthest. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], base: Path = []): Problem[] {
  return issues.flatMap(issue => {
    const path = [...base, ...(issue.path as Path)];
    if (issue.code === 'invalid_union') {
      const meant = issue.errors.reduce((best, branch) => (reach(branch) > reach(best) ? branch : best));
      return problemsOf(meant, path);
    }
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(path);
      return issue.keys.map(key => ({
        paths: [[...path, key]],
        message: `unknown key${didYouMean(key, known)}`,
        unknownKey: true,
      }));
    }
    return [{ paths: [path], message: issue.message }];
  });
}

/** How far into the value a branch got before it met what it could not take; 0 when the value was not its kind. */
function reach(issues: readonly z.core.$ZodIssue[]): number {
  const depths = issues.map(issue => {
    const wrongKind = issue.code === 'invalid_type' || issue.code === 'invalid_value';
    const within = issue.code === 'invalid_union' ? furthest(issue.errors.map(reach)) : wrongKind ? 0 : 1;
    return issue.path.length + within;
  });
  return furthest(depths);
}

function furthest(depths: readonly number[]): number {
  return depths.reduce((most, depth) => Math.max(most, depth), 0);
}
