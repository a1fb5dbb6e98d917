/** Puts zod's findings into the words of someone who writes config files. */
import type { z } from 'zod';
import { wordMeant } from './foreign-keys.ts';
import { nearest } from './nearest.ts';

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
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
      return wrong(kinds[issue.expected] ?? issue.expected) + aboutBooleans(issue.expected, input);
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

/** Earlier versions of YAML had more words for true and false. */
const aboutBooleans = (expected: string, input: unknown): string =>
  expected === 'boolean' && /^(y|yes|n|no|on|off)$/i.test(String(input))
    ? '; YAML 1.2 has no yes, no, on and off'
    : '';

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'array') return limit === 1 ? '1 value' : `${limit} values`;
  if (origin === 'string') return limit === 1 ? '1 character' : `${limit} characters`;
  return String(limit);
}

/** `a, b or c`. */
export function alternatives(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** A suggestion in brackets, or nothing if no name is close to the word. */
export function didYouMean(word: unknown, names: readonly string[]): string {
  const name = wordMeant(word, names) ?? (typeof word === 'string' ? nearest(word, names) : undefined);
  return name ? ` (did you mean ${name}?)` : '';
}

/** A value as JSON, shortened to fit into a line. */
export function show(value: unknown): string {
  if (value === null) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
